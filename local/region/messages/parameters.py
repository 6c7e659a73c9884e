"""Parameter Store: an event for each parameter written or removed, which the emulator does not send."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from region.base import contract, events, patch
from region.base.emulator import Response, get_account_id, get_region, ssm
from region.base.partition import ARN
from region.messages import parameter_rules

SSM = "ministack.services.ssm"

contract.expect(SSM, "_put_parameter", "(data)")
contract.expect(SSM, "_delete_parameter", "(data)")
contract.expect(SSM, "_parameters")
contract.expect(SSM, "_delete_parameters", "(data)")


def _put(original: Callable[[dict[str, Any]], Response], data: dict[str, Any]) -> Response:
    refused = parameter_rules.refusal(data, data.get("Name") in ssm._parameters)
    if refused:
        return _refuse(*refused)
    answer = original(data)
    if answer[0] == 200:
        written = json.loads(answer[2])
        _tell(
            str(data["Name"]), "Create" if written["Version"] == 1 else "Update", data.get("Type", "String")
        )
    return answer


def _refuse(code: str, message: str) -> Response:
    headers = {"Content-Type": "application/x-amz-json-1.1"}
    return 400, headers, json.dumps({"__type": code, "message": message}).encode()


def _delete(original: Callable[[dict[str, Any]], Response], data: dict[str, Any]) -> Response:
    answer = original(data)
    if answer[0] == 200:
        _tell(str(data["Name"]), "Delete")
    return answer


def _delete_several(original: Callable[[dict[str, Any]], Response], data: dict[str, Any]) -> Response:
    answer = original(data)
    if answer[0] == 200:
        for name in json.loads(answer[2])["DeletedParameters"]:
            _tell(name, "Delete")
    return answer


def _tell(name: str, operation: str, kind: str = "String") -> None:
    """Systems Manager User Guide, "Reference: Amazon EventBridge event patterns and types for Systems
    Manager".
    """
    arn = f"{ARN}:ssm:{get_region()}:{get_account_id()}:parameter/{name.lstrip('/')}"
    detail = {"operation": operation, "name": name, "type": kind}
    events.publish("aws.ssm", "Parameter Store Change", detail, [arn])


def install() -> None:
    patch.wrap(SSM, "_put_parameter", _put)
    patch.wrap(SSM, "_delete_parameter", _delete)
    patch.wrap(SSM, "_delete_parameters", _delete_several)
