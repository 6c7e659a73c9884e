"""The Auto Scaling API of groups: made, changed, deleted, their capacity set.

What a group wants is written here; fleet.py makes it so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from region.autoscaling import changes, fleet, lifecycle, member_actions, process_actions, standby, views
from region.autoscaling.groups import Group, lock, refresh_zones, set_desired, template_spec
from region.autoscaling.query import (
    Params,
    Refused,
    Response,
    answering,
    needed,
    nested,
    refused,
    value,
    values,
    whole,
)
from region.base import contract, loops, patch

MODULE = "ministack.services.autoscaling"
contract.expect(MODULE, "_reconcile_instances", "(asg)")
for _action in (
    *(
        "CreateAutoScalingGroup",
        "UpdateAutoScalingGroup",
        "DeleteAutoScalingGroup",
        "DescribeAutoScalingGroups",
    ),
    *("SetDesiredCapacity", "DescribeAutoScalingInstances", "DescribeScalingActivities"),
):
    contract.expect_entry(MODULE, "_ACTION_MAP", _action, "(p)")


def _create(original: Callable[[Params], Response], params: Params) -> Response:
    minimum, maximum = whole(params, "MinSize") or 0, whole(params, "MaxSize") or 0
    desired = whole(params, "DesiredCapacity")
    changes.check_limits(minimum, maximum, minimum if desired is None else desired)
    source = _launch_source(params)
    with lock:
        response = original(params)
        if response[0] != 200:
            return response
        group = needed(params)
        group.update(source)
        # The API's default; the console's is 300.
        group["HealthCheckGracePeriod"] = whole(params, "HealthCheckGracePeriod") or 0
        changes.adopt(group, values(params, "TargetGroupARNs"))
        number = 1
        while name := value(params, f"LifecycleHookSpecificationList.member.{number}.LifecycleHookName"):
            _put_hook(group, params, f"LifecycleHookSpecificationList.member.{number}", name)
            number += 1
    return response


def _creating(original: Callable[[Params], Response], params: Params) -> Response:
    try:
        return _create(original, params)
    except Refused as refusal:
        return refused(refusal)


def _launch_source(params: Params) -> dict[str, Any]:
    """LaunchTemplate, MixedInstancesPolicy or LaunchConfigurationName, others empty; Refused without any."""
    source = {
        "LaunchTemplate": _template_given(params),
        "MixedInstancesPolicy": nested(params, "MixedInstancesPolicy"),
        "LaunchConfigurationName": value(params, "LaunchConfigurationName"),
    }
    if not any(source.values()):
        kinds = "LaunchTemplate, LaunchConfigurationName, or MixedInstancesPolicy"
        raise Refused(f"Valid requests must contain either {kinds} parameter.")
    if template_spec(source):
        changes.named_template(template_spec(source))
    return source


def _put_hook(group: Group, params: Params, prefix: str, name: str) -> None:
    keys = ("LifecycleTransition", "HeartbeatTimeout", "DefaultResult", "NotificationMetadata")
    fields = {key: value(params, f"{prefix}.{key}") for key in keys}
    lifecycle.put(group["AutoScalingGroupName"], {"LifecycleHookName": name, **fields})


def _template_given(params: Params) -> dict[str, str]:
    keys = ("LaunchTemplateId", "LaunchTemplateName", "Version")
    given = {key: value(params, f"LaunchTemplate.{key}") for key in keys}
    return changes.named_template(given) if given["LaunchTemplateId"] or given["LaunchTemplateName"] else {}


def _update(params: Params) -> str:
    group = needed(params)
    with lock:
        minimum, maximum = whole(params, "MinSize"), whole(params, "MaxSize")
        changes.change_limits(group, minimum, maximum, whole(params, "DesiredCapacity"))
        for key in ("DefaultCooldown", "HealthCheckGracePeriod"):
            if value(params, key):
                group[key] = whole(params, key)
        if value(params, "HealthCheckType"):
            group["HealthCheckType"] = value(params, "HealthCheckType")
        if value(params, "VPCZoneIdentifier"):
            group["VPCZoneIdentifier"] = value(params, "VPCZoneIdentifier")
            refresh_zones(group)
        if any(
            name.startswith(("LaunchTemplate.", "MixedInstancesPolicy.", "LaunchConf")) for name in params
        ):
            group.update(_launch_source(params))
        if values(params, "TerminationPolicies"):
            group["TerminationPolicies"] = values(params, "TerminationPolicies")
        if value(params, "NewInstancesProtectedFromScaleIn"):
            group["NewInstancesProtectedFromScaleIn"] = (
                value(params, "NewInstancesProtectedFromScaleIn") == "true"
            )
        changes.new_chance(group)
    return ""


def _delete(params: Params) -> str:
    group = needed(params)
    with lock:
        force = value(params, "ForceDelete") == "true"
        if group["Instances"] and not force:
            message = (
                "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance "
                "request(s) still in the group."
            )
            raise Refused(message, "ResourceInUse")
        changes.begin_delete(group, force)
    return ""


def _set_desired(params: Params) -> str:
    group = needed(params)
    wanted = whole(params, "DesiredCapacity")
    if wanted is None:
        raise Refused("DesiredCapacity is required")
    with lock:
        for beyond, bound in (
            (wanted > group["MaxSize"], "above max"),
            (wanted < group["MinSize"], "below min"),
        ):
            if beyond:
                limit = group["MaxSize" if "max" in bound else "MinSize"]
                change = f"New SetDesiredCapacity value {wanted} is {bound} value {limit}"
                raise Refused(f"{change} for the AutoScalingGroup.")
        set_desired(group, wanted, "a user request explicitly set group desired capacity")
        changes.new_chance(group)
    return ""


HANDLERS: dict[str, Callable[[Params], str]] = {
    "UpdateAutoScalingGroup": _update,
    "DeleteAutoScalingGroup": _delete,
    "SetDesiredCapacity": _set_desired,
    **member_actions.HANDLERS,
    **process_actions.HANDLERS,
    **standby.HANDLERS,
    **views.HANDLERS,
}


def install() -> None:
    # The emulator fills groups with made-up instances; ours are launched.
    patch.replace(MODULE, "_reconcile_instances", lambda asg: None)
    patch.wrap_entry(MODULE, "_ACTION_MAP", "CreateAutoScalingGroup", _creating)
    for action, handler in HANDLERS.items():
        patch.entry(MODULE, "_ACTION_MAP", action, answering(action, handler))
    loops.every(0.2, fleet.round_trip)
