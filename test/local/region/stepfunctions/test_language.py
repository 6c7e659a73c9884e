"""Step Functions: time, branches, outputs, errors and retries."""

from __future__ import annotations

import time

import pytest
from regions import Region
from state_machines import STS, Machines


@pytest.fixture(scope="module")
def machines(region: Region) -> Machines:
    return Machines(region)


def test_an_execution_times_out(machines: Machines) -> None:
    ended = machines.run(
        machines.make(
            {
                "TimeoutSeconds": 1,
                "StartAt": "Wait",
                "States": {"Wait": {"Type": "Wait", "Seconds": 60, "End": True}},
            }
        )
    )
    assert ended["status"] == "TIMED_OUT"


def test_a_failing_branch_stops_the_others(machines: Machines) -> None:
    branches = [
        {"StartAt": "Long", "States": {"Long": {"Type": "Wait", "Seconds": 30, "End": True}}},
        {"StartAt": "No", "States": {"No": {"Type": "Fail", "Error": "Broken", "Cause": "why"}}},
    ]
    machine = machines.make(
        {"StartAt": "Both", "States": {"Both": {"Type": "Parallel", "Branches": branches, "End": True}}}
    )
    began = time.monotonic()
    assert machines.run(machine)["error"] == "Broken"
    assert time.monotonic() - began < 5


def test_branches_have_variables_of_their_own(machines: Machines) -> None:
    loop = {
        "StartAt": "Count",
        "States": {
            "Count": {
                "Type": "Pass",
                "Assign": {"n": "{% ($exists($n) ? $n : 0) + $states.input %}"},
                "Next": "Enough",
            },
            "Enough": {
                "Type": "Choice",
                "Choices": [{"Condition": "{% $n >= 10 %}", "Next": "Done"}],
                "Default": "Breathe",
            },
            "Breathe": {"Type": "Wait", "Seconds": 0, "Next": "Count"},
            "Done": {"Type": "Succeed", "Output": "{% $n %}"},
        },
    }
    machine = machines.make(
        {
            "StartAt": "All",
            "States": {"All": {"Type": "Map", "Items": [1, 3, 4], "ItemProcessor": loop, "End": True}},
        }
    )
    assert machines.output(machine) == [10, 12, 12]


def test_parallel_succeed_and_choice_evaluate_their_output(machines: Machines) -> None:
    one, two = (
        {
            "StartAt": name,
            "States": {name: {"Type": "Pass", "Output": "{% $states.input.x + 1 %}", "End": True}},
        }
        for name in ("One", "Two")
    )
    machine = machines.make(
        {
            "StartAt": "Both",
            "States": {
                "Both": {
                    "Type": "Parallel",
                    "Branches": [one, two],
                    "Arguments": {"x": 1},
                    "Output": "{% {'results': $states.result} %}",
                    "Assign": {"kept": "{% $states.result[0] %}"},
                    "Next": "Which",
                },
                "Which": {
                    "Type": "Choice",
                    "Choices": [{"Condition": "{% false %}", "Next": "End"}],
                    "Default": "End",
                    "Output": "{% $merge([$states.input, {'default': true}]) %}",
                },
                "End": {"Type": "Succeed", "Output": "{% $merge([$states.input, {'kept': $kept}]) %}"},
            },
        }
    )
    assert machines.output(machine) == {"results": [2, 2], "default": True, "kept": 2}


def test_runtime_errors_are_not_caught_by_states_all(machines: Machines) -> None:
    ended = machines.run(
        machines.make(
            {
                "StartAt": "Call",
                "States": {
                    "Call": {
                        "Type": "Task",
                        "Resource": STS + "aws-sdk:nosuch:thing",
                        "Arguments": {},
                        "End": True,
                        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}],
                    },
                    "Caught": {"Type": "Succeed"},
                },
            }
        )
    )
    assert (ended["status"], ended["error"]) == ("FAILED", "States.Runtime")


def test_a_state_that_returns_too_much_fails(machines: Machines) -> None:
    # In few steps: the emulator gives an expression one second.
    big = f"{{% {{'x': $join($map([1..300], function($n) {{ '{'0123456789' * 100}' }})) }} %}}"
    ended = machines.run(
        machines.make({"StartAt": "Big", "States": {"Big": {"Type": "Pass", "Output": big, "End": True}}})
    )
    assert ended["error"] == "States.DataLimitExceeded"


def test_a_retry_waits_no_longer_than_its_longest_delay(machines: Machines) -> None:
    machine = machines.task(
        "aws-sdk:ssm:getParameter",
        {"Name": "/nowhere"},
        Retry=[
            {
                "ErrorEquals": ["Ssm.ParameterNotFoundException"],
                "IntervalSeconds": 1,
                "BackoffRate": 10,
                "MaxAttempts": 2,
                "MaxDelaySeconds": 2,
            }
        ],
    )
    began = time.monotonic()
    assert machines.run(machine)["error"] == "Ssm.ParameterNotFoundException"
    assert 2.5 < time.monotonic() - began < 6
