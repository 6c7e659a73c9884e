"""A member's way through its lifecycle, one step at a time."""

from __future__ import annotations

import time

from region.autoscaling import activities, leaving, lifecycle, observing
from region.autoscaling.groups import Group, Member, instance_state, moment, suspended
from region.elb import targets


def advance(group: Group, member: Member) -> bool:
    """Moves a member one step on; False when it has to wait."""
    step = {
        "Pending": _from_pending,
        "Pending:Wait": _from_pending_wait,
        "Terminating": _from_terminating,
        "Terminating:Wait": _from_terminating_wait,
    }.get(member["LifecycleState"])
    return step(group, member) if step else False


def _from_pending(group: Group, member: Member) -> bool:
    if instance_state(member["InstanceId"]) != "running":
        return False
    if lifecycle.begin(group, member, lifecycle.LAUNCHING):
        member["LifecycleState"] = "Pending:Wait"
        activities.waiting(group, member["_activity"])
        return False
    _serve(group, member)
    return True


def _from_pending_wait(group: Group, member: Member) -> bool:
    result = lifecycle.outcome(group, member)
    if result is None:
        return False
    if result == "CONTINUE":
        _serve(group, member)
    else:
        observing.launch_failed(group, member, "a launching lifecycle hook was abandoned")
        cause = (
            f"At {moment()} an instance was terminated because its launching lifecycle hook was abandoned."
        )
        leaving.begin_termination(group, member, cause, with_hooks=False)
    return True


def _serve(group: Group, member: Member) -> None:
    lifecycle.clear(member)
    member.update({"LifecycleState": "InService", "_in_service": time.time()})
    if not suspended(group, "AddToLoadBalancer"):
        for arn in group.get("TargetGroupARNs", []):
            targets.register(arn, member["InstanceId"])
    activity = activities.finish(group, member["_activity"], "Successful")
    if activity:
        activities.publish(group, "EC2 Instance Launch Successful", activity, member)


def _from_terminating(group: Group, member: Member) -> bool:
    """Targets drain before the terminating hooks start, as on AWS."""
    if any(targets.is_draining(arn, member["InstanceId"]) for arn in group.get("TargetGroupARNs", [])):
        return False
    if lifecycle.begin(group, member, lifecycle.TERMINATING):
        member["LifecycleState"] = "Terminating:Wait"
        activities.waiting(group, member["_activity"])
        return False
    member["LifecycleState"] = "Terminating:Proceed"
    return True


def _from_terminating_wait(group: Group, member: Member) -> bool:
    if lifecycle.outcome(group, member) is None:
        return False
    lifecycle.clear(member)
    member["LifecycleState"] = "Terminating:Proceed"
    return True
