"""Every call of the services that a fleet uses is held against the model of its API, as AWS does it.

The models are botocore's, which the emulator brings with it: those by which AWS's own tools are made. They
are read when a service is first called, and compiled when an operation is.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any

from region.base import contract, patch
from region.base.emulator import Response, responses
from region.constraints import answers, forms, rest
from region.constraints.shapes import Check, Found, check_of

contract.expect("ministack.core.responses", "_service_model")
SERVICES = (
    "autoscaling",
    "cloudformation",
    "codebuild",
    "dynamodb",
    "ec2",
    "elasticloadbalancing",
    "events",
    "iam",
    "lambda",
    "logs",
    "monitoring",
    "s3",
    "sns",
    "sqs",
    "ssm",
    "states",
    "sts",
)
for _service in SERVICES:
    contract.expect_entry(
        "ministack.app", "SERVICE_HANDLERS", _service, "(method, path, headers, body, query_params)"
    )

Handler = Callable[..., Awaitable[Response]]
_OPERATION_KEY = "Action"


def install() -> None:
    for service in SERVICES:
        patch.wrap_entry("ministack.app", "SERVICE_HANDLERS", service, _gate(service))


def _gate(service: str) -> Callable[..., Awaitable[Response]]:
    async def check_first(
        original: Handler,
        method: str,
        path: str,
        headers: dict[str, str],
        body: Any,
        query_params: dict[str, Any],
    ) -> Response:
        raw = body.encode() if isinstance(body, str) else body or b""
        found = violations(service, method, path, headers, raw, query_params)
        if found:
            return answers.refuse(service, _protocol(service, headers), found)
        return await original(method, path, headers, body, query_params)

    return check_first


def violations(
    service: str, method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]
) -> Found:
    """All that a request violates; none when the service has no such operation, which it says itself."""
    protocol = _protocol(service, headers)
    if protocol.startswith("rest"):
        return _rest(service, method, path, headers, body, query)
    json_body = protocol == "json"
    form = "" if json_body else body.decode("utf-8", "replace")
    name = headers.get("x-amz-target", "").rpartition(".")[2] if json_body else _action(form, query)
    shape, check = _operation(service, name)
    found: Found = []
    if check is not None:
        check(_json(body) if json_body else forms.parameters(form, shape, protocol == "ec2"), "", found)
    return found


def _rest(
    service: str, method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]
) -> Found:
    model = responses._service_model(service)
    route = rest.find(model, method, path, query, headers)
    if route is None:
        return []
    name, in_path = route
    _, check = _operation(service, name)
    found: Found = []
    if check is not None:
        check(rest.parameters(model.operation_model(name), in_path, query, headers, body), "", found)
    return found


@cache
def _operation(service: str, name: str) -> tuple[Any, Check | None]:
    model = responses._service_model(service)
    if name not in model.operation_names:
        return None, None
    shape = model.operation_model(name).input_shape
    return shape, check_of(shape)


def _protocol(service: str, headers: dict[str, str]) -> str:
    """CloudWatch takes three protocols; the SDK for JavaScript and botocore choose different ones."""
    known = _protocols(service)
    if len(known) > 1 and "x-amz-target" in headers:
        return "json"
    return "query" if "query" in known else known[0]


@cache
def _protocols(service: str) -> list[str]:
    metadata = responses._service_model(service).metadata
    return metadata["protocols"] if service == "monitoring" else [metadata["protocol"]]


def _action(form: str, query: dict[str, Any]) -> str:
    start = form.find(f"{_OPERATION_KEY}=")
    if start == 0 or (start > 0 and form[start - 1] == "&"):
        return form[start + len(_OPERATION_KEY) + 1 :].partition("&")[0]
    given = query.get(_OPERATION_KEY, "")
    return str(given[0] if isinstance(given, list) and given else given)


def _json(body: bytes) -> Any:
    try:
        return json.loads(body or b"{}")
    except ValueError:
        return None  # the service answers that it is no JSON
