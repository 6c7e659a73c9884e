"""A network load balancer that takes its time to send to a new target, and to stop sending to an old one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from test_load_balancers import balancer, fleet, listen, report, targets, told
from waiting import eventually
from world import World, started


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    slow = {"NANOFLEET_NLB_REGISTER_SECONDS": "2", "NANOFLEET_NLB_STALE_SECONDS": "3"}
    with started(**slow) as made:
        made.plan = made.template(made.image("exec sleep 1000"), "sleeper-template")
        yield made


def states(world: World, arn: str) -> list[tuple[str, str]]:
    found = world.client("elbv2").describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
    return [(one["TargetHealth"]["State"], one["TargetHealth"].get("Reason", "")) for one in found]


def forwarded(world: World, arn: str) -> list[dict[str, Any]]:
    return [one for one in told(world, arn)["targets"] if one["state"] == "registered"]


def test_a_target_is_initial_and_gets_nothing_until_it_is_registered(world: World) -> None:
    arn = targets(world, "TCP", 7001)
    listen(world, balancer(world, "network"), arn, "TCP", 7001)
    fleet(world, 1, [arn])
    assert states(world, arn) == [("initial", "Elb.RegistrationInProgress")]
    assert forwarded(world, arn) == []
    target = eventually(lambda: next(iter(forwarded(world, arn)), None))
    assert states(world, arn) == [("initial", "Elb.InitialHealthChecking")]
    report(world, arn, f"{target['id']}:7001", "healthy")
    assert states(world, arn) == [("healthy", "")]


def test_new_flows_reach_a_deregistered_target_for_a_while(world: World) -> None:
    arn = targets(world, "UDP", 7002, HealthCheckProtocol="TCP")
    listen(world, balancer(world, "network"), arn, "UDP", 7002)
    name = fleet(world, 1, [arn])
    target = eventually(lambda: next(iter(forwarded(world, arn)), None))
    world.client("elbv2").deregister_targets(TargetGroupArn=arn, Targets=[{"Id": world.serving(name)[0]}])
    assert [one["address"] for one in forwarded(world, arn)] == [target["address"]]
    assert states(world, arn) == [("draining", "Target.DeregistrationInProgress")]
    began = time.monotonic()
    eventually(lambda: forwarded(world, arn) == [])
    assert 1 < time.monotonic() - began < 4


def test_an_application_load_balancer_is_quick(world: World) -> None:
    arn = targets(world)
    listen(world, balancer(world), arn, port=7003)
    fleet(world, 1, [arn])
    assert len(forwarded(world, arn)) == 1
    assert states(world, arn) == [("initial", "Elb.InitialHealthChecking")]
