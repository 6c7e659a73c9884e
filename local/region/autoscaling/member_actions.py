"""The Auto Scaling API of members: terminated, called unhealthy, protected."""

from __future__ import annotations

import time
from collections.abc import Callable

from region.autoscaling import activities, leaving
from region.autoscaling.groups import LEAVING, Group, Member, lock, member_of, moment
from region.autoscaling.query import Params, Refused, needed, value, values
from region.base.emulator import autoscaling


def _known_member(instance_id: str) -> tuple[Group, Member]:
    found = member_of(instance_id)
    if found is None:
        raise Refused(f"Instance Id not found - No managed instance found for instance ID: {instance_id}")
    return found


def _terminate(params: Params) -> str:
    with lock:
        group, member = _known_member(value(params, "InstanceId"))
        shrink = value(params, "ShouldDecrementDesiredCapacity") == "true"
        if member["LifecycleState"] in LEAVING:
            activity = activities.get(group, member["_activity"])
        else:
            if shrink and group["DesiredCapacity"] <= group["MinSize"]:
                raise Refused(
                    f"Currently, desiredSize equals minSize ({group['MinSize']}). Terminating instance "
                    "without replacement will violate group's min size constraint. Either set "
                    "shouldDecrementDesiredCapacity flag to false or lower group's min size."
                )
            subject = f"instance {member['InstanceId']}"
            cause = f"At {moment()} {subject} was taken out of service in response to a user request"
            if shrink:
                before = group["DesiredCapacity"]
                group["DesiredCapacity"] = before - 1
                cause += f", shrinking the capacity from {before} to {before - 1}"
            activity = activities.get(group, leaving.begin_termination(group, member, f"{cause}."))
    return f"<Activity>{autoscaling._member_xml(activity or {})}</Activity>"


def _set_health(params: Params) -> str:
    status = value(params, "HealthStatus")
    if status not in ("Healthy", "Unhealthy"):
        raise Refused("Valid instance health states are: [Healthy, Unhealthy].")
    patient = value(params, "ShouldRespectGracePeriod").lower() != "false"
    with lock:
        group, member = _known_member(value(params, "InstanceId"))
        if patient and status == "Unhealthy":
            _refuse_in_grace(group, member)
        member["HealthStatus"] = status
    return ""


def _refuse_in_grace(group: Group, member: Member) -> None:
    """AWS's sentence is from aws/aws-cli#171."""
    age, grace = int(time.time() - member["_launched"]), group["HealthCheckGracePeriod"]
    if age < grace:
        bound = f"the configured grace period of {grace} seconds"
        raise Refused(f"The age of the instance ({age} seconds) is less than {bound}")


def _set_protection(params: Params) -> str:
    group = needed(params)
    protected = value(params, "ProtectedFromScaleIn") == "true"
    with lock:
        members = {member["InstanceId"]: member for member in group["Instances"]}
        for instance_id in values(params, "InstanceIds"):
            if instance_id not in members:
                name = group["AutoScalingGroupName"]
                raise Refused(f"The instance {instance_id} is not part of Auto Scaling group {name}.")
            members[instance_id]["ProtectedFromScaleIn"] = protected
    return ""


HANDLERS: dict[str, Callable[[Params], str]] = {
    "TerminateInstanceInAutoScalingGroup": _terminate,
    "SetInstanceHealth": _set_health,
    "SetInstanceProtection": _set_protection,
}
