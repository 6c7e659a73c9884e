"""Launches of a group that fail: slowed down, recorded, told."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from fleet_steps import FOREVER, make, scale
from waiting import eventually
from world import World, started


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with started() as made:
        made.ami = made.image(FOREVER)
        yield made


def test_crashing_instances_are_launched_ever_more_slowly(world: World) -> None:
    crash = world.image("exit 1")
    name = make(world, 1, image=crash)
    time.sleep(6)
    activities = world.client("autoscaling").describe_scaling_activities(AutoScalingGroupName=name)[
        "Activities"
    ]
    launches = [one for one in activities if one["Description"].startswith("Launching")]
    assert 3 <= len(launches) <= 6
    world.client("autoscaling").delete_auto_scaling_group(AutoScalingGroupName=name, ForceDelete=True)


def test_a_refused_launch_is_an_activity_and_an_event(world: World) -> None:
    inbox = world.reports()
    image = world.image(FOREVER)
    name = make(world, 0, image=image)
    world.client("ec2").deregister_image(ImageId=image)
    scale(world, name, 1)

    def failed() -> dict[str, Any] | None:
        found = world.client("autoscaling").describe_scaling_activities(AutoScalingGroupName=name)[
            "Activities"
        ]
        return next((one for one in found if one["StatusCode"] == "Failed"), None)

    activity = eventually(failed)
    assert "does not exist" in activity["StatusMessage"]
    assert "desired capacity from 0 to 1" in activity["Cause"]
    event = eventually(lambda: next(iter(inbox.fetch()), None))
    assert event["detail-type"] == "EC2 Instance Launch Unsuccessful"
    world.client("autoscaling").delete_auto_scaling_group(AutoScalingGroupName=name, ForceDelete=True)


def test_an_instance_that_dies_before_it_serves_is_a_failed_launch_that_says_why(world: World) -> None:
    inbox = world.reports()
    name = make(world, 1, image=world.image("exit 3"))

    def failed() -> dict[str, Any] | None:
        found = world.client("autoscaling").describe_scaling_activities(AutoScalingGroupName=name)[
            "Activities"
        ]
        return next((one for one in found if one["StatusCode"] == "Failed"), None)

    world.client("autoscaling").put_lifecycle_hook(
        AutoScalingGroupName=name,
        LifecycleHookName="hold",
        LifecycleTransition="autoscaling:EC2_INSTANCE_LAUNCHING",
        HeartbeatTimeout=60,
    )
    activity = eventually(failed)
    assert "ended before it served" in activity["StatusMessage"]
    kinds = eventually(lambda: {one["detail-type"] for one in inbox.fetch()})
    assert "EC2 Instance Launch Unsuccessful" in kinds
    world.client("autoscaling").delete_auto_scaling_group(AutoScalingGroupName=name, ForceDelete=True)


def test_a_launch_template_that_does_not_exist_is_refused_and_leaves_no_group(world: World) -> None:
    with pytest.raises(ClientError, match="does not exist"):
        make(world, 1, LaunchTemplate={"LaunchTemplateId": "lt-00000000000000000", "Version": "1"})
    with pytest.raises(ClientError, match="has no version 9"):
        template = world.template(world.ami, "one-version")
        make(world, 1, LaunchTemplate={"LaunchTemplateId": template, "Version": "9"})
    groups = world.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    assert not [one for one in groups if one.get("LaunchTemplate", {}).get("Version") == "9"]
