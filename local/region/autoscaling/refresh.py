"""Instance refreshes: members replaced a few at a time, never below the minimum healthy percentage."""

from __future__ import annotations

import math
import time
import uuid
from typing import Any

from region.autoscaling import leaving
from region.autoscaling.groups import Group, Member, in_service, is_current, lock, moment, staying, suspended
from region.autoscaling.query import Params, Refused, answering, needed, value, values, whole
from region.base import contract, patch
from region.base.emulator import autoscaling

MODULE = "ministack.services.autoscaling"
contract.expect(MODULE, "_member_xml", "(value)")
contract.expect_entry(MODULE, "_ACTION_MAP", "StartInstanceRefresh", "(p)")
contract.expect_entry(MODULE, "_ACTION_MAP", "DescribeInstanceRefreshes", "(p)")
contract.expect_entry(MODULE, "_ACTION_MAP", "CancelInstanceRefresh", "(p)")

ACTIVE = ("Pending", "InProgress", "Cancelling")
SHOWN = ("InstanceRefreshId", "AutoScalingGroupName", "Status", "StatusReason", "StartTime", "EndTime")


def active(group: Group) -> dict[str, Any] | None:
    return next((one for one in group.get("InstanceRefreshes", []) if one["Status"] in ACTIVE), None)


def allowance(healthy: int, desired: int, minimum_percent: int, replacing: int) -> int:
    """How many more members may be taken out now.

    As many as leave the minimum healthy percentage (rounded up) in service; one at a time when it leaves no
    room, as AWS does, and none before the replacement of that one serves.
    """
    floor = math.ceil(desired * minimum_percent / 100)
    room = healthy - floor
    if room > 0:
        return room
    return 1 if replacing == 0 and healthy >= desired else 0


def step(group: Group) -> None:
    """Moves the group's refresh on by one step, if there is one. Called under the lock."""
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
        leaving.begin_termination(group, member, cause)


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


def _start(params: Params) -> str:
    group = needed(params)
    with lock:
        if active(group):
            message = (
                "An Instance Refresh is already in progress and blocks the execution of this Instance Refresh"
            )
            raise Refused(message, "InstanceRefreshInProgress")
        refresh = {
            "InstanceRefreshId": str(uuid.uuid4()),
            "AutoScalingGroupName": group["AutoScalingGroupName"],
            "Status": "Pending",
            "StatusReason": "",
            "StartTime": moment(),
            "EndTime": "",
            "PercentageComplete": 0,
            "Preferences": _preferences(params),
            "_started": time.time(),
        }
        refresh["_total"] = refresh["InstancesToUpdate"] = len(_left(group, refresh))
        group.setdefault("InstanceRefreshes", []).insert(0, refresh)
    return f"<InstanceRefreshId>{refresh['InstanceRefreshId']}</InstanceRefreshId>"


def _preferences(params: Params) -> dict[str, Any]:
    minimum = value(params, "Preferences.MinHealthyPercentage") or "90"
    if not minimum.isdigit() or not 0 <= int(minimum) <= 100:
        raise Refused("MinHealthyPercentage must be between 0 and 100")
    return {
        "MinHealthyPercentage": int(minimum),
        "InstanceWarmup": whole(params, "Preferences.InstanceWarmup") or 0,
        "SkipMatching": value(params, "Preferences.SkipMatching") == "true",
    }


def _describe(params: Params) -> str:
    group, wanted = needed(params), values(params, "InstanceRefreshIds")
    shown = [
        {
            key: one[key]
            for key in (*SHOWN, "PercentageComplete", "InstancesToUpdate", "Preferences")
            if one[key] != ""
        }
        for one in group.get("InstanceRefreshes", [])
        if not wanted or one["InstanceRefreshId"] in wanted
    ]
    return f"<InstanceRefreshes>{autoscaling._member_xml(shown)}</InstanceRefreshes>"


def _cancel(params: Params) -> str:
    group = needed(params)
    with lock:
        refresh = active(group)
        if refresh is None:
            name = group["AutoScalingGroupName"]
            message = f"No in progress or pending Instance Refresh found for Auto Scaling group {name}"
            raise Refused(message, "ActiveInstanceRefreshNotFound")
        refresh["Status"] = "Cancelling"
    return f"<InstanceRefreshId>{refresh['InstanceRefreshId']}</InstanceRefreshId>"


def install() -> None:
    for action, handler in (
        ("StartInstanceRefresh", _start),
        ("DescribeInstanceRefreshes", _describe),
        ("CancelInstanceRefresh", _cancel),
    ):
        patch.entry(MODULE, "_ACTION_MAP", action, answering(action, handler))
