"""Which resources a request names, service by service; where ministack's own answer is right it is taken."""

from __future__ import annotations

import re
from collections.abc import Callable

from region.base import contract
from region.base.emulator import autoscaling, cloudformation
from region.base.partition import ARN
from region.iam import base_resource
from region.iam.requests import Request

contract.expect("ministack.services.autoscaling", "_asgs")
contract.expect("ministack.services.cloudformation", "_change_sets")


def named(action: str, request: Request) -> list[str]:
    """The ARNs, at least one, that the caller needs `action` on."""
    reader = _READERS.get(request.service)
    found = reader(action.split(":", 1)[1], request) if reader is not None else None
    return found or [base_resource.of(request)]


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
    base, qualifier = base_resource.of(request), request.param("Qualifier")
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
    return sorted(
        {_project(request, str(build).rsplit(":build/", 1)[-1].split(":", 1)[0]) for build in builds}
    )


def _project(request: Request, name: str) -> str:
    return name if name.startswith("arn:") else request.arn("codebuild", f"project/{name}")


def _autoscaling(operation: str, request: Request) -> list[str] | None:
    """Groups by name or by one of their instances; Describe calls know no resource."""
    if operation.startswith("Describe"):
        return ["*"]
    names = [request.param("AutoScalingGroupName")] + [
        request.param(key) for key in request.params if re.fullmatch(r"Tags\.member\.\d+\.ResourceId", key)
    ]
    instances = {
        request.param(key) for key in request.params if re.fullmatch(r"InstanceIds?(\.member\.\d+)?", key)
    }
    if not any(names):
        names = [
            name
            for name, group in autoscaling._asgs.items()
            if any(item.get("InstanceId") in instances for item in group["Instances"])
        ]
    arns = [_group(request, name) for name in dict.fromkeys(names) if name]
    return arns or None


def _group(request: Request, name: str) -> str:
    record = autoscaling._asgs.get(name)
    if record is not None:
        return record["AutoScalingGroupARN"]
    return request.arn("autoscaling", f"autoScalingGroup:*:autoScalingGroupName/{name}")


def _load_balancing(operation: str, request: Request) -> list[str] | None:
    """Everything that the request names by ARN; Describe calls know no resource."""
    if operation.startswith("Describe"):
        return ["*"]
    prefix = f"{ARN}:elasticloadbalancing:"
    named = [request.param(key) for key in sorted(request.params)]
    return list(dict.fromkeys(value for value in named if value.startswith(prefix))) or None


def _logs(operation: str, request: Request) -> list[str] | None:
    """Streams are named below their group, also by a call that names none."""
    group = (
        request.field("logGroupName")
        or str(request.field("logGroupIdentifier") or "").rsplit("log-group:", 1)[-1]
    )
    if not group:
        return ["*"] if operation == "DescribeLogGroups" else None
    if operation in _STREAM_OPERATIONS:
        return [request.arn("logs", f"log-group:{group}:log-stream:{request.field('logStreamName') or ''}")]
    return [request.arn("logs", f"log-group:{group}:log-stream:")]


def _cloudformation(operation: str, request: Request) -> list[str] | None:
    """A change set that is named by its ARN alone is its stack's."""
    found = cloudformation._change_sets.get(request.param("ChangeSetName"))
    return [found["StackId"]] if found and not request.param("StackName") else None


_BACKUPS = {
    "CreateBackup",
    "DeleteBackup",
    "DescribeBackup",
    "ListBackups",
    "RestoreTableFromBackup",
    "RestoreTableToPointInTime",
}


def of_backups(request: Request) -> bool:
    """Whether a request is about backups of tables, whose resources ministack does not know."""
    target = next((value for key, value in request.headers.items() if key.lower() == "x-amz-target"), "")
    return request.service == "dynamodb" and target.rsplit(".", 1)[-1] in _BACKUPS


def _dynamodb(operation: str, request: Request) -> list[str] | None:
    """Backups by their ARNs; a restore also names its table. ListBackups knows no resource."""
    backup = str(request.field("BackupArn") or "")
    target = str(request.field("TargetTableName") or "")
    if operation in ("DescribeBackup", "DeleteBackup"):
        return [backup] if backup else None
    if operation == "RestoreTableFromBackup":
        return [backup, request.arn("dynamodb", f"table/{target}")]
    if operation == "RestoreTableToPointInTime":
        source = str(request.field("SourceTableArn") or "")
        name = request.arn("dynamodb", f"table/{request.field('SourceTableName')}")
        return [source or name, request.arn("dynamodb", f"table/{target}")]
    return ["*"] if operation == "ListBackups" else None


_STREAM_OPERATIONS = {"CreateLogStream", "DeleteLogStream", "GetLogEvents", "PutLogEvents"}

_READERS: dict[str, Callable[[str, Request], list[str] | None]] = {
    "ssm": _ssm,
    "lambda": _lambda,
    "codebuild": _codebuild,
    "autoscaling": _autoscaling,
    "elasticloadbalancing": _load_balancing,
    "logs": _logs,
    "dynamodb": _dynamodb,
    "cloudformation": _cloudformation,
}
