"""The loop that makes every Auto Scaling group's instances what the group wants them to be.

Each round looks at EC2's state of every member, moves each one step on in its lifecycle, then launches or
terminates. Decisions are made under the lock; launches and terminations happen outside it, because they start
and end processes.
"""

from __future__ import annotations

import logging

from region.autoscaling import activities, launching, observing, rebalancing, refresh, shrinking, steps
from region.autoscaling.groups import Group, Member, deleting, everywhere, instance_state, lock, remove
from region.base.emulator import request_scope

logger = logging.getLogger("region.autoscaling")

STEPS = 4
"""Lifecycle steps a member can take in one round, so that a chain of them does not take a round each.
"""


def round_trip() -> None:
    """One round over every group; an exception in one does not hold up the others."""
    for account, region, group in list(everywhere()):
        with request_scope(account, region):
            try:
                reconcile(group)
            except Exception:
                logger.exception("Auto Scaling group %s", group["AutoScalingGroupName"])


def reconcile(group: Group) -> None:
    """One round for one group."""
    with lock:
        observing.observe(group)
        refresh.step(group)
        shrinking.shrink(group)
        for member in list(group["Instances"]):
            for _ in range(STEPS):
                if not steps.advance(group, member):
                    break
        ending = [member["InstanceId"] for member in group["Instances"] if _take_order(member)]
        count = 0 if deleting(group) else launching.missing(group)
        balance = rebalancing.cause_now(group)
    launching.terminate(ending)
    if count:
        launching.launch(group, count)
    elif balance:
        launching.launch(group, 1, balance)
    with lock:
        _bury(group)


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
