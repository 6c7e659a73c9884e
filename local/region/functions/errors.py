"""AWS Lambda: a failed call carries the error's own name, which Retry and Catch of Step Functions match."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from region.base import contract, patch
from region.base.emulator import lambda_runtime

RUNTIME = "ministack.core.lambda_runtime"
SERVICE = "ministack.services.lambda_svc"
SCRIPT = "_NODEJS_WORKER_SCRIPT"

contract.expect(RUNTIME, SCRIPT)
contract.expect(
    RUNTIME,
    "Worker.invoke",
    "(self, event, request_id, *, trace_id=None, depth=None, durable=None, invoked_function_arn=None)",
)
contract.expect(SERVICE, "_execute_function_warm", "(func, event, request_id)")

# What the worker answers for an error, and the same with the error's name.
_ANSWERS = (
    ('error: String(err.message || err), trace: err.stack || ""', "name: err.name"),
    ("error: e.message, trace: e.stack", "name: e.name"),
)
_NAMELESS = "Runtime.HandlerError"

_last = threading.local()


def _named(script: str) -> str:
    for answer, name in _ANSWERS:
        if answer not in script:
            raise contract.ContractBroken(f"{RUNTIME}.{SCRIPT} no longer holds {answer!r}")
        script = script.replace(answer, f"{answer}, {name}")
    return script


def _invoke(
    original: Callable[..., dict[str, Any]], worker: Any, *args: Any, **kwargs: Any
) -> dict[str, Any]:
    result = original(worker, *args, **kwargs)
    _last.name = result.get("name") if result.get("status") == "error" else None
    return result


def _execute(
    original: Callable[..., dict[str, Any]], func: dict[str, Any], event: Any, request_id: str
) -> dict[str, Any]:
    _last.name = None
    answer = original(func, event, request_id)
    body: dict[str, Any] = answer.get("body") or {}
    # `Error` is what Node gives as the name of an error without a class of its own, on AWS too.
    if answer.get("error") and body.get("errorType") == _NAMELESS and _last.name:
        body["errorType"] = _last.name
    return answer


def install() -> None:
    patch.replace(RUNTIME, SCRIPT, _named(lambda_runtime._NODEJS_WORKER_SCRIPT))
    patch.wrap(RUNTIME, "Worker.invoke", _invoke)
    patch.wrap(SERVICE, "_execute_function_warm", _execute)
