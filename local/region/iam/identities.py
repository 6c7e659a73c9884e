"""What calls of IAM itself name: role, profile, policy or user, and the boundary that one has or is given.

The Service Authorization Reference, "Actions, resources, and condition keys for AWS Identity and Access
Management": the conditions `iam:PermissionsBoundary` and `iam:PolicyARN`. A new name has the path that the
call gives it.
"""

from __future__ import annotations

from typing import Any

from region.base import contract
from region.base.emulator import iam
from region.base.partition import ARN
from region.iam.requests import Permission, Request

contract.expect("ministack.services.iam", "_roles")
contract.expect("ministack.services.iam", "_users")
contract.expect("ministack.services.iam", "_instance_profiles")

_BOUNDED = (
    *("PutRolePolicy", "DeleteRolePolicy", "AttachRolePolicy", "DetachRolePolicy"),
    *("DeleteRolePermissionsBoundary", "PutUserPolicy", "DeleteUserPolicy", "AttachUserPolicy"),
    *("DetachUserPolicy", "DeleteUserPermissionsBoundary"),
)
_BOUNDING = ("CreateRole", "PutRolePermissionsBoundary", "CreateUser", "PutUserPermissionsBoundary")
_ATTACHING = ("AttachRolePolicy", "DetachRolePolicy", "AttachUserPolicy", "DetachUserPolicy")


def needed(action: str, request: Request, tags: dict[str, Any]) -> list[Permission] | None:
    """The permissions of a call of IAM; None for one that names nothing of these."""
    operation = action.split(":", 1)[1]
    role, user = request.param("RoleName"), request.param("UserName")
    profile, policy = request.param("InstanceProfileName"), request.param("PolicyArn")
    path = request.param("Path") or "/"
    if profile:
        own = [Permission(action, profile_arn(request.account, profile, path), tags)]
        passes = operation == "AddRoleToInstanceProfile" and role
        return own + ([passing(role_arn(request.account, role))] if passes else [])
    if role or user:
        name = role_arn(request.account, role, path) if role else _user_arn(request.account, user, path)
        bound = request.param("PermissionsBoundary") if operation in _BOUNDING else ""
        if operation in _BOUNDED:
            bound = boundary(role) if role else _user_boundary(user)
        return [Permission(action, name, tags | bounded(bound) | _attached(operation, policy))]
    if request.param("PolicyName") and operation == "CreatePolicy":
        name = f"policy{path}{request.param('PolicyName')}"
        return [Permission(action, f"{ARN}:iam::{request.account}:{name}", tags)]
    return [Permission(action, policy, tags)] if policy else None


def role_arn(account: str, name: str, path: str = "/") -> str:
    record = iam._roles.get(name)
    return str(record["Arn"]) if record else f"{ARN}:iam::{account}:role{path}{name}"


def profile_arn(account: str, name: str, path: str = "/") -> str:
    record = iam._instance_profiles.get(name)
    return str(record["Arn"]) if record else f"{ARN}:iam::{account}:instance-profile{path}{name}"


def boundary(role: str) -> str:
    """The ARN of the policy that bounds a role, empty when there is none."""
    return str((iam._roles.get(role) or {}).get("PermissionsBoundary") or "")


def bounded(policy: str) -> dict[str, Any]:
    return {"iam:PermissionsBoundary": policy} if policy else {}


def passing(role: str) -> Permission:
    """A role in an instance profile is handed to EC2."""
    return Permission("iam:PassRole", role, {"iam:PassedToService": "ec2.amazonaws.com"})


def _user_arn(account: str, name: str, path: str) -> str:
    record = iam._users.get(name)
    return str(record["Arn"]) if record else f"{ARN}:iam::{account}:user{path}{name}"


def _user_boundary(user: str) -> str:
    return str((iam._users.get(user) or {}).get("PermissionsBoundary") or "")


def _attached(operation: str, policy: str) -> dict[str, Any]:
    return {"iam:PolicyARN": policy} if operation in _ATTACHING else {}
