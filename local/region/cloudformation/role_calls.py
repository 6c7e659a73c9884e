"""The calls of IAM that CloudFormation makes for a resource of IAM, each as the permission that it needs.

Which calls: the handlers in the registry schemas (docs/handler-permissions.md). What they name and which
conditions they carry: region.iam.identities, as for a call that somebody makes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from region.base import contract
from region.base.emulator import provisioners
from region.base.partition import ARN
from region.cloudformation.change import Change, Properties
from region.cloudformation.resource import PROVISIONERS
from region.iam import identities
from region.iam.requests import Permission

contract.expect(
    PROVISIONERS, "_physical_name", "(stack_name, logical_id, *, lowercase=False, max_len=128, seeded=True)"
)


def needed(change: Change) -> list[Permission] | None:
    """What a change of a role, a profile or a policy needs; None for other types."""
    calls = _TYPES.get(change.type)
    return calls(change) if calls else None


def _role(change: Change) -> list[Permission]:
    new, old = change.new, change.old
    name = change.physical_id or str(new.get("RoleName") or _name(change, 64))
    arn = identities.role_arn(change.account, name, str(new.get("Path") or "/"))
    bound = str(change.properties.get("PermissionsBoundary") or "")
    if change.verb == "delete":
        bound = identities.boundary(name)
        return [_on("DeleteRole", arn), *(_on("DeleteRolePolicy", arn, bound) for _ in _policies(old))]
    if change.verb == "create" or _moved(change, "RoleName"):
        made = f"{ARN}:iam::{change.account}:role{new.get('Path') or '/'}{name}"
        calls = [_on("CreateRole", made, bound), *(_on("PutRolePolicy", made, bound) for _ in _policies(new))]
        return calls + [_attach(made, bound, policy) for policy in new.get("ManagedPolicyArns") or []]
    return [_on("GetRole", arn), *_role_update(arn, old, new)]


def _role_update(arn: str, old: Properties, new: Properties) -> Iterable[Permission]:
    before, after = (str(part.get("PermissionsBoundary") or "") for part in (old, new))
    if before != after:
        yield (
            _on("PutRolePermissionsBoundary", arn, after)
            if after
            else _on("DeleteRolePermissionsBoundary", arn, before)
        )
    if old.get("AssumeRolePolicyDocument") != new.get("AssumeRolePolicyDocument"):
        yield _on("UpdateAssumeRolePolicy", arn)
    if old.get("Description") != new.get("Description"):
        yield _on("UpdateRole", arn)
    kept, wanted = _policies(old), _policies(new)
    yield from (_on("PutRolePolicy", arn, after) for name in wanted if wanted[name] != kept.get(name))
    yield from (_on("DeleteRolePolicy", arn, after) for name in kept if name not in wanted)
    attached = set(old.get("ManagedPolicyArns") or [])
    yield from (
        _attach(arn, after, policy) for policy in new.get("ManagedPolicyArns") or [] if policy not in attached
    )


def _profile(change: Change) -> list[Permission]:
    new = change.properties
    name = str(new.get("InstanceProfileName") or _name(change, 128))
    arn = f"{ARN}:iam::{change.account}:instance-profile{new.get('Path') or '/'}{name}"
    if change.verb == "delete":
        calls = ("RemoveRoleFromInstanceProfile", "DeleteInstanceProfile")
        return [_on(call, arn) for call in calls]
    made = [_on("CreateInstanceProfile", arn)] if change.verb == "create" else []
    roles = [identities.role_arn(change.account, str(role)) for role in new.get("Roles") or []]
    return [*made, _on("AddRoleToInstanceProfile", arn), *(identities.passing(role) for role in roles)]


def _inline(change: Change) -> list[Permission]:
    """AWS::IAM::Policy and AWS::IAM::RolePolicy: a policy inside roles that may be anybody's."""
    call = "DeleteRolePolicy" if change.verb == "delete" else "PutRolePolicy"
    found = change.properties
    roles = [*(found.get("Roles") or []), *([found["RoleName"]] if found.get("RoleName") else [])]
    users = [_on(call.replace("Role", "User"), _user(change, user)) for user in found.get("Users") or []]
    return [
        _on(call, identities.role_arn(change.account, str(role)), identities.boundary(str(role)))
        for role in roles
    ] + users


def _managed(change: Change) -> list[Permission]:
    found = change.properties
    name = f"{found.get('Path') or '/'}{found.get('ManagedPolicyName') or _name(change, 128)}"
    arn = f"{ARN}:iam::{change.account}:policy{name}"
    call = {"create": "CreatePolicy", "update": "CreatePolicyVersion", "delete": "DeletePolicy"}[change.verb]
    names = [str(role) for role in found.get("Roles") or []] if change.verb != "delete" else []
    roles = [(identities.role_arn(change.account, role), identities.boundary(role)) for role in names]
    return [_on(call, arn), *(_attach(role, bound, arn) for role, bound in roles)]


def _policies(properties: Properties) -> dict[str, Any]:
    return {str(one.get("PolicyName")): one.get("PolicyDocument") for one in properties.get("Policies") or []}


def _moved(change: Change, name: str) -> bool:
    keys = (name, "Path")
    return change.verb == "update" and any(change.old.get(key) != change.new.get(key) for key in keys)


def _name(change: Change, longest: int) -> str:
    return str(provisioners._physical_name(change.stack, change.logical_id, max_len=longest))


def _user(change: Change, name: Any) -> str:
    return f"{ARN}:iam::{change.account}:user/{name}"


def _on(call: str, arn: str, bound: str = "") -> Permission:
    return Permission(f"iam:{call}", arn, identities.bounded(bound))


def _attach(arn: str, bound: str, policy: str) -> Permission:
    return Permission("iam:AttachRolePolicy", arn, {"iam:PolicyARN": policy, **identities.bounded(bound)})


_TYPES: dict[str, Callable[[Change], list[Permission]]] = {
    "AWS::IAM::Role": _role,
    "AWS::IAM::InstanceProfile": _profile,
    "AWS::IAM::Policy": _inline,
    "AWS::IAM::RolePolicy": _inline,
    "AWS::IAM::ManagedPolicy": _managed,
}
