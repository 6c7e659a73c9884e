"""Variables of a state machine as AWS assigns and bounds them.

The AWS page "Passing data between states with variables": every expression of an Assign sees the variables as
they were on entry ("Evaluation order in an assign field"); 256 KiB for one Assign, 10 MiB for an execution
("Limits").
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from region.base import contract, patch
from region.base.emulator import stepfunctions
from region.stepfunctions import runs

SERVICE = "ministack.services.stepfunctions"
ONE_ASSIGN = 256 * 1024
ALL_VARIABLES = 10 * 1024 * 1024

contract.expect(SERVICE, "_apply_state_assign", "(state_def, raw_input, ctx, result=None, error_output=None)")
contract.expect(
    SERVICE, "_apply_jsonata_template", "(value, raw_input, ctx=None, result=None, error_output=None)"
)
contract.expect(SERVICE, "_state_query_language", "(state_def, ctx=None)")


def install() -> None:
    patch.wrap(SERVICE, "_apply_state_assign", _assign)


def _assign(
    original: Callable[..., None],
    state: dict[str, Any],
    raw_input: Any,
    ctx: dict[str, Any] | None,
    result: Any = None,
    error_output: Any = None,
) -> None:
    if ctx is None or stepfunctions._state_query_language(state, ctx) != "JSONata":
        original(state, raw_input, ctx, result=result, error_output=error_output)
        return
    given = state.get("Assign")
    if not isinstance(given, dict):
        return
    values = {
        name: stepfunctions._apply_jsonata_template(
            template, raw_input, ctx, result=result, error_output=error_output
        )
        for name, template in given.items()
    }
    variables = ctx.setdefault("variables", {})
    _limit("the variables of one Assign", values, ONE_ASSIGN)
    _limit("the variables of the execution", {**variables, **values}, ALL_VARIABLES)
    variables.update(values)


def _limit(what: str, values: dict[str, Any], most: int) -> None:
    size = sum(len(json.dumps(value, separators=(",", ":")).encode()) for value in values.values())
    if size > most:
        raise runs.failure(
            "States.DataLimitExceeded",
            f"The size of {what} exceeds the maximum number of bytes service limit ({size} > {most}).",
        )
