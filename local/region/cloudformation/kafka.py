"""AWS::MSK::Cluster and AWS::MSK::Configuration.

"AWS CloudFormation Template Reference": Ref and Arn are the ARN; the schemas say what replaces a resource.
A handler says what MSK says, with the token of its request (aws/aws-cdk#25565).
"""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from region.cloudformation.resource import Created, Properties, ResourceFailed
from region.kafka import clusters, configurations, tools
from region.kafka.refusals import Refused

CLUSTER, CONFIGURATION = "AWS::MSK::Cluster", "AWS::MSK::Configuration"
_CODES = {"NotFoundException": "NotFound", "ConflictException": "AlreadyExists"}


def _told(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def around(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except Refused as refused:
            code = _CODES.get(refused.name, "InvalidRequest")
            raise ResourceFailed(_says(refused.message, code)) from refused
        except (tools.ToolsMissing, TimeoutError, OSError) as error:
            raise ResourceFailed(_says(f"The local region: {error}", "GeneralServiceException")) from error

    return around


def _says(message: str, code: str) -> str:
    token = uuid.uuid4()
    return (
        f'Resource handler returned message: "[ClientRequestToken: {token}] {message}"'
        f" (RequestToken: {token}, HandlerErrorCode: {code})"
    )


def _attributes(arn: str) -> dict[str, Any]:
    record = clusters.require(arn)
    return {"Arn": arn, "CurrentVersion": record["CurrentVersion"]}


@_told
def _create_cluster(_logical_id: str, props: Properties, _stack: str) -> Created:
    arn = clusters.create(props)["ClusterArn"]
    return arn, _attributes(arn)


@_told
def _update_cluster(
    arn: str, _old: Properties, new: Properties, _stack: str, _logical_id: str = ""
) -> Created:
    clusters.update(arn, new)
    return arn, _attributes(arn)


@_told
def _delete_cluster(arn: str, _props: Properties) -> None:
    if any(one["ClusterArn"] == arn for one in clusters.every()):
        clusters.delete(arn)


@_told
def _import_cluster(identifier: dict[str, str]) -> Created:
    arn = identifier["Arn"]
    return arn, _attributes(arn)


def _revision(arn: str) -> dict[str, Any]:
    latest = configurations.require(arn)["LatestRevision"]
    return {
        "Arn": arn,
        "LatestRevision.Revision": latest["Revision"],
        "LatestRevision.CreationTime": latest["CreationTime"],
        "LatestRevision.Description": latest["Description"],
    }


def _text(props: Properties) -> str:
    """Both plain text and base64 are taken (awsdocs/aws-cloudformation-user-guide#1186)."""
    given = str(props["ServerProperties"])
    try:
        return base64.b64decode(given, validate=True).decode()
    except ValueError:
        return given


@_told
def _create_configuration(_logical_id: str, props: Properties, _stack: str) -> Created:
    versions = [str(one) for one in props.get("KafkaVersionsList") or []]
    description = str(props.get("Description") or "")
    arn = configurations.create(str(props["Name"]), _text(props), versions, description)
    return arn, _revision(arn)


@_told
def _update_configuration(
    arn: str, _old: Properties, new: Properties, _stack: str, _logical_id: str = ""
) -> Created:
    configurations.revise(arn, _text(new), str(new.get("Description") or ""))
    return arn, _revision(arn)


@_told
def _delete_configuration(arn: str, _props: Properties) -> None:
    if any(one["Arn"] == arn for one in configurations.every()):
        configurations.delete(arn)


@_told
def _import_configuration(identifier: dict[str, str]) -> Created:
    arn = identifier["Arn"]
    return arn, _revision(arn)


def rows() -> dict[str, dict[str, Any]]:
    return {
        CLUSTER: {
            "create": _create_cluster,
            "update": _update_cluster,
            "update_with_logical_id": True,
            "delete": _delete_cluster,
            "import": _import_cluster,
        },
        CONFIGURATION: {
            "create": _create_configuration,
            "update": _update_configuration,
            "update_with_logical_id": True,
            "delete": _delete_configuration,
            "import": _import_configuration,
        },
    }


def problem(kind: str, arn: str) -> str | None:
    """Why an import cannot take something up, None when it can."""
    known = (
        [one["ClusterArn"] for one in clusters.every()]
        if kind == CLUSTER
        else [one["Arn"] for one in configurations.every()]
    )
    return None if arn in known else f"Resource of type '{kind}' with identifier '{arn}' was not found."
