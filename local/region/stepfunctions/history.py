"""Execution history in AWS's shape, with AWS's limits.

ministack writes whole resource ARNs, no previousEventId and nothing of what happens inside Map and Parallel;
numbers may repeat when branches write at the same time. Shapes: the AWS page "HistoryEvent"; limits: "Step
Functions service quotas".
"""

from __future__ import annotations

import contextvars
import json
import threading
from collections.abc import Callable
from typing import Any

from region.base import contract, patch
from region.base.emulator import stepfunctions
from region.base.partition import ARN
from region.stepfunctions import runs

SERVICE = "ministack.services.stepfunctions"
MAXIMUM_EVENTS = 25_000
MAXIMUM_BYTES = 256 * 1024

contract.expect(SERVICE, "_add_event", "(execution, event_type, details=None)")

_lock = threading.Lock()
_previous: contextvars.ContextVar[int] = contextvars.ContextVar("region_sfn_previous_event", default=0)


def install() -> None:
    patch.wrap(SERVICE, "_add_event", _add)


def begin() -> None:
    """The next event of this thread follows ExecutionStarted."""
    _previous.set(1)


def submitted(integration: str, output: dict[str, Any]) -> None:
    """Writes TaskSubmitted: what a `.sync` task started and now waits for."""
    run = runs.current()
    if run is None:
        return
    details = {"resource": f"{ARN}:states:::{integration}", "output": json.dumps(output)}
    stepfunctions._add_event(run.execution, "TaskSubmitted", {"taskSubmittedEventDetails": details})


def _add(
    original: Callable[..., Any],
    execution: dict[str, Any],
    event_type: str,
    details: dict[str, Any] | None = None,
) -> Any:
    run = runs.current()
    ours = run is not None and run.execution is execution
    if ours and not event_type.startswith("Execution"):
        runs.scope().check()
        _limit(execution, details or {})
    with _lock:
        event = original(execution, event_type, _shaped(details))
        event["previousEventId"] = min(_previous.get(), event["id"] - 1) if ours else event["id"] - 1
    if ours:
        _previous.set(event["id"])
    return event


def _limit(execution: dict[str, Any], details: dict[str, Any]) -> None:
    if len(execution["events"]) >= MAXIMUM_EVENTS:
        raise runs.failure(
            "States.Runtime",
            f"The execution reached the maximum number of history events ({MAXIMUM_EVENTS}).",
        )
    for detail in details.values():
        size = len(str(detail.get("output", "")).encode())
        if size > MAXIMUM_BYTES:
            raise runs.failure(
                "States.DataLimitExceeded",
                f"The state/task '{detail.get('name') or detail.get('resource', '')}' returned a result "
                f"with a size exceeding the maximum number of bytes service limit "
                f"({size} > {MAXIMUM_BYTES}).",
            )


def limit_arguments(integration: str, arguments: Any) -> None:
    """What a task is given is bounded as what it returns is: "Step Functions service quotas", Maximum input
    or result size of a task or state.
    """
    size = len(json.dumps(arguments, separators=(",", ":")).encode())
    if size > MAXIMUM_BYTES:
        raise runs.failure(
            "States.DataLimitExceeded",
            f"The arguments of the task '{integration}' have a size exceeding the maximum number of bytes "
            f"service limit ({size} > {MAXIMUM_BYTES}).",
        )


def _shaped(details: dict[str, Any] | None) -> dict[str, Any] | None:
    """`arn:…:states:::codebuild:startBuild.sync` becomes type `codebuild`, resource `startBuild.sync`."""
    if not details:
        return details
    shaped = {}
    for name, detail in details.items():
        resource = str(detail.get("resource", ""))
        if resource.startswith(f"{ARN}:states:::"):
            kind, _, action = resource.removeprefix(f"{ARN}:states:::").partition(":")
            if kind == "aws-sdk":
                service, _, action = action.partition(":")
                kind = f"aws-sdk:{service}"
            shaped[name] = {**detail, "resourceType": kind, "resource": action}
        else:
            shaped[name] = detail
    return shaped
