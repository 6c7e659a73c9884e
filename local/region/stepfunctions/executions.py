"""Step Functions as AWS runs it: executions act as their role, can be stopped or time out, keep history.

This module installs the parts: tasks.py (integrations), sdk.py (AWS SDK integrations), language.py (states),
variables.py (Assign), history.py (events), refusals.py (definitions), kept.py (how many are kept); runs.py
knows what a thread works for.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from region.base import contract, patch
from region.base.emulator import Response, get_account_id, get_region, now_iso, request_scope, stepfunctions
from region.stepfunctions import history, kept, language, refusals, repeated, runs, sdk, tasks, variables

logger = logging.getLogger("region.stepfunctions")

SERVICE = "ministack.services.stepfunctions"

for _hook, _signature in (
    ("_run_execution", "(exec_arn)"),
    ("_stop_execution", "(data)"),
    ("_fail_execution", "(execution, error, cause)"),
    ("_describe_execution", "(data)"),
    ("_emit_execution_status_event", "(execution)"),
    ("_add_event", "(execution, event_type, details=None)"),
    ("_executions", None),
    ("_state_machines", None),
    ("time", None),
):
    contract.expect(SERVICE, _hook, _signature)


class _Time:
    """The module `time` for the emulator's Step Functions, without its 0.15 s of sleep before every
    execution.

    A deployment starts an execution for each service. The sleeps of states go through `_scaled_sleep`.
    """

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)

    @staticmethod
    def sleep(_seconds: float) -> None:
        pass


def install() -> None:
    patch.replace(SERVICE, "time", _Time())
    patch.wrap(SERVICE, "_run_execution", _run)
    patch.wrap(SERVICE, "_stop_execution", _stop)
    patch.wrap(SERVICE, "_fail_execution", _fail)
    patch.wrap(SERVICE, "_describe_execution", _describe)
    for part in (history, kept, language, refusals, repeated, tasks, sdk, variables):
        part.install()


def _run(original: Callable[[str], None], exec_arn: str) -> None:
    execution = stepfunctions._executions.get(exec_arn)
    machine = stepfunctions._state_machines.get(execution["stateMachineArn"]) if execution else None
    if execution is None or machine is None:
        original(exec_arn)
        return
    run = runs.Run(execution, machine["roleArn"], execution["name"])
    tasks.forget_timeout()
    with runs.running(run):
        history.begin()
        clock = _clock(machine, run)
        try:
            original(exec_arn)
        except runs.Stopped:
            logger.info("execution %s ended as %s", exec_arn, execution["status"])
        finally:
            if clock is not None:
                clock.cancel()


def _stop(original: Callable[..., Response], data: dict[str, Any]) -> Response:
    answer = original(data)
    if answer[0] == 200:
        runs.call_off(data["executionArn"])
    return answer


def _fail(original: Callable[..., None], execution: dict[str, Any], error: str, cause: str) -> None:
    """A task that fails after its execution was stopped does not change how the execution ended."""
    if execution["status"] == "RUNNING":
        original(execution, error, cause)


def _describe(original: Callable[..., Response], data: dict[str, Any]) -> Response:
    """DescribeExecution shows an output only of executions that succeeded."""
    status, headers, body = original(data)
    shown = json.loads(body)
    if status == 200 and shown.get("status") != "SUCCEEDED":
        shown = {key: value for key, value in shown.items() if key not in ("output", "outputDetails")}
        shown = {key: value for key, value in shown.items() if value is not None}
        return status, headers, json.dumps(shown).encode()
    return status, headers, body


def _clock(machine: dict[str, Any], run: runs.Run) -> threading.Timer | None:
    """Ends the execution as TIMED_OUT after the state machine's TimeoutSeconds, when it names any."""
    try:
        seconds = json.loads(machine["definition"]).get("TimeoutSeconds")
    except ValueError:
        return None  # ministack fails the execution for it
    if not isinstance(seconds, (int, float)):
        return None
    clock = threading.Timer(seconds, _time_out, [run, get_account_id(), get_region()])
    clock.daemon = True
    clock.start()
    return clock


def _time_out(run: runs.Run, account: str, region: str) -> None:
    with request_scope(account, region):
        if run.execution["status"] != "RUNNING":
            return
        run.execution.update(status="TIMED_OUT", stopDate=now_iso(), error="States.Timeout")
        stepfunctions._add_event(
            run.execution, "ExecutionTimedOut", {"executionTimedOutEventDetails": {"error": "States.Timeout"}}
        )
        stepfunctions._emit_execution_status_event(run.execution)
    run.scope.cancel()
