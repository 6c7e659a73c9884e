"""Instance refreshes: members replaced a few at a time, never below the minimum healthy percentage."""

from __future__ import annotations

import math
import time
import uuid
from typing import Any

from region.base import contract, patch
from region.autoscaling.groups import Group, Member, find, in_service, is_current, lock, moment, staying, suspended

MODULE = "ministack.services.autoscaling"
contract.expect(MODULE, "_p", "(params, key)")
contract.expect(MODULE, "_xml", "(status, root_tag, inner)")
contract.expect(MODULE, "_error", "(code, message, status=400)")
contract.expect(MODULE, "_member_xml", "(value)")
contract.expect(MODULE, "_parse_member_list", "(params, prefix)")
contract.expect_entry(MODULE, "_ACTION_MAP", "StartInstanceRefresh", "(p)")
contract.expect_entry(MODULE, "_ACTION_MAP", "DescribeInstanceRefreshes", "(p)")
contract.expect_entry(MODULE, "_ACTION_MAP", "CancelInstanceRefresh", "(p)")

ACTIVE = ("Pending", "InProgress", "Cancelling")
SHOWN = ("InstanceRefreshId", "AutoScalingGroupName", "Status", "StatusReason", "StartTime", "EndTime")


def active(group: Group) -> dict[str, Any] | None:
    return next((one for one in group.get("InstanceRefreshes", []) if one["Status"] in ACTIVE), None)


def allowance(healthy: int, desired: int, minimum_percent: int, replacing: int) -> int:
    """How many more members may be taken out now.

    As many as leave the minimum healthy percentage (rounded up) in service; one at a time when it leaves no room,
    as AWS does, and none before the replacement of that one serves.
    """
    floor = math.ceil(desired * minimum_percent / 100)
    room = healthy - floor
    if room > 0:
        return room
    return 1 if replacing == 0 and healthy >= desired else 0


def step(group: Group) -> None:
    """Moves the group's refresh on by one step, if there is one. Called under the lock."""
    from region.autoscaling.fleet import begin_termination

    refresh = active(group)
    if refresh is None or suspended(group, "InstanceRefresh"):
        return
    left = _left(group, refresh)
    missing = group["DesiredCapacity"] - len(_warm(group, refresh))
    if refresh["Status"] == "Cancelling":
        if len(in_service(group)) >= group["DesiredCapacity"]:
            _end(refresh, "Cancelled", "Cancelled due to user request.")
        return
    refresh["Status"] = "InProgress"
    total = refresh["_total"]
    refresh["InstancesToUpdate"] = len(left)
    refresh["PercentageComplete"] = 100 if total == 0 else int(100 * (total - len(left)) / total)
    if not left:
        if missing <= 0:
            _end(refresh, "Successful", "")
        else:
            refresh["PercentageComplete"] = min(99, refresh["PercentageComplete"])
        return
    minimum = refresh["Preferences"]["MinHealthyPercentage"]
    room = allowance(len(_warm(group, refresh)), group["DesiredCapacity"], minimum, max(0, missing))
    for member in left[:room]:
        cause = f"At {moment()} an instance was taken out of service in response to an instance refresh."
        begin_termination(group, member, cause)


def _left(group: Group, refresh: dict[str, Any]) -> list[Member]:
    """The members still to be replaced, oldest first: those launched before the refresh started."""
    old = [member for member in staying(group) if member["_launched"] < refresh["_started"]]
    if refresh["Preferences"].get("SkipMatching"):
        old = [member for member in old if not is_current(group, member)]
    return sorted(old, key=lambda member: member["_launched"])


def _warm(group: Group, refresh: dict[str, Any]) -> list[Member]:
    """Members in service, new ones only after the warm-up."""
    warmup, started = refresh["Preferences"].get("InstanceWarmup") or 0, refresh["_started"]
    now = time.time()
    return [
        member
        for member in in_service(group)
        if member["_launched"] < started or now - member.get("_in_service", now) >= warmup
    ]


def _end(refresh: dict[str, Any], status: str, reason: str) -> None:
    refresh.update({"Status": status, "EndTime": moment(), "StatusReason": reason})
    if status == "Successful":
        refresh.update({"PercentageComplete": 100, "InstancesToUpdate": 0})


def _start(params: dict[str, Any]) -> tuple:
    from ministack.services import autoscaling

    name = autoscaling._p(params, "AutoScalingGroupName")
    group = find(name)
    if group is None:
        return autoscaling._error("ValidationError", f"AutoScalingGroup name not found - {name}")
    minimum = autoscaling._p(params, "Preferences.MinHealthyPercentage") or "90"
    if not minimum.isdigit() or not 0 <= int(minimum) <= 100:
        return autoscaling._error("ValidationError", "MinHealthyPercentage must be between 0 and 100")
    with lock:
        if active(group):
            message = "An Instance Refresh is already in progress and blocks the execution of this Instance Refresh"
            return autoscaling._error("InstanceRefreshInProgress", message)
        refresh = {
            "InstanceRefreshId": str(uuid.uuid4()),
            "AutoScalingGroupName": name,
            "Status": "Pending",
            "StatusReason": "",
            "StartTime": moment(),
            "EndTime": "",
            "PercentageComplete": 0,
            "Preferences": {
                "MinHealthyPercentage": int(minimum),
                "InstanceWarmup": int(autoscaling._p(params, "Preferences.InstanceWarmup") or 0),
                "SkipMatching": autoscaling._p(params, "Preferences.SkipMatching") == "true",
            },
            "_started": time.time(),
        }
        refresh["_total"] = refresh["InstancesToUpdate"] = len(_left(group, refresh))
        group.setdefault("InstanceRefreshes", []).insert(0, refresh)
    inner = f"<InstanceRefreshId>{refresh['InstanceRefreshId']}</InstanceRefreshId>"
    result = f"<StartInstanceRefreshResult>{inner}</StartInstanceRefreshResult>"
    return autoscaling._xml(200, "StartInstanceRefreshResponse", result)


def _describe(params: dict[str, Any]) -> tuple:
    from ministack.services import autoscaling

    name = autoscaling._p(params, "AutoScalingGroupName")
    group = find(name)
    if group is None:
        return autoscaling._error("ValidationError", f"AutoScalingGroup name not found - {name}")
    wanted = autoscaling._parse_member_list(params, "InstanceRefreshIds")
    shown = [
        {key: one[key] for key in (*SHOWN, "PercentageComplete", "InstancesToUpdate", "Preferences") if one[key] != ""}
        for one in group.get("InstanceRefreshes", [])
        if not wanted or one["InstanceRefreshId"] in wanted
    ]
    inner = f"<InstanceRefreshes>{autoscaling._member_xml(shown)}</InstanceRefreshes>"
    result = f"<DescribeInstanceRefreshesResult>{inner}</DescribeInstanceRefreshesResult>"
    return autoscaling._xml(200, "DescribeInstanceRefreshesResponse", result)


def _cancel(params: dict[str, Any]) -> tuple:
    from ministack.services import autoscaling

    name = autoscaling._p(params, "AutoScalingGroupName")
    group = find(name)
    if group is None:
        return autoscaling._error("ValidationError", f"AutoScalingGroup name not found - {name}")
    with lock:
        refresh = active(group)
        if refresh is None:
            message = f"No in progress or pending Instance Refresh found for Auto Scaling group {name}"
            return autoscaling._error("ActiveInstanceRefreshNotFound", message)
        refresh["Status"] = "Cancelling"
    inner = f"<InstanceRefreshId>{refresh['InstanceRefreshId']}</InstanceRefreshId>"
    result = f"<CancelInstanceRefreshResult>{inner}</CancelInstanceRefreshResult>"
    return autoscaling._xml(200, "CancelInstanceRefreshResponse", result)


def install() -> None:
    for action, handler in (
        ("StartInstanceRefresh", _start),
        ("DescribeInstanceRefreshes", _describe),
        ("CancelInstanceRefresh", _cancel),
    ):
        patch.entry(MODULE, "_ACTION_MAP", action, handler)
