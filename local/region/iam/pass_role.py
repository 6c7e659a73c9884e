"""Roles that a request hands to a service: the caller needs `iam:PassRole` on each.

The IAM User Guide, "Grant a user permissions to pass a role to an AWS service".
"""

from __future__ import annotations

from typing import Any

from region.base import contract
from region.base.emulator import iam
from region.iam import ec2_permissions
from region.iam.requests import Request

contract.expect("ministack.services.iam", "_roles")
contract.expect("ministack.services.iam", "_lookup_instance_profile", "(name='', arn='')")

# Action to the member of its JSON body that holds the role, and the service that will assume it.
_BODY = {
    "lambda:CreateFunction": ("Role", "lambda.amazonaws.com"),
    "lambda:UpdateFunctionConfiguration": ("Role", "lambda.amazonaws.com"),
    "states:CreateStateMachine": ("roleArn", "states.amazonaws.com"),
    "states:UpdateStateMachine": ("roleArn", "states.amazonaws.com"),
    "codebuild:CreateProject": ("serviceRole", "codebuild.amazonaws.com"),
    "codebuild:UpdateProject": ("serviceRole", "codebuild.amazonaws.com"),
    "codebuild:StartBuild": ("serviceRoleOverride", "codebuild.amazonaws.com"),
    "events:PutRule": ("RoleArn", "events.amazonaws.com"),
}
_STACKS = ("CreateStack", "UpdateStack", "CreateChangeSet", "DeleteStack", "ExecuteChangeSet")


def passed(action: str, request: Request) -> list[tuple[str, dict[str, Any]]]:
    """ARNs of the roles that the request passes, each with the condition keys of its check."""
    service, operation = action.split(":", 1)
    roles: list[tuple[str, str]] = []
    if action in _BODY:
        member, receiver = _BODY[action]
        roles = [(str(request.field(member) or ""), receiver)]
    elif service == "cloudformation" and operation in _STACKS:
        roles = [(request.param("RoleARN"), "cloudformation.amazonaws.com")]
    elif action == "ec2:RunInstances":
        roles = [(_profile_role(request), "ec2.amazonaws.com")]
    elif action == "events:PutTargets":
        targets = request.field("Targets")
        roles = [
            (str(target.get("RoleArn") or ""), "events.amazonaws.com")
            for target in (targets if isinstance(targets, list) else [])
            if isinstance(target, dict)
        ]
    return [(role, {"iam:PassedToService": receiver}) for role, receiver in roles if role]


def _profile_role(request: Request) -> str:
    """The role in the instance profile that RunInstances names, itself or in its launch template."""
    used = ec2_permissions.with_template(request)
    name, arn = used.param("IamInstanceProfile.Name"), used.param("IamInstanceProfile.Arn")
    profile = iam._lookup_instance_profile(name=name, arn=arn) if name or arn else None
    if not profile or not profile["Roles"]:
        return ""
    first = profile["Roles"][0]
    record = iam._roles.get(first if isinstance(first, str) else first["RoleName"])
    return record["Arn"] if record else ""
