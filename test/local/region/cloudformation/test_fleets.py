"""CloudFormation's Auto Scaling groups: their capacity over updates, their end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from parts import att, out, policy, ref
from waiting import eventually
from world import World, started


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with started() as made:
        made.ami = made.image("exec sleep 1000")
        yield made


def fleet(
    world: World,
    size: str,
    *,
    maximum: int = 6,
    with_hook: bool = True,
    inline: bool = False,
    release: str = "1",
) -> dict[str, Any]:
    """A service as the product deploys it: profile, pinned template version, group without capacity, hook."""
    hook = {
        "LifecycleHookName": "drain",
        "LifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING",
        "HeartbeatTimeout": 1,
        "DefaultResult": "CONTINUE",
    }
    group: dict[str, Any] = {
        "MinSize": "0",
        "MaxSize": str(maximum),
        "VPCZoneIdentifier": world.subnets,
        "TargetGroupARNs": [ref("Targets")],
        "LaunchTemplate": {"LaunchTemplateId": ref("Plan"), "Version": att("Plan", "LatestVersionNumber")},
        "Tags": [{"Key": "release", "Value": release, "PropagateAtLaunch": True}],
    }
    if inline:
        group["LifecycleHookSpecificationList"] = [hook]
    resources: dict[str, Any] = {
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {"AssumeRolePolicyDocument": policy("ec2.amazonaws.com")},
        },
        "Profile": {"Type": "AWS::IAM::InstanceProfile", "Properties": {"Roles": [ref("Role")]}},
        "Plan": {
            "Type": "AWS::EC2::LaunchTemplate",
            "Properties": {
                "LaunchTemplateData": {
                    "ImageId": world.ami,
                    "InstanceType": size,
                    "IamInstanceProfile": {"Arn": att("Profile", "Arn")},
                    "InstanceInitiatedShutdownBehavior": "terminate",
                    "TagSpecifications": [
                        {"ResourceType": "instance", "Tags": [{"Key": "app", "Value": "web"}]}
                    ],
                }
            },
        },
        "Targets": {
            "Type": "AWS::ElasticLoadBalancingV2::TargetGroup",
            "Properties": {
                "VpcId": world.vpc,
                "Port": 8080,
                "Protocol": "HTTP",
                "HealthCheckPath": "/healthz",
            },
        },
        "Group": {"Type": "AWS::AutoScaling::AutoScalingGroup", "Properties": group},
    }
    if with_hook and not inline:
        resources["Hook"] = {
            "Type": "AWS::AutoScaling::LifecycleHook",
            "Properties": {**hook, "AutoScalingGroupName": ref("Group"), "NotificationMetadata": release},
        }
    return {
        "Resources": resources,
        "Outputs": out(
            Group=ref("Group"),
            Plan=ref("Plan"),
            Version=att("Plan", "LatestVersionNumber"),
            Profile=att("Profile", "Arn"),
        ),
    }


def test_a_fleet_keeps_its_capacity_over_updates_and_launches_the_new_version(world: World) -> None:
    scaling = world.client("autoscaling")
    made = world.stack("fleet", fleet(world, "t3.micro"))
    name = made["Group"]
    assert made["Version"] == "1" and world.group(name)["DesiredCapacity"] == 0
    scaling.set_desired_capacity(AutoScalingGroupName=name, DesiredCapacity=2)
    old = eventually(lambda: world.serving(name) if len(world.serving(name)) == 2 else None)
    record = world.region.instance(old[0])
    assert record["IamInstanceProfile"]["Arn"] == made["Profile"]
    tags = {tag["Key"]: tag["Value"] for tag in record["Tags"]}
    assert (tags["app"], tags["release"]) == ("web", "1")

    changed = world.stack("fleet", fleet(world, "t3.small", maximum=4, release="2"))
    assert (changed["Group"], changed["Plan"], changed["Version"]) == (name, made["Plan"], "2")
    group = world.group(name)
    assert (group["DesiredCapacity"], group["MaxSize"], group["LaunchTemplate"]["Version"]) == (2, 4, "2")
    time.sleep(0.6)
    assert world.serving(name) == old
    (hook,) = scaling.describe_lifecycle_hooks(AutoScalingGroupName=name)["LifecycleHooks"]
    assert (hook["NotificationMetadata"], hook["HeartbeatTimeout"]) == ("2", 1)
    scaling.set_desired_capacity(AutoScalingGroupName=name, DesiredCapacity=3)
    (new,) = eventually(lambda: [one for one in world.serving(name) if one not in old])
    assert world.region.instance(new)["InstanceType"] == "t3.small"

    world.stack("fleet", fleet(world, "t3.small", maximum=1, with_hook=False, release="2"))
    assert world.group(name)["DesiredCapacity"] == 1
    assert scaling.describe_lifecycle_hooks(AutoScalingGroupName=name)["LifecycleHooks"] == []
    world.unstack("fleet")
    assert world.find_group(name) is None
    assert {world.region.state_of(one) for one in (*old, new)} == {"terminated"}


def test_deleting_a_fleet_waits_for_inline_hooks_and_ends_its_instances(world: World) -> None:
    made = world.stack("inline", fleet(world, "t3.micro", inline=True))
    name = made["Group"]
    world.client("autoscaling").set_desired_capacity(AutoScalingGroupName=name, DesiredCapacity=2)
    started_ones = eventually(lambda: world.serving(name) if len(world.serving(name)) == 2 else None)
    began = time.monotonic()
    world.unstack("inline")
    assert 0.9 < time.monotonic() - began < 8
    assert {world.region.state_of(one) for one in started_ones} == {"terminated"}


def test_a_fleet_whose_template_does_not_exist_fails_and_leaves_nothing(world: World) -> None:
    template = fleet(world, "t3.micro", with_hook=False)
    template["Resources"]["Group"]["Properties"]["LaunchTemplate"]["Version"] = "7"
    with pytest.raises(AssertionError, match="has no version 7"):
        world.stack("broken", template)
    groups = world.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    assert not [one for one in groups if "broken" in one["AutoScalingGroupName"]]
