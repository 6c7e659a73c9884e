"""Roles that templates make: with the permissions boundary that they name, which the emulator leaves out.

AWS CloudFormation Template Reference, "AWS::IAM::Role"; a policy that does not exist is refused as IAM does.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from region.base import contract
from region.base.emulator import iam
from region.cloudformation.resource import (
    CREATE,
    PROVISIONERS,
    UPDATE,
    Created,
    Properties,
    ResourceFailed,
)

contract.expect(PROVISIONERS, "_iam_role_create", CREATE)
contract.expect(PROVISIONERS, "_iam_role_update", UPDATE)
contract.expect("ministack.services.iam", "_roles")
contract.expect("ministack.services.iam", "_policy_exists", "(arn)")

ROLE = "AWS::IAM::Role"


def _bound(made: Created, props: Properties) -> Created:
    iam._roles[made[0]]["PermissionsBoundary"] = props.get("PermissionsBoundary")
    return made


def _refuse_unknown(props: Properties) -> None:
    policy = props.get("PermissionsBoundary")
    if policy and not iam._policy_exists(policy):
        raise ResourceFailed(f"Scope ARN: {policy} does not exist or is not attachable.")


def _create(original: Callable[..., Created], logical_id: str, props: Properties, stack: str) -> Created:
    _refuse_unknown(props)
    return _bound(original(logical_id, props, stack), props)


def _update(original: Callable[..., Created], physical_id: str, old: Properties, *rest: Any) -> Created:
    new: Properties = rest[0]
    _refuse_unknown(new)
    return _bound(original(physical_id, old, *rest), new)


HOOKS = ((ROLE, "create", "_iam_role_create", _create), (ROLE, "update", "_iam_role_update", _update))


def _put(logical_id: str, props: Properties, stack: str) -> Created:
    """AWS::IAM::RolePolicy, which the emulator does not know."""
    name = str(props["PolicyName"])
    iam._roles[str(props["RoleName"])]["InlinePolicies"][name] = json.dumps(props.get("PolicyDocument") or {})
    return f"{name}|{props['RoleName']}", {}


def _replace(physical_id: str, old: Properties, new: Properties, stack: str, logical_id: str) -> Created:
    _drop(physical_id, old)
    return _put(logical_id, new, stack)


def _drop(physical_id: str, props: Properties) -> None:
    role = iam._roles.get(str(props.get("RoleName", "")))
    if role:
        role["InlinePolicies"].pop(str(props.get("PolicyName", "")), None)


def rows() -> dict[str, dict[str, Any]]:
    verbs = {"create": _put, "update": _replace, "update_with_logical_id": True, "delete": _drop}
    return {"AWS::IAM::RolePolicy": verbs}
