"""Steps that tests of groups share."""

from __future__ import annotations

from typing import Any

from waiting import eventually
from world import World

FOREVER = "exec sleep 1000"


_made = iter(range(1000))


def make(world: World, count: int, image: str = "", **more: Any) -> str:
    """A group of its own with `count` instances wanted; returns its name."""
    name = f"group-{next(_made)}"
    template = world.template(image or world.ami, f"{name}-template")
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


def record(world: World, instance: str) -> dict[str, Any]:
    found = world.client("ec2").describe_instances(InstanceIds=[instance])
    return found["Reservations"][0]["Instances"][0]
