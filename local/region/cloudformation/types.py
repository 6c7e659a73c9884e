"""CloudFormation: the resource types the emulator lacks, and those it leaves half done.

Auto Scaling groups: their capacity is left alone by updates that do not name it, and deletion waits until the group is
empty. Load balancers keep their subnet mappings, listeners the weights of target groups, tables their time to live.
"""

from __future__ import annotations

import time
from typing import Any, Callable

from region.autoscaling import actions as autoscaling, fleet, lifecycle
from region.base import contract, patch
from region.cloudformation import network as cfnnetwork
from region.elb import actions as elb, targets
from region.autoscaling.groups import Group, find, lock, refresh_zones, resolve_template, template_spec

PROVISIONERS = "ministack.services.cloudformation.provisioners"
STACKS = "ministack.services.cloudformation.stacks"
GROUP = "AWS::AutoScaling::AutoScalingGroup"
BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
TARGET_GROUP = "AWS::ElasticLoadBalancingV2::TargetGroup"
TABLE = "AWS::DynamoDB::Table"

_CREATE = "(logical_id, props, stack_name)"
_UPDATE = "(physical_id, old_props, new_props, stack_name, logical_id=None)"
_DELETE = "(physical_id, props)"
contract.expect(PROVISIONERS, "_RESOURCE_HANDLERS")
contract.expect(PROVISIONERS, "_asg_create", _CREATE)
contract.expect(PROVISIONERS, "_asg_update", _UPDATE)
contract.expect(PROVISIONERS, "_asg_delete", _DELETE)
contract.expect(PROVISIONERS, "_asg_hook_create", _CREATE)
contract.expect(PROVISIONERS, "_elbv2_load_balancer_create", _CREATE)
contract.expect(PROVISIONERS, "_elbv2_load_balancer_update", _UPDATE)
contract.expect(PROVISIONERS, "_elbv2_target_group_create", _CREATE)
contract.expect(PROVISIONERS, "_elbv2_target_group_update", _UPDATE)
contract.expect(PROVISIONERS, "_elbv2_target_group_delete", _DELETE)
contract.expect(PROVISIONERS, "_elbv2_listener_actions", "(props, lb_arn, prop='DefaultActions')")
contract.expect(PROVISIONERS, "_ddb_create", _CREATE)
contract.expect(PROVISIONERS, "_ddb_update", _UPDATE)
contract.expect("ministack.services.dynamodb", "_update_ttl", "(data)")
contract.expect(STACKS, "_runs_on_worker_thread", "(resource_type)")
contract.expect("ministack.services.alb", "_lbs")
contract.expect("ministack.services.alb", "_tgs")

Properties = dict[str, Any]
Created = tuple[str, dict[str, Any]]

EMPTY_SECONDS = 900.0
"""How long a stack waits for a group to become empty before its deletion fails."""


# --- Auto Scaling groups ----------------------------------------------------------------------------------------------


def _create_group(original: Callable[..., Created], logical_id: str, props: Properties, stack_name: str) -> Created:
    name = props.get("AutoScalingGroupName")
    if name and find(name):
        raise cfnnetwork.ResourceFailed(f"AutoScalingGroup by this name already exists - {name}")
    low, high = int(props.get("MinSize", 0)), int(props.get("MaxSize", 0))
    autoscaling.check_limits(low, high, int(props.get("DesiredCapacity", low)))
    with lock:
        physical_id, attributes = original(logical_id, props, stack_name)
        group = find(physical_id)
        autoscaling.adopt(group, _target_groups(props))
        try:
            _complete(group, props)
        except LookupError as error:
            fleet.remove(group)
            raise cfnnetwork.ResourceFailed(str(error)) from error
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
            autoscaling.set_target_groups(group, _target_groups(new_props))
            _complete(group, new_props)
            autoscaling.new_chance(group)
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
        autoscaling.begin_delete(group, force=False)
    deadline = time.monotonic() + EMPTY_SECONDS
    while find(physical_id) is group:
        if time.monotonic() > deadline:
            left = ", ".join(member["InstanceId"] for member in group["Instances"])
            raise cfnnetwork.ResourceFailed(f"Auto Scaling group {physical_id} still holds {left}")
        time.sleep(0.05)


def _create_hook(original: Callable[..., Created], logical_id: str, props: Properties, stack_name: str) -> Created:
    name = str(props.get("AutoScalingGroupName", ""))
    if find(name) is None:
        raise cfnnetwork.ResourceFailed(f"AutoScalingGroup name not found - {name}")
    return original(logical_id, props, stack_name)


def _waits(original: Callable[[str], bool], resource_type: str) -> bool:
    """A group's deletion waits, so it must not hold up the event loop."""
    return resource_type == GROUP or original(resource_type)


# --- load balancers ---------------------------------------------------------------------------------------------------


def _create_balancer(original: Callable[..., Created], logical_id: str, props: Properties, stack_name: str) -> Created:
    from ministack.services import alb

    name = props.get("Name")
    if name and any(lb["LoadBalancerName"] == name for lb in alb._lbs.values()):
        raise cfnnetwork.ResourceFailed(f"A load balancer with the same name '{name}' exists, but with other settings")
    arn, attributes = original(logical_id, props, stack_name)
    elb.set_mappings(alb._lbs[arn], _mappings(props))
    return arn, attributes


def _update_balancer(original: Callable[..., Created], physical_id: str, *rest: Any) -> Created:
    from ministack.services import alb

    made = original(physical_id, *rest)
    elb.set_mappings(alb._lbs[made[0]], _mappings(rest[1]))
    return made


def _mappings(props: Properties) -> list[dict[str, str]]:
    return [
        {name: str(value) for name, value in mapping.items()} for mapping in props.get("SubnetMappings") or []
    ]


def _create_targets(original: Callable[..., Created], logical_id: str, props: Properties, stack_name: str) -> Created:
    made = original(logical_id, _checked(props), stack_name)
    for target in props.get("Targets") or []:
        targets.register(made[0], str(target["Id"]), int(target["Port"]) if target.get("Port") else None)
    return made


def _update_targets(
    original: Callable[..., Created], physical_id: str, old: Properties, new: Properties, *rest: Any
) -> Created:
    return original(physical_id, _checked(old), _checked(new), *rest)


def _checked(props: Properties) -> Properties:
    """Health checks of groups below HTTP are TCP unless the template says otherwise."""
    if props.get("Protocol") in elb.TRANSPORT and not props.get("HealthCheckProtocol"):
        return {**props, "HealthCheckProtocol": "TCP"}
    return props


def _delete_targets(original: Callable[..., None], physical_id: str, props: Properties) -> None:
    from ministack.services import alb

    if physical_id in alb._tgs and targets.in_use(physical_id):
        raise cfnnetwork.ResourceFailed(f"Target group '{physical_id}' is currently in use by a listener or a rule")
    original(physical_id, props)


def _listener_actions(
    original: Callable[..., list[dict[str, Any]]], props: Properties, lb_arn: str | None, prop: str = "DefaultActions"
) -> list[dict[str, Any]]:
    actions = original(props, lb_arn, prop)
    for action, given in zip(actions, [one for one in props.get(prop) or [] if isinstance(one, dict)]):
        forward = given.get("ForwardConfig") or {}
        groups = [
            {"TargetGroupArn": one["TargetGroupArn"], "Weight": int(one.get("Weight", 1))}
            for one in forward.get("TargetGroups") or []
        ]
        elb.keep_weights(action, groups)
    return actions


# --- tables -----------------------------------------------------------------------------------------------------------


def _create_table(original: Callable[..., Created], logical_id: str, props: Properties, stack_name: str) -> Created:
    made = original(logical_id, props, stack_name)
    _expire(made[0], props.get("TimeToLiveSpecification"))
    return made


def _update_table(
    original: Callable[..., Created], physical_id: str, old: Properties, new: Properties, *rest: Any
) -> Created:
    made = original(physical_id, old, new, *rest)
    before, after = old.get("TimeToLiveSpecification"), new.get("TimeToLiveSpecification")
    if before != after or made[0] != physical_id:
        _expire(made[0], after or {**(before or {}), "Enabled": False})
    return made


def _expire(table: str, specification: Properties | None) -> None:
    """Turns time to live on or off, which the emulator leaves out of a template."""
    from ministack.services import dynamodb

    if not specification or not specification.get("AttributeName"):
        return
    enabled = str(specification.get("Enabled", True)).lower() == "true"
    wanted = {"AttributeName": specification["AttributeName"], "Enabled": enabled}
    dynamodb._update_ttl({"TableName": table, "TimeToLiveSpecification": wanted})


# --- installing -------------------------------------------------------------------------------------------------------


def _hook_row(resource_type: str, verb: str, name: str, around: Callable[..., Any]) -> None:
    """Wraps a handler where it stands twice: as a function that others call, and in its type's row."""
    from ministack.services.cloudformation import provisioners

    patch.wrap(PROVISIONERS, name, around)
    provisioners._RESOURCE_HANDLERS[resource_type][verb] = getattr(provisioners, name)


def install() -> None:
    for resource_type, row in cfnnetwork.rows().items():
        patch.entry(PROVISIONERS, "_RESOURCE_HANDLERS", resource_type, row)
    for resource_type, verb, name, around in (
        (GROUP, "create", "_asg_create", _create_group),
        (GROUP, "update", "_asg_update", _update_group),
        (GROUP, "delete", "_asg_delete", _delete_group),
        ("AWS::AutoScaling::LifecycleHook", "create", "_asg_hook_create", _create_hook),
        (BALANCER, "create", "_elbv2_load_balancer_create", _create_balancer),
        (BALANCER, "update", "_elbv2_load_balancer_update", _update_balancer),
        (TARGET_GROUP, "create", "_elbv2_target_group_create", _create_targets),
        (TARGET_GROUP, "update", "_elbv2_target_group_update", _update_targets),
        (TARGET_GROUP, "delete", "_elbv2_target_group_delete", _delete_targets),
        (TABLE, "create", "_ddb_create", _create_table),
        (TABLE, "update", "_ddb_update", _update_table),
    ):
        _hook_row(resource_type, verb, name, around)
    patch.wrap(PROVISIONERS, "_elbv2_listener_actions", _listener_actions)
    patch.wrap(STACKS, "_runs_on_worker_thread", _waits)
