"""StartExecution once more with the same name: the same run while it goes on, if its input is the same.

Step Functions API Reference, "StartExecution": idempotent for Standard workflows; after the run has ended, or
with another input, the name is taken.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from region.base import contract, patch
from region.base.emulator import Response, responses, stepfunctions

SERVICE = "ministack.services.stepfunctions"
contract.expect(SERVICE, "_start_execution", "(data)")


def _start(original: Callable[[dict[str, Any]], Response], data: dict[str, Any]) -> Response:
    status, headers, body = original(data)
    if status != 400 or not data.get("name"):
        return status, headers, body
    refusal: dict[str, Any] = json.loads(body)
    if "ExecutionAlreadyExists" not in str(refusal.get("__type")):
        return status, headers, body
    arn = str(data["stateMachineArn"]).replace(":stateMachine:", ":execution:") + f":{data['name']}"
    known = stepfunctions._executions.get(arn)
    same = known is not None and known["status"] == "RUNNING" and known["input"] == data.get("input", "{}")
    if known is None or not same:
        return status, headers, body
    return responses.json_response({"executionArn": arn, "startDate": known["startDate"]})


def install() -> None:
    patch.wrap(SERVICE, "_start_execution", _start)
