"""The Auto Scaling API: groups, capacity, members, suspended processes, target groups, activities.

What a group wants is written here; fleet.py makes it so.
"""

from __future__ import annotations

from typing import Any, Callable

from region.autoscaling import activities, fleet, lifecycle, views as groupviews
from region.base import contract, loops, patch
from region.elb import targets
from region.autoscaling.query import Params, Refused, Response, answering, needed, nested, refused, value, values, whole
from region.autoscaling.groups import (
    LEAVING,
    Group,
    Member,
    lock,
    member_of,
    moment,
    refresh_zones,
    resolve_template,
    set_desired,
    template_spec,
)

MODULE = "ministack.services.autoscaling"
contract.expect(MODULE, "_member_xml", "(value)")
contract.expect(MODULE, "_reconcile_instances", "(asg)")
for _action in (
    *("CreateAutoScalingGroup", "UpdateAutoScalingGroup", "DeleteAutoScalingGroup", "DescribeAutoScalingGroups"),
    *("SetDesiredCapacity", "DescribeAutoScalingInstances", "DescribeScalingActivities"),
):
    contract.expect_entry(MODULE, "_ACTION_MAP", _action, "(p)")

PROCESSES = (
    *("Launch", "Terminate", "AddToLoadBalancer", "AlarmNotification", "AZRebalance", "HealthCheck"),
    *("InstanceRefresh", "ReplaceUnhealthy", "ScheduledActions"),
)


def check_limits(minimum: int, maximum: int, desired: int) -> None:
    """Refused unless min <= desired <= max."""
    if minimum > maximum:
        raise Refused(f"Max bound, {maximum}, must be greater than or equal to min bound, {minimum}")
    if not minimum <= desired <= maximum:
        bounds = f"the specified min size:{minimum} and max size:{maximum}"
        raise Refused(f"Desired capacity:{desired} must be between {bounds}")


# --- the group --------------------------------------------------------------------------------------------------------


def _create(original: Callable[[Params], Response], params: Params) -> Response:
    minimum, maximum = whole(params, "MinSize") or 0, whole(params, "MaxSize") or 0
    desired = whole(params, "DesiredCapacity")
    check_limits(minimum, maximum, minimum if desired is None else desired)
    source = _launch_source(params)
    with lock:
        response = original(params)
        if response[0] != 200:
            return response
        group = needed(params)
        group.update(source)
        adopt(group, values(params, "TargetGroupARNs"))
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
    """LaunchTemplate, MixedInstancesPolicy or LaunchConfigurationName, the other two empty; Refused without any."""
    source = {
        "LaunchTemplate": _template_given(params),
        "MixedInstancesPolicy": nested(params, "MixedInstancesPolicy"),
        "LaunchConfigurationName": value(params, "LaunchConfigurationName"),
    }
    if not any(source.values()):
        kinds = "LaunchTemplate, LaunchConfigurationName, or MixedInstancesPolicy"
        raise Refused(f"Valid requests must contain either {kinds} parameter.")
    if template_spec(source):
        named_template(template_spec(source))
    return source


def _put_hook(group: Group, params: Params, prefix: str, name: str) -> None:
    keys = ("LifecycleTransition", "HeartbeatTimeout", "DefaultResult", "NotificationMetadata")
    fields = {key: value(params, f"{prefix}.{key}") for key in keys}
    lifecycle.put(group["AutoScalingGroupName"], {"LifecycleHookName": name, **fields})


def adopt(group: Group, target_groups: list[str]) -> None:
    """Completes a record that the emulator has just made: zones of its subnets, target groups, first cause."""
    refresh_zones(group)
    group["TargetGroupARNs"] = list(target_groups)
    group["SuspendedProcesses"] = []
    words = "a user request created an AutoScalingGroup"
    group["_request"] = ""
    wanted = group["DesiredCapacity"]
    group["DesiredCapacity"] = 0
    set_desired(group, wanted, words)


def _template_given(params: Params) -> dict[str, str]:
    keys = ("LaunchTemplateId", "LaunchTemplateName", "Version")
    given = {key: value(params, f"LaunchTemplate.{key}") for key in keys}
    return named_template(given) if given["LaunchTemplateId"] or given["LaunchTemplateName"] else {}


def named_template(spec: dict[str, str]) -> dict[str, str]:
    """A specification with both id and name, as DescribeAutoScalingGroups shows it; the version stays as given."""
    spec = {**spec, "Version": str(spec.get("Version") or "$Default")}
    try:
        known = resolve_template({"LaunchTemplate": spec})
    except LookupError as error:
        raise Refused(f"You must use a valid fully-formed launch template. {error}") from error
    return {**known, "Version": spec["Version"]}


def _update(params: Params) -> str:
    group = needed(params)
    with lock:
        minimum, maximum = whole(params, "MinSize"), whole(params, "MaxSize")
        change_limits(group, minimum, maximum, whole(params, "DesiredCapacity"))
        for key in ("DefaultCooldown", "HealthCheckGracePeriod"):
            if value(params, key):
                group[key] = whole(params, key)
        if value(params, "HealthCheckType"):
            group["HealthCheckType"] = value(params, "HealthCheckType")
        if value(params, "VPCZoneIdentifier"):
            group["VPCZoneIdentifier"] = value(params, "VPCZoneIdentifier")
            refresh_zones(group)
        if any(name.startswith(("LaunchTemplate.", "MixedInstancesPolicy.", "LaunchConf")) for name in params):
            group.update(_launch_source(params))
        if values(params, "TerminationPolicies"):
            group["TerminationPolicies"] = values(params, "TerminationPolicies")
        if value(params, "NewInstancesProtectedFromScaleIn"):
            group["NewInstancesProtectedFromScaleIn"] = value(params, "NewInstancesProtectedFromScaleIn") == "true"
        new_chance(group)
    return ""


def change_limits(group: Group, minimum: int | None, maximum: int | None, desired: int | None) -> None:
    """Sets the bounds; a capacity that is not given follows them only when it would lie outside."""
    low = group["MinSize"] if minimum is None else minimum
    high = group["MaxSize"] if maximum is None else maximum
    wanted = min(max(group["DesiredCapacity"], low), high) if desired is None else desired
    check_limits(low, high, wanted)
    group.update({"MinSize": low, "MaxSize": high})
    bounds = f"min: {low}, max: {high}, desired: {wanted}"
    set_desired(group, wanted, f"a user request update of AutoScalingGroup constraints to {bounds}")


def new_chance(group: Group) -> None:
    """A changed group starts at once: what made its instances crash may be mended."""
    group.update({"_early_deaths": 0, "_launch_after": 0})


def _delete(params: Params) -> str:
    group = needed(params)
    with lock:
        force = value(params, "ForceDelete") == "true"
        if group["Instances"] and not force:
            message = (
                "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) "
                "still in the group."
            )
            raise Refused(message, "ResourceInUse")
        begin_delete(group, force)
    return ""


def begin_delete(group: Group, force: bool) -> None:
    """Empties the group and removes it once it is empty; by force no hook or draining target is waited for."""
    group.update({"_deleting": True, "_force_delete": force, "Status": "Delete in progress"})
    group.update({"MinSize": 0, "MaxSize": 0})
    set_desired(group, 0, "a user request deleted an AutoScalingGroup")
    if force:
        for member in group["Instances"]:
            if member["LifecycleState"] in LEAVING:
                member["LifecycleState"] = "Terminating:Proceed"
    if not group["Instances"]:
        fleet.remove(group)


def _set_desired(params: Params) -> str:
    group = needed(params)
    wanted = whole(params, "DesiredCapacity")
    if wanted is None:
        raise Refused("DesiredCapacity is required")
    with lock:
        for beyond, bound in ((wanted > group["MaxSize"], "above max"), (wanted < group["MinSize"], "below min")):
            if beyond:
                limit = group["MaxSize" if "max" in bound else "MinSize"]
                text = f"New SetDesiredCapacity value {wanted} is {bound} value {limit} for the AutoScalingGroup."
                raise Refused(text)
        set_desired(group, wanted, "a user request explicitly set group desired capacity")
        new_chance(group)
    return ""


# --- members ----------------------------------------------------------------------------------------------------------


def _known_member(instance_id: str) -> tuple[Group, Member]:
    found = member_of(instance_id)
    if found is None:
        raise Refused(f"Instance Id not found - No managed instance found for instance ID: {instance_id}")
    return found


def _terminate(params: Params) -> str:
    from ministack.services import autoscaling

    with lock:
        group, member = _known_member(value(params, "InstanceId"))
        shrink = value(params, "ShouldDecrementDesiredCapacity") == "true"
        if member["LifecycleState"] in LEAVING:
            activity = activities.get(group, member["_activity"])
        else:
            if shrink and group["DesiredCapacity"] <= group["MinSize"]:
                raise Refused(
                    f"Currently, desiredSize equals minSize ({group['MinSize']}). Terminating instance without "
                    "replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity "
                    "flag to false or lower group's min size."
                )
            subject = f"instance {member['InstanceId']}"
            cause = f"At {moment()} {subject} was taken out of service in response to a user request"
            if shrink:
                before = group["DesiredCapacity"]
                group["DesiredCapacity"] = before - 1
                cause += f", shrinking the capacity from {before} to {before - 1}"
            activity = activities.get(group, fleet.begin_termination(group, member, f"{cause}."))
    return f"<Activity>{autoscaling._member_xml(activity or {})}</Activity>"


def _set_health(params: Params) -> str:
    status = value(params, "HealthStatus")
    if status not in ("Healthy", "Unhealthy"):
        raise Refused("HealthStatus must be Healthy or Unhealthy")
    with lock:
        _group, member = _known_member(value(params, "InstanceId"))
        member["HealthStatus"] = status
    return ""


def _set_protection(params: Params) -> str:
    group = needed(params)
    protected = value(params, "ProtectedFromScaleIn") == "true"
    with lock:
        members = {member["InstanceId"]: member for member in group["Instances"]}
        for instance_id in values(params, "InstanceIds"):
            if instance_id not in members:
                name = group["AutoScalingGroupName"]
                raise Refused(f"The instance {instance_id} is not part of Auto Scaling group {name}.")
            members[instance_id]["ProtectedFromScaleIn"] = protected
    return ""


# --- processes and target groups --------------------------------------------------------------------------------------


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
    from ministack.services import alb

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


def set_target_groups(group: Group, wanted: list[str]) -> None:
    """Attaches and detaches target groups: members in service are registered with new ones, drained from old ones."""
    before, after = group.get("TargetGroupARNs", []), list(dict.fromkeys(wanted))
    group["TargetGroupARNs"] = after
    serving = [member["InstanceId"] for member in group["Instances"] if member["LifecycleState"] == "InService"]
    for instance_id in serving:
        for arn in after:
            if arn not in before:
                targets.register(arn, instance_id)
        for arn in before:
            if arn not in after:
                targets.deregister(arn, instance_id)


HANDLERS: dict[str, Callable[[Params], str]] = {
    "UpdateAutoScalingGroup": _update,
    "DeleteAutoScalingGroup": _delete,
    "SetDesiredCapacity": _set_desired,
    "TerminateInstanceInAutoScalingGroup": _terminate,
    "SetInstanceHealth": _set_health,
    "SetInstanceProtection": _set_protection,
    "SuspendProcesses": _suspend,
    "ResumeProcesses": _resume,
    "AttachLoadBalancerTargetGroups": _attach_groups,
    "DetachLoadBalancerTargetGroups": _detach_groups,
}


def install() -> None:
    # The emulator fills groups with made-up instances; ours are launched.
    patch.replace(MODULE, "_reconcile_instances", lambda asg: None)
    patch.wrap_entry(MODULE, "_ACTION_MAP", "CreateAutoScalingGroup", _creating)
    for action, handler in {**HANDLERS, **groupviews.HANDLERS}.items():
        patch.entry(MODULE, "_ACTION_MAP", action, answering(action, handler))
    loops.every(0.2, fleet.round_trip)

