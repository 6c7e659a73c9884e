"""AWS SDK integrations of Step Functions (`arn:…:states:::aws-sdk:<service>:<action>`).

Adds the services that our workflows call and ministack does not list, reads query-protocol services by their
API model (lists, numbers and booleans come back as such), and checks every call against the role of the state
machine.
"""

from __future__ import annotations

import contextvars
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from region.base import contract, patch
from region.base.emulator import (
    app,
    botocore_parsers,
    botocore_serialize,
    get_account_id,
    get_region,
    responses,
    stepfunctions,
)
from region.base.partition import DOMAIN
from region.iam import permissions
from region.iam.requests import Request
from region.stepfunctions import runs
from region.stepfunctions.names import iso

SERVICE = "ministack.services.stepfunctions"

for _hook, _signature in (
    ("_AWS_SDK_SERVICE_MAP", None),
    ("_AWS_SDK_ERROR_PREFIX", None),
    ("_invoke_aws_sdk_integration", "(resource, input_data)"),
    ("_dispatch_aws_sdk_query", "(service_info, service_name, action, input_data)"),
    ("_prefix_sdk_error", "(service_name, error_code)"),
    ("_api_name_to_sfn_key", "(name)"),
):
    contract.expect(SERVICE, _hook, _signature)
contract.expect(
    "ministack.app",
    "call_service_handler_sync",
    "(handler, method, path, headers, body, query_params, timeout=None)",
)
contract.expect("ministack.app", "SERVICE_HANDLERS")
contract.expect("ministack.core.responses", "_service_model")

_ROWS: dict[str, dict[str, str]] = {
    "autoscaling": {"protocol": "query"},
    "cloudformation": {"protocol": "query"},
    "elasticloadbalancingv2": {"protocol": "query", "service_key": "elasticloadbalancing"},
    "codebuild": {"protocol": "json", "target_prefix": "CodeBuild_20161006", "param_case": "lower-camel"},
}
_ERROR_PREFIXES = {
    "autoscaling": "AutoScaling",
    "cloudformation": "CloudFormation",
    "elasticloadbalancingv2": "ElasticLoadBalancingV2",
    "codebuild": "CodeBuild",
}
_calling: contextvars.ContextVar[str] = contextvars.ContextVar("region_sfn_sdk_service", default="")


def install() -> None:
    for service, row in _ROWS.items():
        patch.entry(SERVICE, "_AWS_SDK_SERVICE_MAP", service, row)
        patch.entry(SERVICE, "_AWS_SDK_ERROR_PREFIX", service, _ERROR_PREFIXES[service])
    patch.wrap(SERVICE, "_invoke_aws_sdk_integration", _invoke)
    patch.replace(SERVICE, "_dispatch_aws_sdk_query", _query)
    patch.wrap("ministack.app", "call_service_handler_sync", _call)
    patch.wrap(SERVICE, "_prefix_sdk_error", _error_name)


def _invoke(original: Callable[..., Any], resource: str, input_data: Any) -> Any:
    token = _calling.set(resource.split(":aws-sdk:", 1)[-1].split(":", 1)[0].lower())
    try:
        return original(resource, input_data)
    finally:
        _calling.reset(token)


def _call(
    original: Callable[..., Any],
    handler: Any,
    method: str,
    path: str,
    headers: dict[str, str],
    body: Any,
    query_params: dict[str, Any],
    timeout: float | None = None,
) -> Any:
    """The one place through which every SDK integration passes with the request it sends."""
    if runs.current() is not None and _calling.get():
        _authorize(handler, method, path, headers, body, query_params)
    return original(handler, method, path, headers, body, query_params, timeout)


def _authorize(
    handler: Any, method: str, path: str, headers: dict[str, str], body: Any, query_params: dict[str, Any]
) -> None:
    service = next((name for name, known in app.SERVICE_HANDLERS.items() if known is handler), None)
    if service is None:
        raise runs.failure(
            "States.Runtime", f"{_calling.get()}: no service of the local region answers this call"
        )
    raw = body.encode() if isinstance(body, str) else body or b""
    params = dict(query_params)
    if "x-www-form-urlencoded" in headers.get("content-type", ""):
        params |= dict(parse_qsl(raw.decode(), keep_blank_values=True))
    needed = permissions.needed(
        Request(service, method, path, headers, raw, params, get_region(), get_account_id())
    )
    prefix = _prefix(_calling.get())
    for permission in needed:
        runs.authorize(
            permission.action, permission.resource, f"{prefix}.{prefix}Exception", permission.context
        )


def _error_name(original: Callable[[str, str], str], service: str, code: str) -> str:
    """The exception's name in the AWS SDK for Java 2, which gives errors outside the API's model the
    service's name: `Ssm.ParameterNotFoundException`, `Ec2.Ec2Exception`.
    """
    if code.startswith("States."):
        return original(service, code)
    row = stepfunctions._AWS_SDK_SERVICE_MAP.get(service, {})
    model = responses._service_model(row.get("service_key", service))
    shape = model.shape_for_error_code(code.rsplit("#", 1)[-1]) if model is not None else None
    prefix = _prefix(service)
    name = re.sub("(Exception|Fault|Error)$", "", shape.name) if shape is not None else prefix
    return f"{prefix}.{name}Exception"


def _prefix(service: str) -> str:
    return stepfunctions._AWS_SDK_ERROR_PREFIX.get(service, service.capitalize())


def _query(service_info: dict[str, str], service_name: str, action: str, input_data: Any) -> Any:
    """A call of a query-protocol API, written and read by botocore's model of it."""
    key = service_info.get("service_key", service_name)
    name = action[0].upper() + action[1:]
    model = responses._service_model(key)
    if model is None or name not in model.operation_names:
        raise runs.failure("States.Runtime", f"{service_name} has no action {name}")
    operation = model.operation_model(name)
    protocol = "ec2" if key == "ec2" else "query"
    parameters = _named(input_data or {}, operation.input_shape)
    request = botocore_serialize.create_serializer(protocol, True).serialize_to_request(parameters, operation)
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "host": f"{key}.{get_region()}.{DOMAIN}",
        "authorization": f"AWS4-HMAC-SHA256 Credential=test/20260101/{get_region()}/{key}/aws4_request",
    }
    body = urlencode(request["body"]).encode()
    status, answer_headers, answer = app.call_service_handler_sync(
        app.SERVICE_HANDLERS[key], "POST", "/", headers, body, {}
    )
    raw = answer if isinstance(answer, bytes) else answer.encode()
    parsed = botocore_parsers.create_parser(protocol).parse(
        {"status_code": status, "headers": answer_headers, "body": raw}, operation.output_shape
    )
    parsed.pop("ResponseMetadata", None)
    if status >= 400:
        error = parsed.get("Error", {})
        raise runs.failure(
            stepfunctions._prefix_sdk_error(service_name, error.get("Code") or "ServiceException"),
            error.get("Message", ""),
        )
    return _shown(parsed)


def _named(value: Any, shape: Any) -> Any:
    """Parameters in the API's own names: `DbInstanceIdentifier` becomes `DBInstanceIdentifier`."""
    if shape is None:
        return value
    if shape.type_name == "structure" and isinstance(value, dict):
        names = {stepfunctions._api_name_to_sfn_key(name): name for name in shape.members}
        unknown = sorted(key for key in value if key not in names and key not in shape.members)
        if unknown:
            raise runs.failure(
                "States.Runtime", f"The parameter {unknown[0]!r} is not one of {sorted(names)}"
            )
        return {
            names.get(key, key): _named(item, shape.members[names.get(key, key)])
            for key, item in value.items()
        }
    if shape.type_name == "list" and isinstance(value, list):
        return [_named(item, shape.member) for item in value]
    return value


def _shown(value: Any) -> Any:
    if isinstance(value, list):
        return [_shown(item) for item in value]
    if isinstance(value, dict):
        return {stepfunctions._api_name_to_sfn_key(key): _shown(item) for key, item in value.items()}
    return iso(value) if isinstance(value, datetime) else value
