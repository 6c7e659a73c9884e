"""Which permissions a request to an AWS API needs: action, resource and condition keys, by the Service
Authorization Reference ("Actions, resources, and condition keys for …").

ministack knows one resource per request and, for several services, none. This module names all of them for
the services that a fleet uses; for the others its answer counts.
"""

from __future__ import annotations

import re
from urllib.parse import urlparse

from region.base import contract
from region.base.emulator import iam_actions
from region.iam import ebs_permissions, ec2_permissions, encryption, identities, pass_role, resources
from region.iam.requests import Permission, Request

contract.expect(
    "ministack.core.iam_actions",
    "extract_iam_action",
    "(service, method, path, headers, body, query_params)",
)
contract.expect("ministack.core.iam_actions", "request_tag_context", "(service, iam_action, body, params)")


def needed(request: Request) -> list[Permission]:
    """All permissions that `request` needs, the one that AWS names first at the front; may be empty."""
    action = iam_actions.extract_iam_action(
        request.service, request.method, request.path, request.headers, request.body, request.params
    )
    if action is None:
        return []
    if request.service == "ec2":
        own = ec2_permissions.needed(action, request)
    elif request.service == "ebs":
        own = ebs_permissions.needed(action, request)
    else:
        tags = iam_actions.request_tag_context(request.service, action, request.body, request.params)
        named = identities.needed(action, request, tags) if request.service == "iam" else None
        own = named or [Permission(action, resource, tags) for resource in resources.named(action, request)]
    roles = [Permission("iam:PassRole", role, context) for role, context in pass_role.passed(action, request)]
    also = encryption.needed(action, request) + _template_read(request) + _looked_up(action, request)
    return own + also + roles


_LOOKS = {
    "VPC": "DescribeVpcs",
    "Subnet": "DescribeSubnets",
    "SecurityGroup": "DescribeSecurityGroups",
    "Image": "DescribeImages",
    "Instance": "DescribeInstances",
    "Volume": "DescribeVolumes",
}


def _looked_up(action: str, request: Request) -> list[Permission]:
    """CloudFormation looks up values of parameters of a type such as AWS::EC2::VPC::Id as the caller.

    AWS CloudFormation User Guide, "Specify existing resources at runtime with CloudFormation-supplied
    parameter types".
    """
    if action not in ("cloudformation:CreateStack", "cloudformation:UpdateStack"):
        return []
    kinds = set(re.findall(r"AWS::EC2::([A-Za-z]+)::Id\b", request.param("TemplateBody")))
    return [Permission(f"ec2:{_LOOKS[kind]}", "*") for kind in sorted(kinds & _LOOKS.keys())]


def _template_read(request: Request) -> list[Permission]:
    """CloudFormation fetches a template by its URL as the caller, whatever role the stack has."""
    url = request.param("TemplateURL") if request.service == "cloudformation" else ""
    return [Permission("s3:GetObject", f"arn:aws:s3:::{urlparse(url).path.lstrip('/')}")] if url else []
