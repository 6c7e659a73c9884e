"""The Auto Scaling API of scaling processes, suspended and resumed, and of attached target groups."""

from __future__ import annotations

from collections.abc import Callable

from region.autoscaling.changes import set_target_groups
from region.autoscaling.groups import lock, moment
from region.autoscaling.query import Params, Refused, needed, values
from region.base import contract
from region.base.emulator import alb

contract.expect("ministack.services.alb", "_tgs")

PROCESSES = (
    *("Launch", "Terminate", "AddToLoadBalancer", "AlarmNotification", "AZRebalance", "HealthCheck"),
    *("InstanceRefresh", "ReplaceUnhealthy", "ScheduledActions"),
)


def _suspend(params: Params) -> str:
    group, chosen = needed(params), _processes(params)
    with lock:
        known = {entry["ProcessName"] for entry in group.setdefault("SuspendedProcesses", [])}
        group["SuspendedProcesses"] += [
            {"ProcessName": name, "SuspensionReason": f"User suspended at {moment()}"}
            for name in chosen
            if name not in known
        ]
    return ""


def _resume(params: Params) -> str:
    group, chosen = needed(params), _processes(params)
    with lock:
        left = [entry for entry in group.get("SuspendedProcesses", []) if entry["ProcessName"] not in chosen]
        group["SuspendedProcesses"] = left
    return ""


def _processes(params: Params) -> list[str]:
    chosen = values(params, "ScalingProcesses") or list(PROCESSES)
    unknown = [name for name in chosen if name not in PROCESSES]
    if unknown:
        raise Refused(f"{unknown[0]} is not a scaling process; there are {', '.join(PROCESSES)}")
    return chosen


def _attach_groups(params: Params) -> str:
    group, wanted = needed(params), values(params, "TargetGroupARNs")
    for arn in wanted:
        if arn not in alb._tgs:
            raise Refused(f"Target groups not found - {arn}")
    with lock:
        set_target_groups(group, [*group.get("TargetGroupARNs", []), *wanted])
    return ""


def _detach_groups(params: Params) -> str:
    group, unwanted = needed(params), values(params, "TargetGroupARNs")
    with lock:
        attached = group.get("TargetGroupARNs", [])
        missing = [arn for arn in unwanted if arn not in attached]
        if missing:
            raise Refused(f"Trying to remove Target Groups that are not part of the group: {missing[0]}")
        set_target_groups(group, [arn for arn in attached if arn not in unwanted])
    return ""


HANDLERS: dict[str, Callable[[Params], str]] = {
    "SuspendProcesses": _suspend,
    "ResumeProcesses": _resume,
    "AttachLoadBalancerTargetGroups": _attach_groups,
    "DetachLoadBalancerTargetGroups": _detach_groups,
}
