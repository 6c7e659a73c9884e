"""Zones with unlike numbers of a group's instances are evened out, one instance more at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from fleet_steps import FOREVER, await_count, make, record
from waiting import eventually
from world import World, started


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with started(NANOFLEET_REBALANCE_SECONDS="0.5") as made:
        made.ami = made.image(FOREVER)
        yield made


def zones(world: World, name: str) -> dict[str, int]:
    return Counter(record(world, one)["Placement"]["AvailabilityZone"][-1] for one in world.serving(name))


def widen(world: World, name: str) -> None:
    """The group gets a second zone, with nothing in it."""
    world.client("autoscaling").update_auto_scaling_group(
        AutoScalingGroupName=name, VPCZoneIdentifier=",".join(world.subnets[:2])
    )


def test_a_group_that_gets_another_zone_moves_there_and_never_has_fewer_than_it_wants(world: World) -> None:
    name = make(world, 4, VPCZoneIdentifier=world.subnets[0])
    await_count(world, name, 4)
    seen: list[int] = []

    def even() -> bool:
        seen.append(len(world.serving(name)))
        return zones(world, name) == {"a": 2, "b": 2} and len(world.group(name)["Instances"]) == 4

    widen(world, name)
    eventually(even, 25)
    assert min(seen) == 4 and max(seen) <= 5
    found = world.client("autoscaling").describe_scaling_activities(AutoScalingGroupName=name)["Activities"]
    causes = [one["Cause"] for one in found]
    balanced = "instances were launched to balance instances in zones eu-west-1a with other zones"
    assert any(balanced in cause for cause in causes)


def test_one_instance_more_in_a_zone_is_no_reason(world: World) -> None:
    name = make(world, 3, VPCZoneIdentifier=",".join(world.subnets[:2]))
    before = await_count(world, name, 3)
    with pytest.raises(AssertionError):
        eventually(lambda: sorted(world.serving(name)) != sorted(before), 2)


def test_a_suspended_process_leaves_it_as_it_is(world: World) -> None:
    name = make(world, 3, VPCZoneIdentifier=world.subnets[0])
    await_count(world, name, 3)
    world.client("autoscaling").suspend_processes(AutoScalingGroupName=name, ScalingProcesses=["AZRebalance"])
    widen(world, name)
    with pytest.raises(AssertionError):
        eventually(lambda: zones(world, name) != {"a": 3}, 2)
    world.client("autoscaling").resume_processes(AutoScalingGroupName=name, ScalingProcesses=["AZRebalance"])
    eventually(lambda: zones(world, name) == {"a": 2, "b": 1}, 15)
