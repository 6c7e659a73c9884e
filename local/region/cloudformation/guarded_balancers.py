"""CloudFormation's load balancers as their attributes say: protected, logging, behind a web ACL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from region.base import contract
from region.base.emulator import alb, waf
from region.cloudformation.balancers import BALANCER
from region.cloudformation.resource import (
    CREATE,
    DELETE,
    PROVISIONERS,
    UPDATE,
    Created,
    Properties,
    ResourceFailed,
    ResourceType,
    required,
)
from region.elb import attributes

contract.expect(PROVISIONERS, "_elbv2_load_balancer_create", CREATE)
contract.expect(PROVISIONERS, "_elbv2_load_balancer_update", UPDATE)
contract.expect(PROVISIONERS, "_elbv2_load_balancer_delete", DELETE)
contract.expect("ministack.services.alb", "_lbs")
contract.expect("ministack.services.waf", "_associations")
contract.expect("ministack.services.waf", "_web_acls")

ASSOCIATION = "AWS::WAFv2::WebACLAssociation"
NO_SUCH_ITEM = "AWS WAF couldn’t perform the operation because your resource doesn’t exist."


def _create(original: Callable[..., Created], logical_id: str, props: Properties, stack_name: str) -> Created:
    _check(props)
    return original(logical_id, props, stack_name)


def _update(
    original: Callable[..., Created], physical_id: str, old: Properties, new: Properties, *rest: Any
) -> Created:
    _check(new)
    return original(physical_id, old, new, *rest)


def _check(props: Properties) -> None:
    problem = attributes.log_problem(props.get("LoadBalancerAttributes") or [])
    if problem:
        raise ResourceFailed(problem)


def _delete(original: Callable[..., None], physical_id: str, props: Properties) -> None:
    problem = attributes.protection(physical_id)
    if problem:
        raise ResourceFailed(problem)
    original(physical_id, props)


def _associate(logical_id: str, properties: Properties, stack: str) -> Created:
    balancer = required(properties, "ResourceArn", ASSOCIATION)
    acl = required(properties, "WebACLArn", ASSOCIATION)
    known = any(record.get("ARN") == acl for record in waf._web_acls.values())
    if balancer not in alb._lbs or not known:
        raise ResourceFailed(NO_SUCH_ITEM)
    waf._associations[balancer] = acl
    return f"{balancer}|{acl}", {}


def _disassociate(association: str, properties: Properties) -> None:
    balancer, _bar, acl = association.partition("|")
    if waf._associations.get(balancer) == acl:
        waf._associations.pop(balancer, None)


def rows() -> dict[str, dict[str, Any]]:
    return {ASSOCIATION: ResourceType(_associate, _disassociate, lambda own: {}).row()}


HOOKS: tuple[tuple[str, str, str, Callable[..., Any]], ...] = (
    (BALANCER, "create", "_elbv2_load_balancer_create", _create),
    (BALANCER, "update", "_elbv2_load_balancer_update", _update),
    (BALANCER, "delete", "_elbv2_load_balancer_delete", _delete),
)
