"""The loop that makes every Auto Scaling group's instances what the group wants them to be.

Each round looks at EC2's state of every member, moves each one step on in its lifecycle, then launches or terminates.
Decisions are made under the lock; launches and terminations happen outside it, for they start and end processes.
"""

from __future__ import annotations

import logging
import time
from collections import Counter

from region.autoscaling import activities, launching, lifecycle, refresh
from region.base import contract
from region.elb import targets
from region.autoscaling.groups import (
    DEAD_STATES,
    LEAVING,
    Group,
    Member,
    deleting,
    everywhere,
    instance_state,
    is_kept,
    lock,
    moment,
    staying,
    suspended,
)

logger = logging.getLogger("region.autoscaling")

contract.expect("ministack.services.autoscaling", "_asgs")
contract.expect("ministack.services.autoscaling", "_tags")
contract.expect("ministack.services.autoscaling", "_delete_group_hooks", "(asg_name)")
contract.expect("ministack.services.autoscaling", "_delete_group_policies", "(asg_name)")
contract.expect("ministack.core.responses", "request_scope", "(account_id, region)")

CRASHES = ("Client.InstanceInitiatedShutdown", "Client.InternalError")
"""Why EC2 says an instance ended when its program did, or could not be started."""
STEPS = 4
"""Lifecycle steps a member can take in one round, so that a chain of them does not wait for as many rounds."""


def round_trip() -> None:
    """One round over every group; what one group raises does not hold up the others."""
    from ministack.core.responses import request_scope

    for account, region, group in list(everywhere()):
        with request_scope(account, region):
            try:
                reconcile(group)
            except Exception:
                logger.exception("Auto Scaling group %s", group["AutoScalingGroupName"])


def reconcile(group: Group) -> None:
    """One round for one group."""
    with lock:
        _observe(group)
        refresh.step(group)
        _shrink(group)
        for member in list(group["Instances"]):
            for _ in range(STEPS):
                if not _advance(group, member):
                    break
        ending = [member["InstanceId"] for member in group["Instances"] if _take_order(member)]
        count = 0 if deleting(group) else launching.missing(group)
    launching.terminate(ending)
    if count:
        launching.launch(group, count)
    with lock:
        _bury(group)


def begin_termination(group: Group, member: Member, cause: str, with_hooks: bool = True) -> str:
    """Takes a member out of service and returns the id of the activity that follows it to its end."""
    instance_id = member["InstanceId"]
    details = {"Subnet ID": member.get("SubnetId", ""), "Availability Zone": member["AvailabilityZone"]}
    pending = member["LifecycleState"].startswith("Pending")
    if pending and activities.is_open(group, member["_activity"]):
        activities.finish(group, member["_activity"], "Cancelled", f"{instance_id} was terminated before it served")
    member["_activity"] = activities.start(group, f"Terminating EC2 instance: {instance_id}", cause, details)
    member["LifecycleState"] = "Terminating"
    lifecycle.clear(member)
    for arn in group.get("TargetGroupARNs", []):
        targets.deregister(arn, instance_id, at_once=not with_hooks)
    if not with_hooks or pending:
        member["LifecycleState"] = "Terminating:Proceed"
    return member["_activity"]


def _observe(group: Group) -> None:
    """Takes over what EC2 and the load balancer say of each member."""
    for member in list(group["Instances"]):
        state = instance_state(member["InstanceId"])
        if state in DEAD_STATES:
            _found_dead(group, member, state)
        elif member["LifecycleState"] in LEAVING:
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
        begin_termination(group, member, cause)


def _found_dead(group: Group, member: Member, state: str) -> None:
    """An instance that ended outside the group's doing: no hook could reach it any more, so none is waited for."""
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
        _launch_failed(group, member, f"{member['InstanceId']} ended before it served: {message}")
    member["HealthStatus"] = "Unhealthy"
    words = "an EC2 health check that indicated it had been terminated or stopped"
    cause = f"At {moment()} an instance was taken out of service in response to {words}."
    begin_termination(group, member, cause, with_hooks=False)


def _reason(member: Member) -> tuple[str, str]:
    """EC2's StateReason of an instance that ended."""
    from ministack.services import ec2

    reason = (ec2._instances.get(member["InstanceId"]) or {}).get("StateReason") or {}
    return reason.get("Code", ""), reason.get("Message", "its record is gone")


def _launch_failed(group: Group, member: Member, message: str) -> None:
    activity = activities.finish(group, member["_activity"], "Failed", message)
    if activity:
        activities.publish(group, "EC2 Instance Launch Unsuccessful", activity, member)


def _fails_load_balancer(group: Group, member: Member) -> bool:
    if group["HealthCheckType"] != "ELB" or member["LifecycleState"] != "InService":
        return False
    if time.time() - member.get("_in_service", member["_launched"]) < group["HealthCheckGracePeriod"]:
        return False
    return any(targets.state_of(arn, member["InstanceId"]) == "unhealthy" for arn in group.get("TargetGroupARNs", []))


def _shrink(group: Group) -> None:
    """Takes the surplus out of service."""
    surplus = len(staying(group)) - group["DesiredCapacity"]
    if surplus <= 0 or (suspended(group, "Terminate") and not deleting(group)):
        return
    before = len(staying(group))
    for number in range(surplus):
        member = choose_to_end(group)
        if member is None:
            return
        change = f"shrinking the capacity from {before - number} to {before - number - 1}"
        taken = f"At {moment()} an instance was taken out of service in response to a difference"
        cause = f"{group.get('_request', '')} {taken} between desired and actual capacity, {change}.".strip()
        begin_termination(group, member, cause, with_hooks=not group.get("_force_delete"))


def choose_to_end(group: Group) -> Member | None:
    """The member that scale-in ends next, as "Default termination policy" says.

    In the zones that hold the most: the oldest launch template version first, then the oldest instance.
    """
    candidates = [one for one in staying(group) if deleting(group) or not one.get("ProtectedFromScaleIn")]
    if not candidates:
        return None
    # Instances that do not serve yet go before those that do.
    early = [one for one in candidates if one["LifecycleState"] != "InService"]
    pool = early or candidates
    sizes = Counter(one["AvailabilityZone"] for one in staying(group))
    fullest = max(sizes[one["AvailabilityZone"]] for one in pool)
    pool = [one for one in pool if sizes[one["AvailabilityZone"]] == fullest]
    policies = group.get("TerminationPolicies") or ["Default"]
    newest_first = "NewestInstance" in policies
    by_age = "OldestInstance" in policies or newest_first

    def rank(member: Member) -> tuple[float, float]:
        version = 0.0 if by_age else float((member.get("LaunchTemplate") or {}).get("Version") or 0)
        return version, -member["_launched"] if newest_first else member["_launched"]

    return min(pool, key=rank)


def _advance(group: Group, member: Member) -> bool:
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
        _launch_failed(group, member, "a launching lifecycle hook was abandoned")
        cause = f"At {moment()} an instance was terminated because its launching lifecycle hook was abandoned."
        begin_termination(group, member, cause, with_hooks=False)
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


def _take_order(member: Member) -> bool:
    """True once per member: when it is time to ask EC2 to terminate it."""
    if member["LifecycleState"] != "Terminating:Proceed" or member.get("_asked"):
        return False
    member["_asked"] = True
    return instance_state(member["InstanceId"]) not in ("terminated", "shutting-down")


def _bury(group: Group) -> None:
    """Drops members that EC2 has terminated, and the group itself when it is being deleted and empty."""
    for member in list(group["Instances"]):
        proceeding = member["LifecycleState"] == "Terminating:Proceed"
        if not proceeding or instance_state(member["InstanceId"]) != "terminated":
            continue
        group["Instances"].remove(member)
        activity = activities.finish(group, member["_activity"], "Successful")
        if activity:
            activities.publish(group, "EC2 Instance Terminate Successful", activity, member)
    if deleting(group) and not group["Instances"]:
        remove(group)


def remove(group: Group) -> None:
    """Removes the record of a group with all that belongs to it."""
    from ministack.services import autoscaling

    name = group["AutoScalingGroupName"]
    if is_kept(group):
        autoscaling._asgs.pop(name, None)
        autoscaling._tags.pop(name, None)
        autoscaling._delete_group_hooks(name)
        autoscaling._delete_group_policies(name)
