"""Which permissions a request to an AWS API needs: action, resource and condition keys, by the Service Authorization
Reference ("Actions, resources, and condition keys for …").

ministack knows one resource per request and, for several services, none. This module names all of them for the
services that a fleet uses; for the others its answer stands.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any, Callable
from urllib.parse import urlparse

from region.base import contract

contract.expect(
    "ministack.core.iam_actions", "extract_iam_action",
    "(service, method, path, headers, body, query_params)",
)
contract.expect(
    "ministack.core.iam_actions", "extract_resource_arn",
    "(service, method, path, headers, body, query_params, region, account_id)",
)
contract.expect("ministack.core.iam_actions", "request_tag_context", "(service, iam_action, body, params)")
contract.expect("ministack.services.autoscaling", "_asgs")


@dataclass(frozen=True)
class Request:
    """One call as it arrives at a service; `params` holds the query and, for query APIs, the form."""

    service: str
    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    params: dict[str, Any]
    region: str
    account: str

    def param(self, name: str) -> str:
        value = self.params.get(name, "")
        return str(value[0] if isinstance(value, list) and value else value or "")

    def field(self, name: str) -> Any:
        """A member of a JSON body, None when there is none."""
        try:
            document = json.loads(self.body or b"{}")
        except ValueError:
            return None  # the service itself answers what is wrong with it
        return document.get(name) if isinstance(document, dict) else None

    def arn(self, service: str, resource: str) -> str:
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"


@dataclass(frozen=True)
class Permission:
    action: str
    resource: str
    context: dict[str, Any] = field(default_factory=dict)


def needed(request: Request) -> list[Permission]:
    """All permissions that `request` needs, the one that AWS names first at the front; empty when it needs none."""
    from ministack.core import iam_actions

    from region.iam import ec2_permissions as ec2permissions, pass_role as passrole

    action = iam_actions.extract_iam_action(
        request.service, request.method, request.path, request.headers, request.body, request.params
    )
    if action is None:
        return []
    if request.service == "ec2":
        own = ec2permissions.needed(action, request)
    else:
        tags = iam_actions.request_tag_context(request.service, action, request.body, request.params)
        own = [Permission(action, resource, tags) for resource in _resources(action, request)]
    roles = [Permission("iam:PassRole", role, context) for role, context in passrole.passed(action, request)]
    return own + _template_read(request) + roles


def _template_read(request: Request) -> list[Permission]:
    """CloudFormation fetches a template by its URL with the permission of the caller, whatever role the stack has."""
    url = request.param("TemplateURL") if request.service == "cloudformation" else ""
    return [Permission("s3:GetObject", f"arn:aws:s3:::{urlparse(url).path.lstrip('/')}")] if url else []


def _resources(action: str, request: Request) -> list[str]:
    reader = _READERS.get(request.service)
    found = reader(action.split(":", 1)[1], request) if reader is not None else None
    return found or [_base(request)]


def _base(request: Request) -> str:
    from region.iam import enforcement as iam

    return iam.base_resource(request)


def _ssm(operation: str, request: Request) -> list[str] | None:
    """Every parameter by name: a policy for some of them does not allow a batch with others."""
    if operation in ("GetParameters", "DeleteParameters"):
        names = request.field("Names")
        return [_parameter(request, name) for name in names] if isinstance(names, list) else None
    if operation == "GetParametersByPath":
        path = str(request.field("Path") or "/")
        return [request.arn("ssm", f"parameter{path if path.startswith('/') else '/' + path}")]
    if operation in ("GetParameter", "GetParameterHistory"):
        return [_parameter(request, str(request.field("Name") or ""))]
    return ["*"] if operation == "DescribeParameters" else None


def _parameter(request: Request, name: str) -> str:
    """`name:3` and `name:label` select a version; the permission is the parameter's."""
    if name.startswith("arn:"):
        return name
    return request.arn("ssm", f"parameter/{name.lstrip('/').split(':', 1)[0]}")


def _lambda(operation: str, request: Request) -> list[str] | None:
    """A call with a qualifier is a call of `function:name:qualifier`."""
    base, qualifier = _base(request), request.param("Qualifier")
    qualified = ("InvokeFunction", "GetFunction", "GetFunctionConfiguration")
    if qualifier and base.count(":") == 6 and operation in qualified:
        return [f"{base}:{qualifier}"]
    return None


def _codebuild(operation: str, request: Request) -> list[str] | None:
    """Builds are authorized as their project."""
    if operation == "StopBuild":
        builds = [request.field("id")]
    elif operation in ("BatchGetBuilds", "BatchDeleteBuilds"):
        builds = request.field("ids")
    elif operation == "BatchGetProjects":
        names = request.field("names")
        return [_project(request, str(name)) for name in names] if isinstance(names, list) else None
    else:
        return ["*"] if operation.startswith("List") and not request.field("projectName") else None
    if not isinstance(builds, list):
        return None
    return sorted({_project(request, str(build).rsplit(":build/", 1)[-1].split(":", 1)[0]) for build in builds})


def _project(request: Request, name: str) -> str:
    return name if name.startswith("arn:") else request.arn("codebuild", f"project/{name}")


def _autoscaling(operation: str, request: Request) -> list[str] | None:
    """Groups by name or by one of their instances; Describe calls know no resource."""
    from ministack.services import autoscaling

    if operation.startswith("Describe"):
        return ["*"]
    names = [request.param("AutoScalingGroupName")] + [
        request.param(key) for key in request.params if re.fullmatch(r"Tags\.member\.\d+\.ResourceId", key)
    ]
    instances = {request.param(key) for key in request.params if re.fullmatch(r"InstanceIds?(\.member\.\d+)?", key)}
    if not any(names):
        names = [
            name
            for name, group in autoscaling._asgs.items()
            if any(item.get("InstanceId") in instances for item in group["Instances"])
        ]
    arns = [_group(request, name) for name in dict.fromkeys(names) if name]
    return arns or None


def _group(request: Request, name: str) -> str:
    from ministack.services import autoscaling

    record = autoscaling._asgs.get(name)
    if record is not None:
        return record["AutoScalingGroupARN"]
    return request.arn("autoscaling", f"autoScalingGroup:*:autoScalingGroupName/{name}")


def _load_balancing(operation: str, request: Request) -> list[str] | None:
    """Everything that the request names by ARN; Describe calls know no resource."""
    if operation.startswith("Describe"):
        return ["*"]
    prefix = "arn:aws:elasticloadbalancing:"
    named = [request.param(key) for key in sorted(request.params)]
    return list(dict.fromkeys(value for value in named if value.startswith(prefix))) or None


def _logs(operation: str, request: Request) -> list[str] | None:
    """Streams are named below their group, also by a call that names none."""
    group = request.field("logGroupName") or str(request.field("logGroupIdentifier") or "").rsplit("log-group:", 1)[-1]
    if not group:
        return ["*"] if operation == "DescribeLogGroups" else None
    if operation in _STREAM_OPERATIONS:
        return [request.arn("logs", f"log-group:{group}:log-stream:{request.field('logStreamName') or ''}")]
    return [request.arn("logs", f"log-group:{group}:log-stream:")]


_STREAM_OPERATIONS = {"CreateLogStream", "DeleteLogStream", "GetLogEvents", "PutLogEvents"}

_READERS: dict[str, Callable[[str, Request], list[str] | None]] = {
    "ssm": _ssm,
    "lambda": _lambda,
    "codebuild": _codebuild,
    "autoscaling": _autoscaling,
    "elasticloadbalancing": _load_balancing,
    "logs": _logs,
}
