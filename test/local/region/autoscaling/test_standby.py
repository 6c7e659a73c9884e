"""Instances that a person puts into Standby."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError
from fleet_steps import FOREVER, await_count, make, scale
from waiting import eventually
from world import World, started


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with started() as made:
        made.ami = made.image(FOREVER)
        yield made


def state(world: World, name: str, instance: str) -> str:
    members = (world.find_group(name) or {"Instances": []})["Instances"]
    return next((one["LifecycleState"] for one in members if one["InstanceId"] == instance), "gone")


def test_an_instance_in_standby_does_not_count_and_comes_back(world: World) -> None:
    scaling = world.client("autoscaling")
    name = make(world, 2)
    first, second = await_count(world, name, 2)
    scaling.enter_standby(AutoScalingGroupName=name, InstanceIds=[first], ShouldDecrementDesiredCapacity=True)
    group = world.find_group(name) or {}
    assert (group["DesiredCapacity"], state(world, name, first)) == (1, "Standby")
    assert await_count(world, name, 1) == [second]
    scaling.exit_standby(AutoScalingGroupName=name, InstanceIds=[first])
    assert set(await_count(world, name, 2)) == {first, second}


def test_an_instance_in_standby_is_replaced_when_the_number_stays(world: World) -> None:
    name = make(world, 1)
    (first,) = await_count(world, name, 1)
    world.client("autoscaling").enter_standby(
        AutoScalingGroupName=name, InstanceIds=[first], ShouldDecrementDesiredCapacity=False
    )
    eventually(lambda: len(world.serving(name)) == 1 and world.serving(name) != [first])
    assert state(world, name, first) == "Standby"


def test_an_instance_in_standby_stays_when_the_group_shrinks_and_can_be_ended(world: World) -> None:
    scaling = world.client("autoscaling")
    name = make(world, 1)
    (first,) = await_count(world, name, 1)
    scaling.enter_standby(AutoScalingGroupName=name, InstanceIds=[first], ShouldDecrementDesiredCapacity=True)
    scale(world, name, 0)
    assert state(world, name, first) == "Standby"
    with pytest.raises(ClientError, match="min size"):
        scaling.terminate_instance_in_auto_scaling_group(
            InstanceId=first, ShouldDecrementDesiredCapacity=True
        )
    scaling.terminate_instance_in_auto_scaling_group(InstanceId=first, ShouldDecrementDesiredCapacity=False)
    eventually(lambda: state(world, name, first) == "gone")
    assert world.serving(name) == []


def test_only_an_instance_in_service_enters_standby(world: World) -> None:
    name = make(world, 1)
    (first,) = await_count(world, name, 1)
    with pytest.raises(ClientError, match="is not in Standby"):
        world.client("autoscaling").exit_standby(AutoScalingGroupName=name, InstanceIds=[first])
