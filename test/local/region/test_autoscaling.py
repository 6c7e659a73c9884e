"""Auto Scaling groups of a real region: they launch, spread, heal, scale and report like those of AWS."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError
from world import World, eventually, started

FOREVER = "exec sleep 1000"


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with started() as made:
        made.sleeper = made.image(FOREVER)
        yield made


_made = iter(range(1000))


def make(world: World, count: int, image: str = "", **more) -> str:
    """A group of its own with `count` instances wanted; returns its name."""
    name = f"group-{next(_made)}"
    template = world.template(image or world.sleeper, f"{name}-template")
    given = {
        "AutoScalingGroupName": name,
        "MinSize": 0,
        "MaxSize": 10,
        "DesiredCapacity": count,
        "VPCZoneIdentifier": ",".join(world.subnets),
        "LaunchTemplate": {"LaunchTemplateId": template, "Version": "1"},
        **more,
    }
    world.client("autoscaling").create_auto_scaling_group(**given)
    return name


def await_count(world: World, name: str, count: int, seconds: float = 8.0) -> list[str]:
    return eventually(lambda: world.serving(name) if len(world.serving(name)) == count else None, seconds)


def scale(world: World, name: str, count: int) -> None:
    world.client("autoscaling").set_desired_capacity(AutoScalingGroupName=name, DesiredCapacity=count)


def record(world: World, instance: str) -> dict:
    found = world.client("ec2").describe_instances(InstanceIds=[instance])
    return found["Reservations"][0]["Instances"][0]


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
    eventually(lambda: world.group(name) is None)
    assert {record(world, one)["State"]["Name"] for one in started} == {"terminated"}


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

    def failed() -> dict | None:
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

    def failed() -> dict | None:
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
        template = world.template(world.sleeper, "one-version")
        make(world, 1, LaunchTemplate={"LaunchTemplateId": template, "Version": "9"})
    groups = world.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    assert not [one for one in groups if one.get("LaunchTemplate", {}).get("Version") == "9"]


def test_reports_launches_and_terminations_as_events_of_aws_autoscaling(world: World) -> None:
    inbox = world.reports()
    name = make(world, 1)
    (instance,) = await_count(world, name, 1)
    scale(world, name, 0)

    def own() -> list[dict]:
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
