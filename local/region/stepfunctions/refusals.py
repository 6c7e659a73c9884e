"""CreateStateMachine, UpdateStateMachine, ValidateStateMachineDefinition and CloudFormation's state machines:
a definition that AWS refuses is refused here, with its error.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from region.base import contract, patch
from region.base.emulator import Response, provisioners, responses
from region.stepfunctions.definition import Problem, problems

SERVICE = "ministack.services.stepfunctions"
PROVISIONERS = "ministack.services.cloudformation.provisioners"

for _hook in ("_create_state_machine", "_update_state_machine", "_validate_state_machine_definition"):
    contract.expect(SERVICE, _hook, "(data)")
contract.expect(PROVISIONERS, "_sfn_definition", "(props)")
contract.expect(PROVISIONERS, "_sfn_service_error", "(resp)")
contract.expect("ministack.core.responses", "error_response_json")
contract.expect("ministack.core.responses", "json_response")

MOST_DIAGNOSTICS = 100
"""ValidateStateMachineDefinition, maxResults: 100 unless the caller asks for fewer."""


def install() -> None:
    patch.wrap(SERVICE, "_create_state_machine", _refuse)
    patch.wrap(SERVICE, "_update_state_machine", _refuse)
    patch.replace(SERVICE, "_validate_state_machine_definition", _validate)
    patch.wrap(PROVISIONERS, "_sfn_definition", _of_template)


def _refuse(original: Callable[..., Response], data: dict[str, Any]) -> Response:
    found = problems(data["definition"]) if isinstance(data.get("definition"), str) else []
    return _refusal(found) if found else original(data)


def _refusal(found: list[Problem]) -> Response:
    listed = ", ".join(str(problem) for problem in found)
    return responses.error_response_json(
        "InvalidDefinition", f"Invalid State Machine Definition: '{listed}'", 400
    )


def _validate(data: dict[str, Any]) -> Response:
    """Answers 200 whatever it finds; the result says whether CreateStateMachine would take the definition."""
    found = problems(str(data.get("definition", "")))
    most = data.get("maxResults") or MOST_DIAGNOSTICS
    answer = {
        "result": "FAIL" if found else "OK",
        "diagnostics": [
            {
                "severity": "ERROR",
                "code": problem.code,
                "message": problem.message,
                "location": problem.location,
            }
            for problem in found[:most]
        ],
        "truncated": len(found) > most,
    }
    return responses.json_response(answer)


def _of_template(original: Callable[..., str], props: dict[str, Any]) -> str:
    definition = original(props)
    found = problems(definition)
    if found:
        raise provisioners._sfn_service_error(_refusal(found))
    return definition
