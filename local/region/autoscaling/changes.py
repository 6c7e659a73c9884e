"""What changes a group, whether the API or CloudFormation asks for it; fleet.py then makes it so."""

from __future__ import annotations

from region.autoscaling.groups import (
    LEAVING,
    Group,
    refresh_zones,
    remove,
    resolve_template,
    set_desired,
)
from region.autoscaling.query import Refused
from region.elb import targets


def check_limits(minimum: int, maximum: int, desired: int) -> None:
    """Refused unless min <= desired <= max."""
    if minimum > maximum:
        raise Refused(f"Max bound, {maximum}, must be greater than or equal to min bound, {minimum}")
    if not minimum <= desired <= maximum:
        bounds = f"the specified min size:{minimum} and max size:{maximum}"
        raise Refused(f"Desired capacity:{desired} must be between {bounds}")


def adopt(group: Group, target_groups: list[str]) -> None:
    """Completes a record that the emulator has just made: zones of subnets, target groups, first cause."""
    refresh_zones(group)
    group["TargetGroupARNs"] = list(target_groups)
    group["SuspendedProcesses"] = []
    words = "a user request created an AutoScalingGroup"
    group["_request"] = ""
    wanted = group["DesiredCapacity"]
    group["DesiredCapacity"] = 0
    set_desired(group, wanted, words)


def named_template(spec: dict[str, str]) -> dict[str, str]:
    """A specification with both id and name, as DescribeAutoScalingGroups shows it, and the version given."""
    spec = {**spec, "Version": str(spec.get("Version") or "$Default")}
    try:
        known = resolve_template({"LaunchTemplate": spec})
    except LookupError as error:
        raise Refused(f"You must use a valid fully-formed launch template. {error}") from error
    return {**known, "Version": spec["Version"]}


def change_limits(group: Group, minimum: int | None, maximum: int | None, desired: int | None) -> None:
    """Sets the limits; a capacity that is not given changes only if it is outside them."""
    low = group["MinSize"] if minimum is None else minimum
    high = group["MaxSize"] if maximum is None else maximum
    wanted = min(max(group["DesiredCapacity"], low), high) if desired is None else desired
    check_limits(low, high, wanted)
    group.update({"MinSize": low, "MaxSize": high})
    bounds = f"min: {low}, max: {high}, desired: {wanted}"
    set_desired(group, wanted, f"a user request update of AutoScalingGroup constraints to {bounds}")


def new_chance(group: Group) -> None:
    """A changed group starts at once: the cause of its crashes may be fixed."""
    group.update({"_early_deaths": 0, "_launch_after": 0})


def begin_delete(group: Group, force: bool) -> None:
    """Empties the group and removes it once it is empty; with force it does not wait for hooks or drains."""
    group.update({"_deleting": True, "_force_delete": force, "Status": "Delete in progress"})
    group.update({"MinSize": 0, "MaxSize": 0})
    set_desired(group, 0, "a user request deleted an AutoScalingGroup")
    if force:
        for member in group["Instances"]:
            if member["LifecycleState"] in LEAVING:
                member["LifecycleState"] = "Terminating:Proceed"
    if not group["Instances"]:
        remove(group)


def set_target_groups(group: Group, wanted: list[str]) -> None:
    """Attaches and detaches target groups: members in service go to new ones and drain from old ones."""
    before, after = group.get("TargetGroupARNs", []), list(dict.fromkeys(wanted))
    group["TargetGroupARNs"] = after
    serving = [
        member["InstanceId"] for member in group["Instances"] if member["LifecycleState"] == "InService"
    ]
    for instance_id in serving:
        for arn in after:
            if arn not in before:
                targets.register(arn, instance_id)
        for arn in before:
            if arn not in after:
                targets.deregister(arn, instance_id)
