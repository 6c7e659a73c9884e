"""Definitions of state machines that AWS refuses, and how variables are assigned."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from regions import Region
from state_machines import STS, Machines
from waiting import wait_for

REPOSITORY = Path(__file__).resolve().parents[4]
# scripts/asl.ts refuses the same files: test/scripts/asl.real.ts.
REFUSED = sorted((REPOSITORY / "test" / "workflows" / "refused").glob("*.json"))
FINE = {"StartAt": "One", "States": {"One": {"Type": "Pass", "End": True}}}


@pytest.fixture(scope="module")
def machines(region: Region) -> Machines:
    return Machines(region)


def read(file: Path) -> dict[str, Any]:
    return json.loads(file.read_text())


@pytest.mark.parametrize("file", REFUSED, ids=lambda file: file.stem)
def test_a_definition_is_refused_with_the_sentence_of_aws(machines: Machines, file: Path) -> None:
    case = read(file)
    with pytest.raises(ClientError) as refused:
        machines.make(case["definition"])
    answer = refused.value.response["Error"]
    assert answer["Code"] == "InvalidDefinition"
    assert answer["Message"] == f"Invalid State Machine Definition: '{', '.join(case['aws'])}'"


@pytest.mark.parametrize("file", REFUSED, ids=lambda file: file.stem)
def test_validation_names_each_reason_with_its_place(machines: Machines, file: Path) -> None:
    case = read(file)
    answer = machines.client.validate_state_machine_definition(definition=json.dumps(case["definition"]))
    assert answer["result"] == "FAIL"
    assert [f"{d['code']}: {d['message']} at {d['location']}" for d in answer["diagnostics"]] == case["aws"]


def test_validation_accepts_what_can_be_made(machines: Machines) -> None:
    answer = machines.client.validate_state_machine_definition(definition=json.dumps(FINE))
    assert (answer["result"], answer["diagnostics"], answer["truncated"]) == ("OK", [], False)


def test_an_update_to_a_refused_definition_changes_nothing(machines: Machines) -> None:
    machine = machines.make(FINE)
    before = machines.client.describe_state_machine(stateMachineArn=machine)["definition"]
    definition = json.dumps(read(REPOSITORY / "test/workflows/refused/the-old-deploy.json")["definition"])
    with pytest.raises(ClientError, match="InvalidDefinition"):
        machines.client.update_state_machine(stateMachineArn=machine, definition=definition)
    assert machines.client.describe_state_machine(stateMachineArn=machine)["definition"] == before


def test_a_stack_with_a_refused_definition_is_rolled_back_with_the_sentence(
    region: Region, machines: Machines
) -> None:
    case = read(REPOSITORY / "test/workflows/refused/the-old-teardown.json")
    template = {
        "Resources": {
            "Machine": {
                "Type": "AWS::StepFunctions::StateMachine",
                "Properties": {"RoleArn": machines.role, "Definition": case["definition"]},
            }
        }
    }
    formation = region.client("cloudformation")
    formation.create_stack(StackName="refused-machine", TemplateBody=json.dumps(template))
    wait_for(
        "the stack is at work",
        lambda: (
            formation.describe_stacks(StackName="refused-machine")["Stacks"][0]["StackStatus"]
            == "ROLLBACK_COMPLETE"
        ),
    )
    reasons = [
        event.get("ResourceStatusReason", "")
        for event in formation.describe_stack_events(StackName="refused-machine")["StackEvents"]
    ]
    assert any(
        "Invalid State Machine Definition" in reason and case["aws"][0] in reason for reason in reasons
    )


def test_a_variable_that_no_state_assigns_fails_the_read(machines: Machines) -> None:
    ended = machines.run(
        machines.make(
            {"StartAt": "One", "States": {"One": {"Type": "Pass", "Output": "{% $gone %}", "End": True}}}
        )
    )
    assert ended["error"] == "States.QueryEvaluationError"


def test_expressions_of_an_assign_see_the_variables_as_they_were_on_entry(machines: Machines) -> None:
    machine = machines.make(
        {
            "StartAt": "First",
            "States": {
                "First": {"Type": "Pass", "Assign": {"x": 3, "a": 6}, "Next": "Swap"},
                "Swap": {"Type": "Pass", "Assign": {"x": "{% $a %}", "nextX": "{% $x %}"}, "Next": "Tell"},
                "Tell": {"Type": "Succeed", "Output": "{% [$x, $nextX] %}"},
            },
        }
    )
    assert machines.output(machine) == [6, 3]


BIG = f"{{% $join($map([1..200], function($n) {{ '{'0123456789' * 80}' }})) %}}"


def test_one_assign_takes_256_kib_at_most(machines: Machines) -> None:
    states = {
        "One": {"Type": "Pass", "Assign": {"x": BIG}, "Next": "Two"},
        "Two": {"Type": "Pass", "Assign": {"y": BIG, "z": "{% $x %}"}, "End": True},
    }
    assert machines.run(machines.make({"StartAt": "One", "States": states}))["error"] == (
        "States.DataLimitExceeded"
    )


def test_a_task_takes_256_kib_of_arguments_at_most(machines: Machines) -> None:
    states = {
        "One": {"Type": "Pass", "Assign": {"x": BIG}, "Next": "Call"},
        "Call": {
            "Type": "Task",
            "Resource": STS + "lambda:invoke",
            "Arguments": {"FunctionName": "nobody", "Payload": {"x": "{% $x %}", "y": "{% $x %}"}},
            "End": True,
        },
    }
    assert machines.run(machines.make({"StartAt": "One", "States": states}))["error"] == (
        "States.DataLimitExceeded"
    )
