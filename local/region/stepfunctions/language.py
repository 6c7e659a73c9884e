"""The Amazon States Language where ministack's interpreter reads it otherwise than AWS.

- a Map or Parallel branch has its own variables and context ("Passing data between states with variables");
- one failing branch stops the others ("Parallel workflow state", "Map workflow state");
- Arguments, Output and Assign of JSONata Parallel, Output of JSONata Succeed and of a Choice's default;
- MaxDelaySeconds; States.ALL does not catch States.Runtime or States.DataLimitExceeded ("Handling errors").
"""

from __future__ import annotations

import contextvars
import copy
import json
import threading
from collections.abc import Callable
from typing import Any

from region.base import contract, patch
from region.base.emulator import now_iso, stepfunctions
from region.stepfunctions import runs

SERVICE = "ministack.services.stepfunctions"

for _hook, _signature in (
    ("_run_sub_machine", "(states, start_at, input_data, execution, ctx)"),
    ("_run_parallel_branches", "(state_def, raw_input, execution, ctx)"),
    ("_run_map_items", "(state_def, raw_input, execution, ctx)"),
    ("_execute_choice", "(state_def, raw_input, ctx=None)"),
    ("_execute_pass", "(state_def, raw_input, ctx=None)"),
    ("_execute_wait", "(state_def, raw_input, ctx=None)"),
    ("_execute_task", "(state_def, raw_input, execution, ctx)"),
    ("_execute_parallel", "(state_def, raw_input, execution, ctx)"),
    ("_execute_map", "(state_def, raw_input, execution, ctx)"),
    ("_evaluate_jsonata_choice_rule", "(rule, raw_input, ctx)"),
    ("_apply_output_path", "(state_def, data, ctx=None)"),
    ("_apply_input_path", "(state_def, data, ctx=None)"),
    ("_apply_jsonata_arguments", "(state_def, raw_input, ctx=None)"),
    (
        "_apply_jsonata_output",
        "(state_def, raw_input, ctx=None, result=None, error_output=None, default=None)",
    ),
    ("_apply_state_assign", "(state_def, raw_input, ctx, result=None, error_output=None)"),
    ("_state_query_language", "(state_def, ctx=None)"),
    ("_fail_state_error", "(state_def, raw_input, ctx=None)"),
    ("_find_matching_retrier", "(retriers, error, retry_counts)"),
    ("_error_matches", "(error_equals, error)"),
    ("_next_or_end", "(state_def)"),
    ("_scaled_sleep", "(seconds)"),
    ("_SFN_WAIT_SCALE", None),
    ("_ExecutionError", None),
):
    contract.expect(SERVICE, _hook, _signature)


def install() -> None:
    patch.replace(SERVICE, "_run_sub_machine", _run_branch)
    patch.wrap(SERVICE, "_run_parallel_branches", _run_parallel)
    patch.wrap(SERVICE, "_run_map_items", _run_map)
    patch.wrap(SERVICE, "_execute_choice", _choose)
    patch.wrap(SERVICE, "_apply_output_path", _output_of_succeed)
    patch.wrap(SERVICE, "_find_matching_retrier", _find_retrier)
    patch.wrap(SERVICE, "_error_matches", _error_matches)
    patch.replace(SERVICE, "_scaled_sleep", _sleep)


def _run_branch(
    states: dict[str, Any], start_at: str, input_data: Any, execution: Any, ctx: dict[str, Any]
) -> Any:
    """Runs one branch or iteration to its end with variables of its own; a failure calls off its siblings."""
    scope, own = runs.scope(), copy.deepcopy(ctx)
    try:
        return _walk(states, start_at, copy.deepcopy(input_data), execution, own)
    except Exception:
        scope.cancel()
        raise


def _walk(states: dict[str, Any], name: str | None, data: Any, execution: Any, ctx: dict[str, Any]) -> Any:
    with_execution = {
        "Task": stepfunctions._execute_task,
        "Parallel": stepfunctions._execute_parallel,
        "Map": stepfunctions._execute_map,
    }
    plain = {
        "Pass": stepfunctions._execute_pass,
        "Choice": stepfunctions._execute_choice,
        "Wait": stepfunctions._execute_wait,
    }
    while name:
        runs.scope().check()
        state = states.get(name)
        if state is None:
            raise runs.failure("States.Runtime", f"State '{name}' does not exist in its branch")
        kind, entered = state.get("Type"), name
        ctx["State"] = {"Name": name, "EnteredTime": now_iso(), "RetryCount": 0}
        _note(
            execution,
            f"{kind}StateEntered",
            "stateEnteredEventDetails",
            {"name": name, "input": json.dumps(data)},
        )
        if kind == "Fail":
            raise runs.failure(*stepfunctions._fail_state_error(state, data, ctx))
        if kind == "Succeed":
            data = stepfunctions._apply_output_path(
                state, stepfunctions._apply_input_path(state, data, ctx), ctx
            )
            name = None
        elif kind in with_execution:
            data, name = with_execution[kind](state, data, execution, ctx)
        elif kind in plain:
            data, name = plain[kind](state, data, ctx)
        else:
            raise runs.failure("States.Runtime", f"State '{name}' has the unknown type {kind}")
        _note(
            execution,
            f"{kind}StateExited",
            "stateExitedEventDetails",
            {"name": entered, "output": json.dumps(data)},
        )
    return data


def _note(execution: Any, event_type: str, member: str, detail: dict[str, Any]) -> None:
    if execution is not None:
        stepfunctions._add_event(execution, event_type, {member: detail})


def _run_parallel(
    original: Callable[..., Any], state: dict[str, Any], raw_input: Any, execution: Any, ctx: dict[str, Any]
) -> Any:
    with runs.branches():
        if stepfunctions._state_query_language(state, ctx) != "JSONata":
            return original(state, raw_input, execution, ctx)
        arguments = stepfunctions._apply_jsonata_arguments(state, raw_input, ctx)
        result = _all_branches(state.get("Branches", []), arguments, execution, ctx)
    output = stepfunctions._apply_jsonata_output(state, raw_input, ctx, result=result, default=result)
    stepfunctions._apply_state_assign(state, raw_input, ctx, result=result)
    return output, stepfunctions._next_or_end(state)


def _all_branches(
    branches: list[dict[str, Any]], data: Any, execution: Any, ctx: dict[str, Any]
) -> list[Any]:
    results: list[Any] = [None] * len(branches)
    errors: list[Exception] = []
    stopped: list[runs.Stopped] = []

    def work(number: int, branch: dict[str, Any]) -> None:
        try:
            results[number] = _run_branch(branch["States"], branch["StartAt"], data, execution, ctx)
        except Exception as error:
            errors.append(error)
        except runs.Stopped as stop:
            stopped.append(stop)

    threads = [
        threading.Thread(target=contextvars.copy_context().run, args=(work, number, branch), daemon=True)
        for number, branch in enumerate(branches)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    if stopped:
        raise stopped[0]
    return results


def _run_map(
    original: Callable[..., Any], state: dict[str, Any], raw_input: Any, execution: Any, ctx: dict[str, Any]
) -> Any:
    outer = runs.scope()
    with runs.branches():
        answer = original(state, raw_input, execution, ctx)
    outer.check()
    return answer


def _choose(
    original: Callable[..., Any], state: dict[str, Any], raw_input: Any, ctx: dict[str, Any] | None = None
) -> Any:
    if "Output" not in state or stepfunctions._state_query_language(state, ctx) != "JSONata":
        return original(state, raw_input, ctx)
    rules = state.get("Choices", [])
    matched = any(stepfunctions._evaluate_jsonata_choice_rule(rule, raw_input, ctx) for rule in rules)
    output, following = original(state, raw_input, ctx)
    return (
        (output, following)
        if matched
        else (stepfunctions._apply_jsonata_output(state, raw_input, ctx), following)
    )


def _output_of_succeed(
    original: Callable[..., Any], state: dict[str, Any], data: Any, ctx: dict[str, Any] | None = None
) -> Any:
    if state.get("Type") == "Succeed" and stepfunctions._state_query_language(state, ctx) == "JSONata":
        return stepfunctions._apply_jsonata_output(state, data, ctx, default=data)
    return original(state, data, ctx)


def _find_retrier(
    original: Callable[..., Any], retriers: list[dict[str, Any]], error: str, counts: dict[int, int]
) -> Any:
    retrier, index = original(retriers, error, counts)
    if retrier is None or "MaxDelaySeconds" not in retrier:
        return retrier, index
    delay = retrier.get("IntervalSeconds", 1) * retrier.get("BackoffRate", 2.0) ** counts.get(index, 0)
    return {**retrier, "IntervalSeconds": min(delay, retrier["MaxDelaySeconds"]), "BackoffRate": 1}, index


def _error_matches(original: Callable[..., Any], error_equals: list[str], error: str) -> bool:
    if error == "States.Runtime":
        return False
    if error == "States.DataLimitExceeded":
        return error in error_equals
    return original(error_equals, error)


def _sleep(seconds: float) -> None:
    """A Wait state or a retry's delay, cut short when the execution is stopped."""
    runs.scope().pause(max(0.0, seconds * stepfunctions._SFN_WAIT_SCALE))
