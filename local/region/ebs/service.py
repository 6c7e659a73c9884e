"""The EBS direct APIs as a service of the region, which the emulator does not have.

What calls it is told by the service in the signature's scope; its constraints are held against the API's
model, and its permissions are checked like those of every other service.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from region.base import contract, patch
from region.base.emulator import Response, responses
from region.constraints import answers, gate, rest
from region.ebs import reading, records, writing
from region.ebs.refusals import Refused
from region.ebs.writing import Answer, Parameters

NAME = "ebs"
contract.expect("ministack.app", "SERVICE_HANDLERS")
contract.expect("ministack.core.router", "SERVICE_PATTERNS")
contract.expect("ministack.core.iam_actions", "SERVICE_TO_IAM_NAMESPACE")
contract.expect("ministack.core.iam_actions", "_BOTOCORE_SERVICE_MAP")
contract.expect_entry("ministack.services.ec2", "_ACTION_MAP", "DescribeSnapshots", "(p)")

_OPERATIONS: dict[str, Callable[[Parameters, bytes], Answer]] = {
    "StartSnapshot": writing.start,
    "PutSnapshotBlock": writing.put,
    "CompleteSnapshot": writing.complete,
    "ListSnapshotBlocks": reading.listed,
    "ListChangedBlocks": reading.changed,
    "GetSnapshotBlock": reading.get,
}


async def _handle(
    method: str, path: str, headers: dict[str, str], body: Any, query: dict[str, Any]
) -> Response:
    data: bytes = body.encode() if isinstance(body, str) else body or b""
    found = gate.violations(NAME, method, path, headers, data, query)
    if found:
        return answers.refuse(NAME, "rest-json", found)
    model = responses._service_model(NAME)
    route = rest.find(model, method, path, query, headers)
    if route is None:
        return _json(404, {"x-amzn-errortype": "UnknownOperationException"}, {})
    name, in_path = route
    asked = rest.parameters(model.operation_model(name), in_path, query, headers, data)
    try:
        status, more, answer = _OPERATIONS[name](asked, data)
    except Refused as refused:
        return refused.response()
    return (status, more, answer) if isinstance(answer, bytes) else _json(status, more, answer)


def _json(status: int, headers: dict[str, str], answer: dict[str, Any]) -> Response:
    return status, {"Content-Type": "application/json"} | headers, json.dumps(answer).encode()


def _describe(original: Callable[[Any], Response], parameters: Any) -> Response:
    records.settle_all()
    return original(parameters)


def install() -> None:
    pattern = {"host_patterns": [r"^ebs\."], "credential_scope": NAME}
    patch.entry("ministack.core.router", "SERVICE_PATTERNS", NAME, pattern)
    patch.entry("ministack.core.iam_actions", "SERVICE_TO_IAM_NAMESPACE", NAME, NAME)
    patch.entry("ministack.core.iam_actions", "_BOTOCORE_SERVICE_MAP", NAME, [NAME])
    patch.entry("ministack.app", "SERVICE_HANDLERS", NAME, _handle)
    patch.wrap_entry("ministack.services.ec2", "_ACTION_MAP", "DescribeSnapshots", _describe)
