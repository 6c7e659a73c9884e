"""Lifecycle hooks of a real region: instances wait for them as AWS's do."""

from __future__ import annotations

import time
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from waiting import eventually
from world import World, started

LAUNCHING = "autoscaling:EC2_INSTANCE_LAUNCHING"
TERMINATING = "autoscaling:EC2_INSTANCE_TERMINATING"


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with started() as made:
        image = made.image("exec sleep 1000")
        made.plan = made.template(image, "sleeper-template")
        yield made


_made = iter(range(1000))


def make(world: World, count: int, transition: str, **hook: Any) -> str:
    name = f"group-{next(_made)}"
    scaling = world.client("autoscaling")
    scaling.create_auto_scaling_group(
        AutoScalingGroupName=name,
        MinSize=0,
        MaxSize=5,
        VPCZoneIdentifier=",".join(world.subnets),
        LaunchTemplate={"LaunchTemplateId": world.plan, "Version": "1"},
    )
    given = {"HeartbeatTimeout": 60, "NotificationMetadata": "stage=test", **hook}
    scaling.put_lifecycle_hook(
        AutoScalingGroupName=name, LifecycleHookName="hook", LifecycleTransition=transition, **given
    )
    scaling.set_desired_capacity(AutoScalingGroupName=name, DesiredCapacity=count)
    return name


def in_state(world: World, name: str, state: str) -> list[str]:
    members = (world.find_group(name) or {"Instances": []})["Instances"]
    return [one["InstanceId"] for one in members if one["LifecycleState"] == state]


def complete(world: World, name: str, result: str = "CONTINUE", **which: Any) -> None:
    world.client("autoscaling").complete_lifecycle_action(
        AutoScalingGroupName=name, LifecycleHookName="hook", LifecycleActionResult=result, **which
    )


def test_a_launching_instance_waits_until_its_action_is_completed_by_instance_id(world: World) -> None:
    name = make(world, 1, LAUNCHING)
    (instance,) = eventually(lambda: in_state(world, name, "Pending:Wait"))
    time.sleep(0.5)
    assert not world.serving(name)
    complete(world, name, InstanceId=instance)
    assert eventually(lambda: world.serving(name)) == [instance]


def test_a_terminating_instance_waits_and_its_event_carries_the_token_that_completes_it(world: World) -> None:
    inbox = world.reports()
    name = make(world, 1, TERMINATING)
    (instance,) = eventually(lambda: world.serving(name))
    world.client("autoscaling").set_desired_capacity(AutoScalingGroupName=name, DesiredCapacity=0)

    def action() -> dict[str, Any] | None:
        kind = "EC2 Instance-terminate Lifecycle Action"
        return next((one for one in inbox.fetch() if one["detail-type"] == kind), None)

    event = eventually(action)
    assert event["source"] == "aws.autoscaling"
    assert event["resources"] == [world.group(name)["AutoScalingGroupARN"]]
    token = event["detail"].pop("LifecycleActionToken")
    assert event["detail"] == {
        "AutoScalingGroupName": name,
        "LifecycleHookName": "hook",
        "EC2InstanceId": instance,
        "LifecycleTransition": TERMINATING,
        "NotificationMetadata": "stage=test",
        "Origin": "AutoScalingGroup",
        "Destination": "EC2",
    }
    assert in_state(world, name, "Terminating:Wait") == [instance]
    state = world.client("ec2").describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0][
        "State"
    ]
    assert state["Name"] == "running"
    complete(world, name, LifecycleActionToken=token)
    eventually(lambda: not world.group(name)["Instances"])


def target_state(address: str) -> str:
    path = "latest/meta-data/autoscaling/target-lifecycle-state"
    with urllib.request.urlopen(f"http://{address}:8169/{path}", timeout=5) as answer:
        return answer.read().decode()


def test_an_instance_reads_in_its_metadata_that_its_group_ends_it(world: World) -> None:
    name = make(world, 1, TERMINATING)
    (instance,) = eventually(lambda: world.serving(name))
    found = world.client("ec2").describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]
    assert target_state(found["PrivateIpAddress"]) == "InService"
    world.client("autoscaling").set_desired_capacity(AutoScalingGroupName=name, DesiredCapacity=0)
    eventually(lambda: target_state(found["PrivateIpAddress"]) == "Terminated")
    assert in_state(world, name, "Terminating:Wait") == [instance]
    complete(world, name, InstanceId=instance)
    eventually(lambda: not world.group(name)["Instances"])


def test_a_launch_that_is_abandoned_is_terminated_and_launched_anew(world: World) -> None:
    name = make(world, 1, LAUNCHING)
    (first,) = eventually(lambda: in_state(world, name, "Pending:Wait"))
    complete(world, name, "ABANDON", InstanceId=first)
    (second,) = eventually(lambda: [one for one in in_state(world, name, "Pending:Wait") if one != first])
    complete(world, name, InstanceId=second)
    assert eventually(lambda: world.serving(name)) == [second]


def test_a_heartbeat_that_runs_out_takes_the_default_result(world: World) -> None:
    name = make(world, 1, LAUNCHING, HeartbeatTimeout=1, DefaultResult="CONTINUE")
    eventually(lambda: in_state(world, name, "Pending:Wait"))
    assert eventually(lambda: world.serving(name), 4)


def test_a_recorded_heartbeat_prolongs_the_wait(world: World) -> None:
    name = make(world, 1, LAUNCHING, HeartbeatTimeout=2, DefaultResult="CONTINUE")
    (instance,) = eventually(lambda: in_state(world, name, "Pending:Wait"))
    for _ in range(3):
        time.sleep(1)
        world.client("autoscaling").record_lifecycle_action_heartbeat(
            AutoScalingGroupName=name, LifecycleHookName="hook", InstanceId=instance
        )
    assert not world.serving(name)
    assert eventually(lambda: world.serving(name), 5) == [instance]


def test_an_instance_killed_from_outside_is_replaced_without_waiting_for_the_hook(world: World) -> None:
    name = make(world, 1, TERMINATING)
    (first,) = eventually(lambda: world.serving(name))
    world.client("ec2").terminate_instances(InstanceIds=[first])
    (second,) = eventually(lambda: [one for one in world.serving(name) if one != first], 3)
    assert second != first
    eventually(lambda: len(world.group(name)["Instances"]) == 1)


def test_completing_what_does_not_wait_is_refused(world: World) -> None:
    name = make(world, 1, TERMINATING)
    (instance,) = eventually(lambda: world.serving(name))
    with pytest.raises(ClientError, match=f"No active Lifecycle Action found with instance ID {instance}"):
        complete(world, name, InstanceId=instance)
    with pytest.raises(ClientError, match="No active Lifecycle Action found with token"):
        complete(world, name, LifecycleActionToken="0" * 36)


def test_force_delete_does_not_wait_for_hooks(world: World) -> None:
    name = make(world, 2, TERMINATING)
    eventually(lambda: len(world.serving(name)) == 2)
    world.client("autoscaling").delete_auto_scaling_group(AutoScalingGroupName=name, ForceDelete=True)
    eventually(lambda: world.find_group(name) is None, 4)
