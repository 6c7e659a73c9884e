"""Auto Scaling groups as records: where they live, who is in them, what they launch.

A group is the emulator's own record (so it is saved and restored with everything else) and a member is one
entry of its `Instances`. Keys that begin with an underscore are the region's and never leave it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

from region.base import contract
from region.base.emulator import autoscaling, ec2
from region.durable import locks

contract.expect("ministack.services.autoscaling", "_asgs")
contract.expect("ministack.services.autoscaling", "_tags")
contract.expect("ministack.services.autoscaling", "_delete_group_hooks", "(asg_name)")
contract.expect("ministack.services.autoscaling", "_delete_group_policies", "(asg_name)")
contract.expect("ministack.services.ec2", "_instances")
contract.expect("ministack.services.ec2", "_subnets")
contract.expect("ministack.services.ec2", "_launch_templates")

Group = dict[str, Any]
Member = dict[str, Any]

lock = threading.RLock()
"""Held for every change of a group or member, never across a launch or anything else that may wait."""
locks.share(lock)

LEAVING = ("Terminating", "Terminating:Wait", "Terminating:Proceed")
STANDBY = "Standby"
DEAD_STATES = ("shutting-down", "terminated", "stopping", "stopped")


def find(name: str) -> Group | None:
    return autoscaling._asgs.get(name)


def is_kept(group: Group) -> bool:
    """False once the group was deleted."""
    return find(group["AutoScalingGroupName"]) is group


def remove(group: Group) -> None:
    """Removes the record of a group with everything that belongs to it."""
    name = group["AutoScalingGroupName"]
    if is_kept(group):
        autoscaling._asgs.pop(name, None)
        autoscaling._tags.pop(name, None)
        autoscaling._delete_group_hooks(name)
        autoscaling._delete_group_policies(name)


def everywhere() -> Iterator[tuple[str, str, Group]]:
    """Every group of every account and region as (account, region, group)."""
    for (account, region, _name), group in autoscaling._asgs.all_items():
        yield account, region, group


def all_here() -> list[Group]:
    """The groups of the caller's account and region, by name."""
    return [group for _name, group in sorted(autoscaling._asgs.items())]


def member_of(instance_id: str) -> tuple[Group, Member] | None:
    """The group that holds an instance, with its entry there."""
    for group in all_here():
        for member in group["Instances"]:
            if member["InstanceId"] == instance_id:
                return group, member
    return None


def staying(group: Group) -> list[Member]:
    """The members that count towards the capacity: all but those on their way out or in standby."""
    return [member for member in group["Instances"] if member["LifecycleState"] not in (*LEAVING, STANDBY)]


def in_service(group: Group) -> list[Member]:
    return [member for member in group["Instances"] if member["LifecycleState"] == "InService"]


def suspended(group: Group, process: str) -> bool:
    return any(entry["ProcessName"] == process for entry in group.get("SuspendedProcesses", []))


def deleting(group: Group) -> bool:
    return bool(group.get("_deleting"))


def subnets(group: Group) -> list[tuple[str, str]]:
    """(subnet id, zone) in the order of VPCZoneIdentifier; subnets that are gone are left out."""
    wanted = [part.strip() for part in (group.get("VPCZoneIdentifier") or "").split(",") if part.strip()]
    return [(subnet, ec2._subnets[subnet]["AvailabilityZone"]) for subnet in wanted if subnet in ec2._subnets]


def refresh_zones(group: Group) -> None:
    """AvailabilityZones follows from the subnets, as on AWS."""
    zones = sorted({zone for _subnet, zone in subnets(group)})
    if zones:
        group["AvailabilityZones"] = zones


def template_spec(group: Group) -> dict[str, str]:
    """The launch template specification in force, of LaunchTemplate or MixedInstancesPolicy; may be empty."""
    policy = group.get("MixedInstancesPolicy") or {}
    mixed = (policy.get("LaunchTemplate") or {}).get("LaunchTemplateSpecification") or {}
    return group.get("LaunchTemplate") or mixed


def resolve_template(group: Group) -> dict[str, str]:
    """Id, name and numbered version of what the group launches now; LookupError when it is gone."""
    spec = template_spec(group)
    named = spec.get("LaunchTemplateId") or spec.get("LaunchTemplateName")
    version = str(spec.get("Version") or "$Default")
    template = next((one for one in ec2._launch_templates.values() if _names(one, spec)), None)
    if template is None:
        raise LookupError(f"launch template {named} does not exist")
    number = {
        "$Default": template["DefaultVersionNumber"],
        "$Latest": template["LatestVersionNumber"],
    }.get(version, version)
    if not any(str(known["VersionNumber"]) == str(number) for known in template["Versions"]):
        raise LookupError(f"launch template {template['LaunchTemplateId']} has no version {number}")
    return {
        "LaunchTemplateId": template["LaunchTemplateId"],
        "LaunchTemplateName": template["LaunchTemplateName"],
        "Version": str(number),
    }


def _names(template: dict[str, Any], spec: dict[str, str]) -> bool:
    # The emulator keeps a name in LaunchTemplateId when the caller gave only a name.
    wanted = (spec.get("LaunchTemplateId"), spec.get("LaunchTemplateName"))
    return template["LaunchTemplateId"] == wanted[0] or (
        not str(wanted[0] or "").startswith("lt-") and template["LaunchTemplateName"] in wanted
    )


def is_current(group: Group, member: Member) -> bool:
    """Whether a member was launched from the template version that the group launches now."""
    try:
        current = resolve_template(group)
    except LookupError:
        return True
    own = member.get("LaunchTemplate") or {}
    return (own.get("LaunchTemplateId"), own.get("Version")) == (
        current["LaunchTemplateId"],
        current["Version"],
    )


def instance_state(instance_id: str) -> str:
    """EC2's state of an instance; `terminated` once its record is gone."""
    record = ec2._instances.get(instance_id)
    return record["State"]["Name"] if record else "terminated"


def set_desired(group: Group, desired: int, sentence: str) -> None:
    """Changes the capacity and keeps the sentence that the activities which follow give as their cause."""
    if desired != group["DesiredCapacity"]:
        change = f"changing the desired capacity from {group['DesiredCapacity']} to {desired}"
        group["_request"] = f"At {moment()} {sentence} {change}."
        group["DesiredCapacity"] = desired


def moment(seconds: float | None = None) -> str:
    """An instant as Auto Scaling writes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def precise_moment() -> str:
    """Now with its milliseconds, as an activity's StartTime has them: "DescribeScalingActivities", example
    response.
    """
    now = time.time()
    return f"{moment(now)[:-1]}.{int(now * 1000) % 1000:03d}Z"
