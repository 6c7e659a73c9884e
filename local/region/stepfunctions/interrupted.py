"""Executions that the end of the region cut short: failed, with the event that a history ends with."""

from __future__ import annotations

from typing import Any

from region.base import contract
from region.base.emulator import request_scope, stepfunctions
from region.durable import restoring

SERVICE = "ministack.services.stepfunctions"
contract.expect(SERVICE, "_executions")
contract.expect(SERVICE, "_add_event", "(execution, event_type, details=None)")
contract.expect(SERVICE, "_emit_execution_status_event", "(execution)")

# The emulator has put these into every execution that ran when its state was saved.
_ERROR = "States.ServiceRestart"


def recover() -> None:
    """At the start: says of each such execution that it failed, in its history and as an event."""
    for (account, region, _arn), execution in list(stepfunctions._executions.all_items()):
        if execution.get("error") != _ERROR or _has_ended(execution):
            continue
        execution["cause"] = "The local region ended while the execution ran"
        with request_scope(account, region):
            details = {"error": _ERROR, "cause": execution["cause"]}
            stepfunctions._add_event(execution, "ExecutionFailed", {"executionFailedEventDetails": details})
            stepfunctions._emit_execution_status_event(execution)
        restoring.say(f"execution {execution['name']} was running: failed")


def _has_ended(execution: dict[str, Any]) -> bool:
    events: list[dict[str, Any]] = execution.get("events") or []
    return bool(events) and str(events[-1].get("type", "")).startswith("ExecutionFailed")
