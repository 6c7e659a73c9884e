"""CloudFormation's Auto Scaling groups: updates leave the capacity alone, deletions wait for members."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from region.autoscaling import changes, lifecycle
from region.autoscaling.groups import (
    Group,
    find,
    lock,
    refresh_zones,
    remove,
    resolve_template,
    template_spec,
)
from region.autoscaling.query import Refused, existing
from region.base import contract
from region.cloudformation.resource import (
    CREATE,
    DELETE,
    PROVISIONERS,
    UPDATE,
    Created,
    Properties,
    ResourceFailed,
)

contract.expect(PROVISIONERS, "_asg_create", CREATE)
contract.expect(PROVISIONERS, "_asg_update", UPDATE)
contract.expect(PROVISIONERS, "_asg_delete", DELETE)
contract.expect(PROVISIONERS, "_asg_hook_create", CREATE)

GROUP = "AWS::AutoScaling::AutoScalingGroup"
EMPTY_SECONDS = 900.0
"""How long a stack waits for a group to become empty before its deletion fails."""


def _create_group(
    original: Callable[..., Created], logical_id: str, props: Properties, stack_name: str
) -> Created:
    name = props.get("AutoScalingGroupName")
    if name and find(name):
        raise ResourceFailed(f"AutoScalingGroup by this name already exists - {name}")
    low, high = int(props.get("MinSize", 0)), int(props.get("MaxSize", 0))
    changes.check_limits(low, high, int(props.get("DesiredCapacity", low)))
    with lock:
        physical_id, attributes = original(logical_id, props, stack_name)
        group = existing(physical_id)
        changes.adopt(group, _target_groups(props))
        try:
            _complete(group, props)
        except LookupError as error:
            remove(group)
            raise ResourceFailed(str(error)) from error
    return physical_id, attributes


def _update_group(
    original: Callable[..., Created],
    physical_id: str,
    old_props: Properties,
    new_props: Properties,
    stack_name: str,
    logical_id: str | None = None,
) -> Created:
    group = find(physical_id)
    renamed = new_props.get("AutoScalingGroupName") not in (None, physical_id)
    given = dict(new_props)
    if group is not None and not renamed and "DesiredCapacity" not in given:
        # A template without DesiredCapacity leaves it alone, within the new bounds.
        low, high = int(given.get("MinSize", 0)), int(given.get("MaxSize", 0))
        given["DesiredCapacity"] = min(max(group["DesiredCapacity"], low), high)
    made = original(physical_id, old_props, given, stack_name, logical_id)
    updated = find(made[0])
    if updated is group and group is not None:
        with lock:
            changes.set_target_groups(group, _target_groups(new_props))
            _complete(group, new_props)
            changes.new_chance(group)
    return made


def _target_groups(props: Properties) -> list[str]:
    return [str(arn) for arn in props.get("TargetGroupARNs") or []]


def _complete(group: Group, props: Properties) -> None:
    """What a template says and the emulator does not take over."""
    group["MixedInstancesPolicy"] = props.get("MixedInstancesPolicy") or {}
    refresh_zones(group)
    for hook in props.get("LifecycleHookSpecificationList") or []:
        lifecycle.put(group["AutoScalingGroupName"], hook)
    if template_spec(group):
        resolve_template(group)


def _delete_group(original: Callable[..., None], physical_id: str, props: Properties) -> None:
    """Scales to zero, waits until the last instance is terminated (its hooks included), then deletes."""
    group = find(physical_id)
    if group is None:
        original(physical_id, props)
        return
    with lock:
        changes.begin_delete(group, force=False)
    deadline = time.monotonic() + EMPTY_SECONDS
    while find(physical_id) is group:
        if time.monotonic() > deadline:
            left = ", ".join(member["InstanceId"] for member in group["Instances"])
            raise ResourceFailed(f"Auto Scaling group {physical_id} still holds {left}")
        time.sleep(0.05)


def _create_hook(
    original: Callable[..., Created], logical_id: str, props: Properties, stack_name: str
) -> Created:
    name = str(props.get("AutoScalingGroupName", ""))
    try:
        existing(name)
    except Refused as refusal:
        raise ResourceFailed(str(refusal)) from refusal
    return original(logical_id, props, stack_name)


HOOKS: tuple[tuple[str, str, str, Callable[..., Any]], ...] = (
    (GROUP, "create", "_asg_create", _create_group),
    (GROUP, "update", "_asg_update", _update_group),
    (GROUP, "delete", "_asg_delete", _delete_group),
    ("AWS::AutoScaling::LifecycleHook", "create", "_asg_hook_create", _create_hook),
)
