"""What EC2 and the load balancers say about a group's members, and what follows from it."""

from __future__ import annotations

import time

from region.autoscaling import activities, launching, leaving, lifecycle
from region.autoscaling.groups import (
    DEAD_STATES,
    LEAVING,
    STANDBY,
    Group,
    Member,
    instance_state,
    moment,
    staying,
    suspended,
)
from region.base.emulator import ec2
from region.elb import targets

CRASHES = ("Client.InstanceInitiatedShutdown", "Client.InternalError")
"""Why EC2 says an instance ended when its program did, or could not be started."""


def observe(group: Group) -> None:
    """Takes over what EC2 and the load balancer say of each member."""
    for member in list(group["Instances"]):
        state = instance_state(member["InstanceId"])
        if state in DEAD_STATES:
            _found_dead(group, member, state)
        elif member["LifecycleState"] in (*LEAVING, STANDBY):
            continue
        elif member["HealthStatus"] == "Healthy" and _fails_load_balancer(group, member):
            member["HealthStatus"] = "Unhealthy"
            member["_sick"] = "an ELB system health check failure"
        elif member["LifecycleState"] == "InService":
            launching.note_survivor(group, member)
    if suspended(group, "ReplaceUnhealthy") or suspended(group, "Terminate"):
        return
    for member in [one for one in staying(group) if one["HealthStatus"] == "Unhealthy"]:
        reason = member.pop("_sick", "a user health-check")
        cause = f"At {moment()} an instance was taken out of service in response to {reason}."
        leaving.begin_termination(group, member, cause)


def _found_dead(group: Group, member: Member, state: str) -> None:
    """An instance that the group did not end: no hook could reach it, so none is waited for."""
    if member["LifecycleState"] in LEAVING:
        if member["LifecycleState"] != "Terminating:Proceed":
            lifecycle.clear(member)
            member["LifecycleState"] = "Terminating:Proceed"
        return
    if suspended(group, "HealthCheck"):
        return
    code, message = _reason(member)
    if code in CRASHES and time.time() - member["_launched"] < launching.EARLY:
        launching.note_early_death(group)
    if member["LifecycleState"].startswith("Pending"):
        launch_failed(group, member, f"{member['InstanceId']} ended before it served: {message}")
    member["HealthStatus"] = "Unhealthy"
    words = "an EC2 health check that indicated it had been terminated or stopped"
    cause = f"At {moment()} an instance was taken out of service in response to {words}."
    leaving.begin_termination(group, member, cause, with_hooks=False)


def _reason(member: Member) -> tuple[str, str]:
    """EC2's StateReason of an instance that ended."""
    reason = (ec2._instances.get(member["InstanceId"]) or {}).get("StateReason") or {}
    return reason.get("Code", ""), reason.get("Message", "its record is gone")


def launch_failed(group: Group, member: Member, message: str) -> None:
    activity = activities.finish(group, member["_activity"], "Failed", message)
    if activity:
        activities.publish(group, "EC2 Instance Launch Unsuccessful", activity, member)


def _fails_load_balancer(group: Group, member: Member) -> bool:
    if group["HealthCheckType"] != "ELB" or member["LifecycleState"] != "InService":
        return False
    if time.time() - member.get("_in_service", member["_launched"]) < group["HealthCheckGracePeriod"]:
        return False
    return any(
        targets.state_of(arn, member["InstanceId"]) == "unhealthy" for arn in group.get("TargetGroupARNs", [])
    )
