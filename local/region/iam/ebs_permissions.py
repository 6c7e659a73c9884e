"""Permissions of the EBS direct APIs.

The Service Authorization Reference, "Actions, resources, and condition keys for Amazon Elastic Block Store",
and the EBS User Guide, "Control access to EBS direct APIs using IAM": a snapshot is an EC2 resource, and tags
at StartSnapshot take `ec2:CreateTags`. AWS does not say on which resource a StartSnapshot with a parent is
checked, nor that EC2 knows `ec2:CreateAction` for it: here it is the parent, and it does
(docs/iam-aws-only.md).
"""

from __future__ import annotations

from typing import Any

from region.base.emulator import ec2
from region.base.partition import ARN
from region.iam.requests import Permission, Request


def needed(action: str, request: Request) -> list[Permission]:
    operation = action.split(":", 1)[1]
    if operation == "StartSnapshot":
        return _start(action, request)
    first = request.param("firstSnapshotId")
    named = [request.path.strip("/").split("/")[_PLACES.get(operation, 1)], *([first] if first else [])]
    return [Permission(action, _arn(request, name), _tags_of(name)) for name in named]


_PLACES = {"CompleteSnapshot": 2}


def _start(action: str, request: Request) -> list[Permission]:
    tags = {str(tag.get("Key")): str(tag.get("Value")) for tag in request.field("Tags") or []}
    parent = str(request.field("ParentSnapshotId") or "")
    asked: dict[str, Any] = {"ebs:VolumeSize": str(request.field("VolumeSize") or "")}
    if request.field("Description"):
        asked["ebs:Description"] = str(request.field("Description"))
    if parent:
        asked["ebs:ParentSnapshot"] = _arn(request, parent)
    context = asked | _requested(tags) | (_tags_of(parent) if parent else {})
    own = Permission(action, _arn(request, parent or "*"), context)
    if not tags:
        return [own]
    creates = _requested(tags) | {"ec2:CreateAction": "StartSnapshot"}
    return [own, Permission("ec2:CreateTags", _arn(request, "*"), creates)]


def _requested(tags: dict[str, str]) -> dict[str, Any]:
    if not tags:
        return {}
    return {"aws:TagKeys": list(tags)} | {f"aws:RequestTag/{key}": value for key, value in tags.items()}


def _tags_of(name: str) -> dict[str, Any]:
    return {f"aws:ResourceTag/{tag['Key']}": tag["Value"] for tag in ec2._tags.get(name) or []}


def _arn(request: Request, name: str) -> str:
    return f"{ARN}:ec2:{request.region}::snapshot/{name}"
