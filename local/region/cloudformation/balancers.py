"""CloudFormation's load balancers and listeners, with subnet mappings and weights of target groups."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from region.base import contract
from region.base.emulator import alb
from region.cloudformation.resource import (
    CREATE,
    DELETE,
    PROVISIONERS,
    UPDATE,
    Created,
    Properties,
    ResourceFailed,
)
from region.elb import actions as elb
from region.elb import group_attributes, health_checks, target_groups, targets

contract.expect(PROVISIONERS, "_elbv2_load_balancer_create", CREATE)
contract.expect(PROVISIONERS, "_elbv2_load_balancer_update", UPDATE)
contract.expect(PROVISIONERS, "_elbv2_target_group_create", CREATE)
contract.expect(PROVISIONERS, "_elbv2_target_group_update", UPDATE)
contract.expect(PROVISIONERS, "_elbv2_target_group_delete", DELETE)
contract.expect(PROVISIONERS, "_elbv2_listener_actions", "(props, lb_arn, prop='DefaultActions')")
contract.expect("ministack.services.alb", "_lbs")
contract.expect("ministack.services.alb", "_tgs")

BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
TARGET_GROUP = "AWS::ElasticLoadBalancingV2::TargetGroup"


def _create_balancer(
    original: Callable[..., Created], logical_id: str, props: Properties, stack_name: str
) -> Created:
    name = props.get("Name")
    if name and any(lb["LoadBalancerName"] == name for lb in alb._lbs.values()):
        raise ResourceFailed(f"A load balancer with the same name '{name}' exists, but with other settings")
    arn, attributes = original(logical_id, props, stack_name)
    elb.set_mappings(alb._lbs[arn], _mappings(props))
    return arn, attributes


def _update_balancer(original: Callable[..., Created], physical_id: str, *rest: Any) -> Created:
    made = original(physical_id, *rest)
    elb.set_mappings(alb._lbs[made[0]], _mappings(rest[1]))
    return made


def _mappings(props: Properties) -> list[dict[str, str]]:
    return [
        {name: str(value) for name, value in mapping.items()} for mapping in props.get("SubnetMappings") or []
    ]


def _create_targets(
    original: Callable[..., Created], logical_id: str, props: Properties, stack_name: str
) -> Created:
    made = original(logical_id, _checked(props), stack_name)
    for target in props.get("Targets") or []:
        targets.register(made[0], str(target["Id"]), int(target["Port"]) if target.get("Port") else None)
    return made


def _update_targets(
    original: Callable[..., Created], physical_id: str, old: Properties, new: Properties, *rest: Any
) -> Created:
    return original(physical_id, health_checks.completed(old), _checked(new), *rest)


def _checked(props: Properties) -> Properties:
    """The properties with the health check that ELB makes of them; it is refused where ELB refuses it."""
    values = health_checks.completed(props)
    problem = health_checks.problem(values) or group_attributes.problem(
        str(values["Protocol"]), props.get("TargetGroupAttributes") or []
    )
    if problem:
        raise ResourceFailed(
            f'Resource handler returned message: "{problem} '
            f'(Service: ElasticLoadBalancingV2, Status Code: 400)" (HandlerErrorCode: InvalidRequest)'
        )
    return {**props, **{name: value for name, value in values.items() if name in target_groups.HEALTH_CHECK}}


def _delete_targets(original: Callable[..., None], physical_id: str, props: Properties) -> None:
    if physical_id in alb._tgs and targets.in_use(physical_id):
        raise ResourceFailed(f"Target group '{physical_id}' is currently in use by a listener or a rule")
    original(physical_id, props)


def listener_actions(
    original: Callable[..., list[dict[str, Any]]],
    props: Properties,
    lb_arn: str | None,
    prop: str = "DefaultActions",
) -> list[dict[str, Any]]:
    actions = original(props, lb_arn, prop)
    written = [one for one in props.get(prop) or [] if isinstance(one, dict)]
    for action, given in zip(actions, written, strict=False):
        forward = given.get("ForwardConfig") or {}
        groups = [
            {"TargetGroupArn": one["TargetGroupArn"], "Weight": int(one.get("Weight", 1))}
            for one in forward.get("TargetGroups") or []
        ]
        elb.keep_weights(action, groups)
    return actions


HOOKS: tuple[tuple[str, str, str, Callable[..., Any]], ...] = (
    (BALANCER, "create", "_elbv2_load_balancer_create", _create_balancer),
    (BALANCER, "update", "_elbv2_load_balancer_update", _update_balancer),
    (TARGET_GROUP, "create", "_elbv2_target_group_create", _create_targets),
    (TARGET_GROUP, "update", "_elbv2_target_group_update", _update_targets),
    (TARGET_GROUP, "delete", "_elbv2_target_group_delete", _delete_targets),
)
