"""Permissions of EC2 requests: every resource that is named, every resource that will be made, and its tags.

The Service Authorization Reference, "Actions, resources, and condition keys for Amazon EC2", and the page
"Grant permission to tag Amazon EC2 resources during creation".
"""

from __future__ import annotations

import re
from typing import Any

from region.base import contract
from region.base.emulator import ec2
from region.base.partition import ARN
from region.ec2 import templates
from region.iam.requests import Permission, Request
from region.instances.query import Refused

contract.expect("ministack.services.ec2", "_tags")
contract.expect("ministack.services.ec2", "_subnets")
contract.expect("ministack.services.ec2", "_security_groups")

_TYPES = {
    "i": "instance",
    "ami": "image",
    "snap": "snapshot",
    "sg": "security-group",
    "sgr": "security-group-rule",
    "subnet": "subnet",
    "vpc": "vpc",
    "lt": "launch-template",
    "vol": "volume",
    "eni": "network-interface",
    "rtb": "route-table",
    "igw": "internet-gateway",
    "nat": "natgateway",
    "eipalloc": "elastic-ip",
    "vpce": "vpc-endpoint",
    "acl": "network-acl",
    "fl": "vpc-flow-log",
    "dopt": "dhcp-options",
}
_ID = re.compile(rf"({'|'.join(_TYPES)})-[0-9a-f]{{8,17}}")
# What a call makes besides the resource in its own name, or when that name is not the resource's.
_MADE = {
    "RunInstances": ("instance", "volume", "network-interface"),
    "RegisterImage": ("image",),
    "CreateImage": ("image", "snapshot"),
    "CopyImage": ("image",),
    "CopySnapshot": ("snapshot",),
    "AllocateAddress": ("elastic-ip",),
    "CreateNatGateway": ("natgateway",),
    "CreateFlowLogs": ("vpc-flow-log",),
    "CreateDhcpOptions": ("dhcp-options",),
    "CreateRoute": (),
    "CreateTags": (),
    "CreateLaunchTemplateVersion": (),
}
# Values that are written into a template or a rule, not used by the call.
_NOT_USED = ("TagSpecification.", "Filter.", "LaunchTemplateData.", "IpPermissions.", "ResourceId.")


def needed(action: str, request: Request) -> list[Permission]:
    """All permissions of one EC2 call; calls that only look need their action on `*`."""
    operation = action.split(":", 1)[1]
    if operation.startswith("Describe") and not operation.endswith("Attribute"):
        return [Permission(action, "*")]
    used = request
    if operation == "RunInstances":
        used = with_template(request)
    ids = _ids(used, operation)
    made = _made(operation)
    specified = _tag_specifications(used)
    context = _request_tags(_plain_tags(request)) if operation in ("CreateTags", "DeleteTags") else {}
    extra = _template_context(request) if operation == "RunInstances" else {}
    own = [
        Permission(action, _new(request, kind), _request_tags(specified.get(kind, {})) | extra)
        for kind in made
    ]
    own += [
        Permission(action, _arn(request, name), _resource_context(request, name) | context | extra)
        for name in ids
    ]
    tagging = [
        Permission(
            "ec2:CreateTags", _new(request, kind), _request_tags(tags) | {"ec2:CreateAction": operation}
        )
        for kind, tags in specified.items()
        if tags
    ]
    return (own or [Permission(action, "*", context)]) + tagging


def with_template(request: Request) -> Request:
    """RunInstances uses what its launch template names as if the call named it."""
    try:
        merged = templates.merge(request.params)
    except Refused:
        return request  # EC2 answers that the template is unknown
    return Request(
        request.service,
        request.method,
        request.path,
        request.headers,
        request.body,
        merged,
        request.region,
        request.account,
    )


def _ids(request: Request, operation: str) -> list[str]:
    ignored = tuple(prefix for prefix in _NOT_USED if not (prefix == "ResourceId." and "Tags" in operation))
    found = [request.param(key) for key in sorted(request.params) if not key.startswith(ignored)]
    named = [value for value in found if _ID.fullmatch(value)]
    template = request.param("LaunchTemplateName") or request.param("LaunchTemplate.LaunchTemplateName")
    if template and operation != "CreateLaunchTemplate":
        named += _template_ids(template)
    return list(dict.fromkeys(named))


def _template_ids(name: str) -> list[str]:
    return [key for key, record in ec2._launch_templates.items() if record["LaunchTemplateName"] == name]


def _made(operation: str) -> tuple[str, ...]:
    if operation in _MADE:
        return _MADE[operation]
    if not operation.startswith("Create"):
        return ()
    words = re.findall(r"[A-Z][a-z0-9]*", operation.removeprefix("Create"))
    return ("-".join(words).lower(),)


def _new(request: Request, kind: str) -> str:
    return _kind_arn(request, kind, "*")


def _arn(request: Request, identifier: str) -> str:
    return _kind_arn(request, _TYPES[identifier.split("-", 1)[0]], identifier)


def _kind_arn(request: Request, kind: str, identifier: str) -> str:
    # Images and snapshots have no account in their ARN: others may use them.
    account = "" if kind in ("image", "snapshot") else request.account
    return f"{ARN}:ec2:{request.region}:{account}:{kind}/{identifier}"


def _resource_context(request: Request, identifier: str) -> dict[str, Any]:
    context: dict[str, Any] = {}
    for tag in ec2._tags.get(identifier) or []:
        context[f"aws:ResourceTag/{tag['Key']}"] = tag["Value"]
        context[f"ec2:ResourceTag/{tag['Key']}"] = tag["Value"]
    record = ec2._subnets.get(identifier) or ec2._security_groups.get(identifier)
    if record is not None:
        context["ec2:Vpc"] = request.arn("ec2", f"vpc/{record.get('VpcId', '')}")
    return context


def _template_context(request: Request) -> dict[str, Any]:
    template = request.param("LaunchTemplate.LaunchTemplateId") or next(
        iter(_template_ids(request.param("LaunchTemplate.LaunchTemplateName"))), ""
    )
    if not template:
        return {}
    return {"ec2:LaunchTemplate": _arn(request, template), "ec2:IsLaunchTemplateResource": "true"}


def _tag_specifications(request: Request) -> dict[str, dict[str, str]]:
    """`{resource type: tags}` of TagSpecification.N."""
    found: dict[str, dict[str, str]] = {}
    for key in request.params:
        match = re.fullmatch(r"TagSpecification\.(\d+)\.ResourceType", key)
        if match:
            prefix = f"TagSpecification.{match[1]}.Tag."
            found.setdefault(request.param(key), {}).update(_tags_below(request, prefix))
    return found


def _plain_tags(request: Request) -> dict[str, str]:
    return _tags_below(request, "Tag.")


def _tags_below(request: Request, prefix: str) -> dict[str, str]:
    keys = [key for key in request.params if key.startswith(prefix) and key.endswith(".Key")]
    return {request.param(key): request.param(key.removesuffix("Key") + "Value") for key in keys}


def _request_tags(tags: dict[str, str]) -> dict[str, Any]:
    if not tags:
        return {}
    return {"aws:TagKeys": list(tags)} | {f"aws:RequestTag/{key}": value for key, value in tags.items()}
