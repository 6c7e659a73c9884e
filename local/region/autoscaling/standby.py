"""Instances in Standby: members that serve nothing and do not count.

Auto Scaling User Guide, "Temporarily removing instances from your Auto Scaling group".
"""

from __future__ import annotations

from collections.abc import Callable

from region.autoscaling import activities
from region.autoscaling.groups import STANDBY, Group, Member, lock, moment, set_desired
from region.autoscaling.query import Params, Refused, needed, value, values
from region.base.emulator import autoscaling
from region.elb import targets


def _members(group: Group, params: Params, state: str) -> list[Member]:
    known = {member["InstanceId"]: member for member in group["Instances"]}
    found = [known[one] for one in values(params, "InstanceIds") if one in known]
    missing = [one for one in values(params, "InstanceIds") if one not in known]
    if missing:
        name = group["AutoScalingGroupName"]
        raise Refused(f"The instance {missing[0]} is not part of Auto Scaling group {name}.")
    for member in found:
        if member["LifecycleState"] != state:
            raise Refused(f"The instance {member['InstanceId']} is not in {state}.")
    return found


def _enter(params: Params) -> str:
    with lock:
        group = needed(params)
        members = _members(group, params, "InService")
        if value(params, "ShouldDecrementDesiredCapacity") == "true":
            if group["DesiredCapacity"] - len(members) < group["MinSize"]:
                raise Refused("Removing the instances would violate the group's min size constraint.")
            set_desired(group, group["DesiredCapacity"] - len(members), "a user request to move to standby,")
        for member in members:
            member["LifecycleState"] = STANDBY
            for arn in group.get("TargetGroupARNs", []):
                targets.deregister(arn, member["InstanceId"])
        return _told(group, members, "Moving EC2 instance to Standby")


def _exit(params: Params) -> str:
    with lock:
        group = needed(params)
        members = _members(group, params, STANDBY)
        if group["DesiredCapacity"] + len(members) > group["MaxSize"]:
            raise Refused("Adding the instances would violate the group's max size constraint.")
        set_desired(group, group["DesiredCapacity"] + len(members), "a user request to move out of standby,")
        for member in members:
            # It becomes InService by the way of any pending one, load balancers included.
            member["LifecycleState"] = "Pending"
        return _told(group, members, "Moving EC2 instance out of Standby")


def _told(group: Group, members: list[Member], what: str) -> str:
    shown = ""
    for member in members:
        cause = f"At {moment()} instance {member['InstanceId']} was moved in response to a user request."
        member["_activity"] = activities.start(group, f"{what}: {member['InstanceId']}", cause, {})
        record = activities.get(group, member["_activity"]) or {}
        shown += f"<member>{autoscaling._member_xml(record)}</member>"
        if member["LifecycleState"] == STANDBY:
            activities.finish(group, member["_activity"], "Successful")
    return f"<Activities>{shown}</Activities>"


HANDLERS: dict[str, Callable[[Params], str]] = {"EnterStandby": _enter, "ExitStandby": _exit}
