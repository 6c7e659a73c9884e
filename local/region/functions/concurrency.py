"""Reserved concurrency: what it leaves for functions without one may not fall below Lambda's minimum.

AWS Lambda Developer Guide, "Configuring reserved concurrency": 100 stay unreserved. In an account with a
smaller quota that is the minimum (siem-on-amazon-opensearch-service#290, mycloud#26): it can reserve nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from region.base import contract, patch, quotas
from region.base.emulator import Response, lambda_svc, responses
from region.base.settings import CONCURRENT_EXECUTIONS

SERVICE = "ministack.services.lambda_svc"
contract.expect(SERVICE, "_functions")
contract.expect(SERVICE, "_put_function_concurrency", "(func_name, data)")

LEAST = 100
RESERVED = "ReservedConcurrentExecutions"


def refusal(name: str, reserved: Any) -> str:
    """Why a function may not reserve this many; empty when it may."""
    if not int(reserved or 0):
        return ""
    quota = int(quotas.value(CONCURRENT_EXECUTIONS))
    others = sum(
        int(function.get("concurrency") or 0)
        for other, function in lambda_svc._functions.items()
        if other != name
    )
    least = min(LEAST, quota)
    if quota - others - int(reserved) >= least:
        return ""
    return (
        "Specified ReservedConcurrentExecutions for function decreases account's "
        f"UnreservedConcurrentExecution below its minimum value of [{least}]."
    )


def of_handler(name: str, properties: dict[str, Any]) -> str:
    """The same as CloudFormation's handler tells it (neptune-tools#324)."""
    told = refusal(name, properties.get(RESERVED))
    if not told:
        return ""
    return (
        f'Resource handler returned message: "{told} (Service: Lambda, Status Code: 400, Request ID: '
        f'{uuid.uuid4()})" (RequestToken: {uuid.uuid4()}, HandlerErrorCode: InvalidRequest)'
    )


def _put(original: Callable[..., Response], name: str, data: dict[str, Any]) -> Response:
    told = refusal(name, data.get(RESERVED)) if name in lambda_svc._functions else ""
    if told:
        return responses.error_response_json("InvalidParameterValueException", told, 400)
    return original(name, data)


def install() -> None:
    patch.wrap(SERVICE, "_put_function_concurrency", _put)
