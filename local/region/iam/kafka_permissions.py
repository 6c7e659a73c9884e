"""Permissions of Amazon MSK and of AWS Private CA.

The Service Authorization Reference, "Actions, resources, and condition keys for Amazon Managed Streaming for
Apache Kafka" and "... for AWS Private Certificate Authority": a cluster, a configuration and an authority are
named by their ARNs, carry tags, and an issue of a certificate tells its template.
"""

from __future__ import annotations

import re
from typing import Any

from region.authorities import issuing, records
from region.authorities.refusals import Refused
from region.base import contract
from region.base.emulator import msk
from region.base.partition import ARN
from region.iam.requests import Permission, Request
from region.kafka.service import encoded

contract.expect("ministack.services.msk", "_tags")

SERVICES = ("kafka", "acm-pca")
_ARN = re.compile(rf"{ARN}:kafka:[\w-]*:\d*:(?:cluster|configuration)/[^/]+/[^/]+")


def path_of(service: str, path: str) -> str:
    """The path by which an operation of the service is known."""
    return encoded(path) if service == "kafka" else path


def needed(action: str, request: Request) -> list[Permission]:
    if request.service == "kafka":
        found = _ARN.search(request.path)
        arn = found.group() if found else "*"
        return [Permission(action, arn, _keys("Resource", dict(msk._tags.get(arn) or {})))]
    return [_of_authority(action, request)]


def _of_authority(action: str, request: Request) -> Permission:
    arn = str(request.field("CertificateAuthorityArn") or "*")
    context = _keys("Resource", authority_tags(arn))
    operation = action.split(":", 1)[1]
    if operation == "IssueCertificate":
        context["acm-pca:TemplateArn"] = str(request.field("TemplateArn") or issuing.DEFAULT_TEMPLATE)
    if operation == "CreateCertificateAuthority":
        tags = {str(tag["Key"]): str(tag.get("Value", "")) for tag in request.field("Tags") or []}
        context |= _keys("Request", tags)
    return Permission(action, arn, context)


def authority_tags(arn: str) -> dict[str, str]:
    try:
        tags = records.read(arn)["Tags"]
    except Refused:
        return {}
    return {str(tag["Key"]): str(tag.get("Value", "")) for tag in tags}


def _keys(kind: str, tags: dict[str, str]) -> dict[str, Any]:
    return {f"aws:{kind}Tag/{key}": value for key, value in tags.items()}
