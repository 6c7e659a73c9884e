"""Encrypted parameters: reading one takes `kms:Decrypt`, writing one `kms:Encrypt`, on behalf of the caller.

Systems Manager User Guide, "AWS KMS encryption for AWS Systems Manager Parameter Store SecureString
parameters" and "Restricting access to Parameter Store parameters using IAM policies": the policy of the key
`aws/ssm` lets in every principal of the account that comes through Systems Manager, so only a Deny keeps one
out. A key of one's own asks for a permission.
"""

from __future__ import annotations

import uuid
from typing import Any

from region.base import contract
from region.base.emulator import ssm
from region.base.partition import DOMAIN
from region.iam.requests import Permission, Request

contract.expect("ministack.services.ssm", "_parameters")

DEFAULT = "alias/aws/ssm"
_READS = ("ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath", "ssm:GetParameterHistory")


def needed(action: str, request: Request) -> list[Permission]:
    """What a call of Parameter Store needs of KMS; nothing for parameters in plain text."""
    if action == "ssm:PutParameter" and request.field("Type") == "SecureString":
        key = str(request.field("KeyId") or DEFAULT)
        return [_permission(request, "kms:Encrypt", key, str(request.field("Name") or ""))]
    if action not in _READS or request.field("WithDecryption") is not True:
        return []
    keys = {name: str(record.get("KeyId") or "") for name, record in _named(action, request)}
    return [_permission(request, "kms:Decrypt", key, name) for name, key in keys.items() if key]


def _named(action: str, request: Request) -> list[tuple[str, dict[str, Any]]]:
    if action == "ssm:GetParametersByPath":
        path = str(request.field("Path") or "/").rstrip("/") + "/"
        return [(name, record) for name, record in ssm._parameters.items() if name.startswith(path)]
    names = request.field("Names")
    given = names if isinstance(names, list) else [request.field("Name")]
    plain = [str(name or "").split(":parameter", 1)[-1].split(":", 1)[0] for name in given]
    return [(name, ssm._parameters.get(name) or {}) for name in plain]


def _permission(request: Request, action: str, key: str, name: str) -> Permission:
    context = {
        "kms:ViaService": f"ssm.{request.region}.{DOMAIN}",
        "kms:CallerAccount": request.account,
        "kms:EncryptionContext:PARAMETER_ARN": request.arn("ssm", f"parameter/{name.lstrip('/')}"),
        "aws:ViaAWSService": "true",
    }
    return Permission(action, _key_arn(request, key), context, granted=key == DEFAULT)


def _key_arn(request: Request, key: str) -> str:
    if key.startswith("arn:"):
        return key
    # AWS makes the key with an id of its own; here each alias has one and the same.
    name = str(uuid.uuid5(uuid.NAMESPACE_URL, key)) if key.startswith("alias/") else key
    return request.arn("kms", f"key/{name}")
