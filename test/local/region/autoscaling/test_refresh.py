"""Instance refreshes of a real region, and the rule that says how many members may go at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from waiting import eventually
from world import World, started

from region.autoscaling.refresh import allowance


@pytest.mark.parametrize(
    "healthy, desired, percent, replacing, room",
    [
        (4, 4, 50, 0, 2),
        (3, 4, 50, 1, 1),
        (2, 4, 50, 2, 0),
        (3, 3, 90, 0, 1),
        (2, 3, 90, 1, 0),
        (1, 1, 100, 0, 1),
        (0, 1, 100, 1, 0),
        (4, 4, 0, 0, 4),
        (2, 4, 90, 0, 0),
    ],
)
def test_allowance_keeps_the_minimum_healthy(
    healthy: int, desired: int, percent: int, replacing: int, room: int
) -> None:
    assert allowance(healthy, desired, percent, replacing) == room


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with started() as made:
        image = made.image("exec sleep 1000")
        made.plan = made.template(image, "sleeper-template")
        yield made


_made = iter(range(1000))


def make(world: World, count: int) -> tuple[str, list[str]]:
    name = f"group-{next(_made)}"
    world.client("autoscaling").create_auto_scaling_group(
        AutoScalingGroupName=name,
        MinSize=0,
        MaxSize=8,
        DesiredCapacity=count,
        VPCZoneIdentifier=",".join(world.subnets),
        LaunchTemplate={"LaunchTemplateId": world.plan, "Version": "1"},
    )
    return name, eventually(lambda: len(world.serving(name)) == count and world.serving(name))


def status(world: World, name: str) -> dict[str, Any]:
    return world.client("autoscaling").describe_instance_refreshes(AutoScalingGroupName=name)[
        "InstanceRefreshes"
    ][0]


def test_replaces_every_instance_and_never_drops_below_the_minimum(world: World) -> None:
    name, before = make(world, 4)
    world.client("autoscaling").start_instance_refresh(
        AutoScalingGroupName=name, Preferences={"MinHealthyPercentage": 50}
    )
    lowest = 4

    def done() -> bool:
        nonlocal lowest
        lowest = min(lowest, len(world.serving(name)))
        return status(world, name)["Status"] == "Successful"

    eventually(done, 12)
    after = world.serving(name)
    assert len(after) == 4 and not set(after) & set(before)
    assert lowest >= 2
    assert status(world, name)["PercentageComplete"] == 100


def test_skip_matching_leaves_current_instances_alone(world: World) -> None:
    name, before = make(world, 2)
    world.client("autoscaling").start_instance_refresh(
        AutoScalingGroupName=name, Preferences={"SkipMatching": True}
    )
    eventually(lambda: status(world, name)["Status"] == "Successful")
    assert world.serving(name) == before


def test_a_second_refresh_is_refused_while_one_runs_and_a_cancelled_one_stops(world: World) -> None:
    name, _before = make(world, 2)
    scaling = world.client("autoscaling")
    scaling.start_instance_refresh(AutoScalingGroupName=name, Preferences={"InstanceWarmup": 60})
    with pytest.raises(ClientError) as refused:
        scaling.start_instance_refresh(AutoScalingGroupName=name)
    assert refused.value.response["Error"]["Code"] == "InstanceRefreshInProgress"
    eventually(lambda: status(world, name)["Status"] == "InProgress")
    scaling.cancel_instance_refresh(AutoScalingGroupName=name)
    assert status(world, name)["Status"] in ("Cancelling", "Cancelled")
    with pytest.raises(ClientError) as nothing:
        scaling.cancel_instance_refresh(AutoScalingGroupName="no-such-group")
    assert nothing.value.response["Error"]["Code"] == "ValidationError"
