"""Auto Scaling groups of a real region: they launch, spread, replace, shrink, end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from fleet_steps import FOREVER, await_count, make, record, scale
from waiting import eventually
from world import World, started


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with started() as made:
        made.ami = made.image(FOREVER)
        yield made


def test_launches_balanced_over_the_zones_with_template_and_propagated_tags(world: World) -> None:
    tags = [
        {"Key": "app", "Value": "web", "PropagateAtLaunch": True},
        {"Key": "mine", "Value": "only", "PropagateAtLaunch": False},
    ]
    name = make(world, 4, Tags=tags)
    started = await_count(world, name, 4)
    zones = sorted(record(world, one)["Placement"]["AvailabilityZone"] for one in started)
    assert zones == ["eu-west-1a", "eu-west-1a", "eu-west-1b", "eu-west-1c"]
    found = {tag["Key"]: tag["Value"] for tag in record(world, started[0])["Tags"]}
    assert found["app"] == "web" and "mine" not in found
    assert found["aws:autoscaling:groupName"] == name
    assert found["aws:ec2launchtemplate:version"] == "1"


def test_replaces_a_terminated_instance_within_a_second(world: World) -> None:
    name = make(world, 2)
    first, second = await_count(world, name, 2)
    world.client("ec2").terminate_instances(InstanceIds=[first])
    began = time.monotonic()
    eventually(lambda: len(world.serving(name)) == 2 and first not in world.serving(name), 3)
    assert time.monotonic() - began < 1.5
    assert second in world.serving(name)


def test_replaces_an_unhealthy_instance(world: World) -> None:
    name = make(world, 1)
    (sick,) = await_count(world, name, 1)
    world.client("autoscaling").set_instance_health(InstanceId=sick, HealthStatus="Unhealthy")
    eventually(lambda: world.serving(name) and sick not in world.serving(name))
    eventually(lambda: record(world, sick)["State"]["Name"] == "terminated")


def test_refuses_to_call_unhealthy_what_is_in_its_grace_period_unless_told_so(world: World) -> None:
    name = make(world, 1, HealthCheckGracePeriod=600)
    (young,) = await_count(world, name, 1)
    scaling = world.client("autoscaling")
    with pytest.raises(ClientError, match=r"age of the instance .* configured grace period of 600 seconds"):
        scaling.set_instance_health(InstanceId=young, HealthStatus="Unhealthy")
    with pytest.raises(ClientError, match=r"Valid instance health states are: \[Healthy, Unhealthy\]"):
        scaling.set_instance_health(InstanceId=young, HealthStatus="Sick")
    with pytest.raises(ClientError, match="Instance Id not found"):
        scaling.set_instance_health(InstanceId="i-0123456789abcdef0", HealthStatus="Unhealthy")
    assert world.serving(name) == [young]
    scaling.set_instance_health(InstanceId=young, HealthStatus="Unhealthy", ShouldRespectGracePeriod=False)
    eventually(lambda: world.serving(name) and young not in world.serving(name))


def test_scale_in_ends_old_template_versions_first(world: World) -> None:
    name = make(world, 2)
    old = await_count(world, name, 2)
    group = world.group(name)
    template = group["LaunchTemplate"]["LaunchTemplateId"]
    made = world.client("ec2").create_launch_template_version(
        LaunchTemplateId=template, SourceVersion="1", LaunchTemplateData={"InstanceType": "t3.small"}
    )
    assert made["LaunchTemplateVersion"]["VersionNumber"] == 2
    world.client("autoscaling").update_auto_scaling_group(
        AutoScalingGroupName=name, LaunchTemplate={"LaunchTemplateId": template, "Version": "2"}
    )
    scale(world, name, 4)
    await_count(world, name, 4)
    scale(world, name, 2)
    left = eventually(lambda: len(world.group(name)["Instances"]) == 2 and world.serving(name))
    assert not set(left) & set(old)
    assert {record(world, one)["InstanceType"] for one in left} == {"t3.small"}


@pytest.mark.parametrize("shrink, left", [(True, 1), (False, 2)])
def test_terminate_in_group_replaces_unless_it_shrinks(world: World, shrink: bool, left: int) -> None:
    name = make(world, 2)
    first, _second = await_count(world, name, 2)
    answer = world.client("autoscaling").terminate_instance_in_auto_scaling_group(
        InstanceId=first, ShouldDecrementDesiredCapacity=shrink
    )
    assert answer["Activity"]["Description"] == f"Terminating EC2 instance: {first}"
    eventually(lambda: first not in [one["InstanceId"] for one in world.group(name)["Instances"]])
    eventually(lambda: len(world.serving(name)) == left)
    assert world.group(name)["DesiredCapacity"] == left


def test_refuses_to_shrink_below_its_minimum(world: World) -> None:
    name = make(world, 1, MinSize=1)
    (only,) = await_count(world, name, 1)
    with pytest.raises(ClientError, match="desiredSize equals minSize"):
        world.client("autoscaling").terminate_instance_in_auto_scaling_group(
            InstanceId=only, ShouldDecrementDesiredCapacity=True
        )
    with pytest.raises(ClientError, match="is below min value 1"):
        scale(world, name, 0)
    with pytest.raises(ClientError, match="is above max value 10"):
        scale(world, name, 11)


def test_capacity_follows_bounds_that_move_past_it(world: World) -> None:
    name = make(world, 1)
    scaling = world.client("autoscaling")
    scaling.update_auto_scaling_group(AutoScalingGroupName=name, MinSize=2)
    assert world.group(name)["DesiredCapacity"] == 2
    scaling.update_auto_scaling_group(AutoScalingGroupName=name, MinSize=0, MaxSize=1)
    assert world.group(name)["DesiredCapacity"] == 1


def test_suspended_launch_leaves_the_gap_open_until_resumed(world: World) -> None:
    name = make(world, 1)
    await_count(world, name, 1)
    scaling = world.client("autoscaling")
    scaling.suspend_processes(AutoScalingGroupName=name, ScalingProcesses=["Launch"])
    scale(world, name, 2)
    time.sleep(0.8)
    assert len(world.group(name)["Instances"]) == 1
    assert [one["ProcessName"] for one in world.group(name)["SuspendedProcesses"]] == ["Launch"]
    scaling.resume_processes(AutoScalingGroupName=name)
    await_count(world, name, 2)


def test_delete_is_refused_while_instances_live_and_force_ends_them(world: World) -> None:
    name = make(world, 2)
    started = await_count(world, name, 2)
    scaling = world.client("autoscaling")
    with pytest.raises(ClientError) as refused:
        scaling.delete_auto_scaling_group(AutoScalingGroupName=name)
    assert refused.value.response["Error"]["Code"] == "ResourceInUse"
    scaling.delete_auto_scaling_group(AutoScalingGroupName=name, ForceDelete=True)
    eventually(lambda: world.find_group(name) is None)
    assert {record(world, one)["State"]["Name"] for one in started} == {"terminated"}


def test_reports_launches_and_terminations_as_events_of_aws_autoscaling(world: World) -> None:
    inbox = world.reports()
    name = make(world, 1)
    (instance,) = await_count(world, name, 1)
    scale(world, name, 0)

    def own() -> list[dict[str, Any]]:
        return [one for one in inbox.fetch() if one["detail"]["AutoScalingGroupName"] == name]

    seen = eventually(lambda: own() if len(own()) == 2 else None)
    kinds = [one["detail-type"] for one in seen]
    assert kinds == ["EC2 Instance Launch Successful", "EC2 Instance Terminate Successful"]
    for one in seen:
        assert one["detail"]["EC2InstanceId"] == instance
        assert one["resources"][0].startswith("arn:aws:autoscaling:")


def test_describes_groups_in_pages_and_by_tag(world: World) -> None:
    wanted = [
        make(world, 0, Tags=[{"Key": "page", "Value": "yes", "PropagateAtLaunch": False}]) for _ in range(3)
    ]
    scaling = world.client("autoscaling")
    pages = scaling.get_paginator("describe_auto_scaling_groups").paginate(
        Filters=[{"Name": "tag:page", "Values": ["yes"]}], PaginationConfig={"PageSize": 2}
    )
    found = [[group["AutoScalingGroupName"] for group in page["AutoScalingGroups"]] for page in pages]
    assert [len(page) for page in found] == [2, 1]
    assert sorted(name for page in found for name in page) == sorted(wanted)


@pytest.mark.parametrize(
    "call, more",
    [
        ("set_desired_capacity", {"DesiredCapacity": 1}),
        ("delete_auto_scaling_group", {}),
        ("start_instance_refresh", {}),
        ("cancel_instance_refresh", {}),
        ("describe_instance_refreshes", {}),
        ("put_lifecycle_hook", {"LifecycleHookName": "hook"}),
        ("complete_lifecycle_action", {"LifecycleHookName": "hook", "LifecycleActionResult": "CONTINUE"}),
        ("record_lifecycle_action_heartbeat", {"LifecycleHookName": "hook"}),
    ],
)
def test_a_group_that_does_not_exist_is_refused_in_the_same_words(
    world: World, call: str, more: dict[str, Any]
) -> None:
    with pytest.raises(ClientError) as refused:
        getattr(world.client("autoscaling"), call)(AutoScalingGroupName="nowhere", **more)
    error = refused.value.response["Error"]
    assert error["Code"] == "ValidationError"
    assert error["Message"] == "AutoScalingGroup name not found - AutoScalingGroup nowhere not found"
