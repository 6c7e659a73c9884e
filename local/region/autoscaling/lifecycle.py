"""Lifecycle hooks: a launching or terminating instance waits until its actions are completed or time out.

"Amazon EC2 Auto Scaling lifecycle hooks": all hooks of a transition start together; one ABANDON ends them
all.
"""

from __future__ import annotations

import time
import uuid
from typing import Any

from region.autoscaling.groups import Group, Member, lock
from region.autoscaling.query import Params, Refused, answering, needed, value
from region.base import contract, events, patch
from region.base.emulator import autoscaling

LAUNCHING = "autoscaling:EC2_INSTANCE_LAUNCHING"
TERMINATING = "autoscaling:EC2_INSTANCE_TERMINATING"
_EVENT = {
    LAUNCHING: "EC2 Instance-launch Lifecycle Action",
    TERMINATING: "EC2 Instance-terminate Lifecycle Action",
}
LONGEST = 48 * 3600
"""Seconds an instance can be kept waiting in all; also 100 times the heartbeat timeout, whichever is less."""

MODULE = "ministack.services.autoscaling"
contract.expect(MODULE, "_hooks")
contract.expect(MODULE, "_hook_record", "(asg_name, hook_name, fields)")
contract.expect_entry(MODULE, "_ACTION_MAP", "PutLifecycleHook", "(p)")
contract.expect_entry(MODULE, "_ACTION_MAP", "CompleteLifecycleAction", "(p)")
contract.expect_entry(MODULE, "_ACTION_MAP", "RecordLifecycleActionHeartbeat", "(p)")


def hooks_of(group: Group, transition: str) -> list[dict[str, Any]]:
    name = group["AutoScalingGroupName"]
    return [
        hook
        for hook in autoscaling._hooks.values()
        if hook["AutoScalingGroupName"] == name and hook["LifecycleTransition"] == transition
    ]


def begin(group: Group, member: Member, transition: str) -> bool:
    """Starts the actions of every hook of `transition`; False when there is none to wait for."""
    hooks = hooks_of(group, transition)
    now = time.time()
    member["_actions"] = {
        hook["LifecycleHookName"]: {
            "token": str(uuid.uuid4()),
            "deadline": now + hook["HeartbeatTimeout"],
            "latest": now + min(LONGEST, 100 * hook["HeartbeatTimeout"]),
            "result": "",
        }
        for hook in hooks
    }
    for hook in hooks:
        _announce(group, member, hook)
    return bool(hooks)


def _announce(group: Group, member: Member, hook: dict[str, Any]) -> None:
    transition = hook["LifecycleTransition"]
    detail = {
        "LifecycleActionToken": member["_actions"][hook["LifecycleHookName"]]["token"],
        "AutoScalingGroupName": group["AutoScalingGroupName"],
        "LifecycleHookName": hook["LifecycleHookName"],
        "EC2InstanceId": member["InstanceId"],
        "LifecycleTransition": transition,
        "Origin": "EC2" if transition == LAUNCHING else "AutoScalingGroup",
        "Destination": "AutoScalingGroup" if transition == LAUNCHING else "EC2",
    }
    if hook.get("NotificationMetadata"):
        detail["NotificationMetadata"] = hook["NotificationMetadata"]
    events.publish("aws.autoscaling", _EVENT[transition], detail, [group["AutoScalingGroupARN"]])


def outcome(group: Group, member: Member) -> str | None:
    """`CONTINUE` or `ABANDON` once the member's actions are over, None while one is pending.

    An action past its deadline takes the hook's DefaultResult; an action whose hook was deleted counts as
    continued.
    """
    now = time.time()
    results = []
    for name, action in (member.get("_actions") or {}).items():
        hook = autoscaling._hooks.get(f"{group['AutoScalingGroupName']}/{name}")
        if not action["result"] and hook is None:
            action["result"] = "CONTINUE"
        elif not action["result"] and now >= min(action["deadline"], action["latest"]):
            action["result"] = hook["DefaultResult"]
        results.append(action["result"])
    if "ABANDON" in results:
        return "ABANDON"
    return "CONTINUE" if all(results) else None


def clear(member: Member) -> None:
    member.pop("_actions", None)


def put(name: str, fields: dict[str, Any]) -> None:
    """Creates or changes a hook; members that a PutLifecycleHook leaves out keep their value, as on AWS."""
    key = f"{name}/{fields['LifecycleHookName']}"
    given = {member: value for member, value in fields.items() if value not in (None, "")}
    known = autoscaling._hooks.get(key, {})
    autoscaling._hooks[key] = autoscaling._hook_record(name, fields["LifecycleHookName"], {**known, **given})


def _pending(params: Params) -> tuple[Group, dict[str, Any]]:
    """The group and the action that a request names by token or instance id; Refused when none waits."""
    group, hook = needed(params), value(params, "LifecycleHookName")
    token, instance_id = value(params, "LifecycleActionToken"), value(params, "InstanceId")
    for member in group["Instances"]:
        action = (member.get("_actions") or {}).get(hook)
        if action is None or action["result"] or not member["LifecycleState"].endswith(":Wait"):
            continue
        if action["token"] == token if token else member["InstanceId"] == instance_id:
            return group, action
    wanted = f"token {token}" if token else f"instance ID {instance_id}"
    raise Refused(f"No active Lifecycle Action found with {wanted}")


def _complete(params: Params) -> str:
    result = value(params, "LifecycleActionResult")
    if result not in ("CONTINUE", "ABANDON"):
        raise Refused("LifecycleActionResult must be CONTINUE or ABANDON")
    with lock:
        _group, action = _pending(params)
        action["result"] = result
    return ""


def _heartbeat(params: Params) -> str:
    with lock:
        group, action = _pending(params)
        hook = autoscaling._hooks[f"{group['AutoScalingGroupName']}/{value(params, 'LifecycleHookName')}"]
        action["deadline"] = time.time() + hook["HeartbeatTimeout"]
    return ""


def _put(params: Params) -> str:
    name, hook = needed(params)["AutoScalingGroupName"], value(params, "LifecycleHookName")
    transition = value(params, "LifecycleTransition")
    if transition not in _EVENT and f"{name}/{hook}" not in autoscaling._hooks:
        raise Refused(f"LifecycleTransition must be {LAUNCHING} or {TERMINATING}")
    keys = ("LifecycleTransition", "HeartbeatTimeout", "DefaultResult", "NotificationTargetARN", "RoleARN")
    fields = {key: value(params, key) for key in (*keys, "NotificationMetadata")}
    with lock:
        put(name, {"LifecycleHookName": hook, **fields})
    return ""


def install() -> None:
    for action, handler in (
        ("PutLifecycleHook", _put),
        ("CompleteLifecycleAction", _complete),
        ("RecordLifecycleActionHeartbeat", _heartbeat),
    ):
        patch.entry(MODULE, "_ACTION_MAP", action, answering(action, handler))
