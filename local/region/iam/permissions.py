"""Which permissions a request to an AWS API needs: action, resource and condition keys, by the Service
Authorization Reference ("Actions, resources, and condition keys for …").

ministack knows one resource per request and, for several services, none. This module names all of them for
the services that a fleet uses; for the others its answer counts.
"""

from __future__ import annotations

from urllib.parse import urlparse

from region.base import contract
from region.base.emulator import iam_actions
from region.base.partition import ARN
from region.iam import (
    base_resource,
    ebs_permissions,
    ec2_permissions,
    encryption,
    identities,
    kafka_permissions,
    pass_role,
    resources,
)
from region.iam.requests import Permission, Request

contract.expect(
    "ministack.core.iam_actions",
    "extract_iam_action",
    "(service, method, path, headers, body, query_params)",
)
contract.expect("ministack.core.iam_actions", "request_tag_context", "(service, iam_action, body, params)")


def needed(request: Request) -> list[Permission]:
    """All permissions that `request` needs, the one that AWS names first at the front; may be empty."""
    path = kafka_permissions.path_of(request.service, request.path)
    action = iam_actions.extract_iam_action(
        request.service, request.method, path, request.headers, request.body, request.params
    )
    if action is None:
        return []
    if request.service == "ec2":
        own = ec2_permissions.needed(action, request)
    elif request.service == "ebs":
        own = ebs_permissions.needed(action, request)
    elif request.service in kafka_permissions.SERVICES:
        own = kafka_permissions.needed(action, request)
    else:
        tags = iam_actions.request_tag_context(request.service, action, request.body, request.params)
        named = identities.needed(action, request, tags) if request.service == "iam" else None
        own = named or [Permission(action, resource, tags) for resource in resources.named(action, request)]
    roles = [Permission("iam:PassRole", role, context) for role, context in pass_role.passed(action, request)]
    also = encryption.needed(action, request) + _template_read(request) + _stack_policy(action, request)
    also += _restored_rows(action, request)
    return own + also + roles


def _stack_policy(action: str, request: Request) -> list[Permission]:
    """User Guide, "Prevent updates to stack resources": an update with a policy also needs SetStackPolicy."""
    names = ("StackPolicyBody", "StackPolicyURL", "StackPolicyDuringUpdateBody", "StackPolicyDuringUpdateURL")
    if action != "cloudformation:UpdateStack" or not any(request.param(name) for name in names):
        return []
    return [Permission("cloudformation:SetStackPolicy", base_resource.of(request))]


# Developer Guide, "Using IAM with DynamoDB backup and restore": a restore needs these on its table.
_ROWS = ("BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem")


def _restored_rows(action: str, request: Request) -> list[Permission]:
    if action not in ("dynamodb:RestoreTableFromBackup", "dynamodb:RestoreTableToPointInTime"):
        return []
    table = request.arn("dynamodb", f"table/{request.field('TargetTableName')}")
    return [Permission(f"dynamodb:{row}", table) for row in _ROWS]


def _template_read(request: Request) -> list[Permission]:
    """CloudFormation fetches a template by its URL as the caller, whatever role the stack has."""
    url = request.param("TemplateURL") if request.service == "cloudformation" else ""
    return [Permission("s3:GetObject", f"{ARN}:s3:::{urlparse(url).path.lstrip('/')}")] if url else []
