"""Step Functions: builds and child executions that a task waits for, and what stops them."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError
from regions import Region
from roles import allow, arn, make_role
from state_machines import EVERYTHING, STS, Machines
from waiting import wait_for


@pytest.fixture(scope="module")
def machines(region: Region) -> Machines:
    return Machines(region)


@pytest.fixture(scope="module")
def project(region: Region) -> str:
    name = f"project-{uuid.uuid4().hex[:8]}"
    role = make_role(region, "builder", "codebuild", allow(["logs:CreateLogStream", "logs:PutLogEvents"]))
    region.client("codebuild").create_project(
        name=name,
        serviceRole=role,
        artifacts={"type": "NO_ARTIFACTS"},
        source={
            "type": "NO_SOURCE",
            "buildspec": "version: 0.2\nphases: {build: {commands: ['sh -c \"$DO\"']}}\n",
        },
        environment={"type": "LINUX_CONTAINER", "image": "none", "computeType": "BUILD_GENERAL1_SMALL"},
    )
    return name


def build(project: str, command: str) -> dict[str, Any]:
    return {"ProjectName": project, "EnvironmentVariablesOverride": [{"Name": "DO", "Value": command}]}


def test_start_build_sync_waits_and_returns_the_build(machines: Machines, project: str) -> None:
    machine = machines.task(
        "codebuild:startBuild.sync", build(project, "sleep 0.3"), Output="{% $states.result.Build %}"
    )
    made = machines.output(machine)
    assert made["BuildStatus"] == "SUCCEEDED" and made["ProjectName"] == project
    assert made["Phases"][0]["PhaseType"] == "SUBMITTED"


def test_a_failed_build_is_task_failed_with_the_build_as_its_cause(machines: Machines, project: str) -> None:
    ended = machines.run(machines.task("codebuild:startBuild.sync", build(project, "exit 4")))
    assert (ended["status"], ended["error"]) == ("FAILED", "States.TaskFailed")
    assert json.loads(ended["cause"])["Build"]["BuildStatus"] == "FAILED"
    assert "output" not in ended


@pytest.mark.parametrize(
    "missing",
    [
        "codebuild:StartBuild",
        "codebuild:StopBuild",
        "codebuild:BatchGetBuilds",
        "events:PutRule",
        "events:PutTargets",
        "events:DescribeRule",
    ],
)
def test_a_build_needs_each_permission_of_the_role(machines: Machines, project: str, missing: str) -> None:
    role = make_role(
        machines.region,
        f"without-{missing.replace(':', '-')}",
        "states",
        EVERYTHING,
        {"Effect": "Deny", "Action": missing, "Resource": "*"},
    )
    ended = machines.run(machines.task("codebuild:startBuild.sync", build(project, "true"), role))
    assert ended["error"] == "CodeBuild.AWSCodeBuildException" and missing in ended["cause"]


def test_a_role_of_least_privilege_is_enough_for_a_build(machines: Machines, project: str) -> None:
    role = make_role(
        machines.region,
        "least",
        "states",
        allow(
            ["codebuild:StartBuild", "codebuild:StopBuild", "codebuild:BatchGetBuilds"],
            arn("codebuild", f"project/{project}"),
        ),
        allow(
            ["events:PutRule", "events:PutTargets", "events:DescribeRule"],
            arn("events", "rule/StepFunctionsGetEventForCodeBuildStartBuildRule"),
        ),
    )
    assert (
        machines.run(machines.task("codebuild:startBuild.sync", build(project, "true"), role))["status"]
        == "SUCCEEDED"
    )


def test_a_role_of_least_privilege_is_enough_for_a_child(machines: Machines) -> None:
    child = machines.make({"StartAt": "Do", "States": {"Do": {"Type": "Pass", "End": True}}})
    name = child.rsplit(":", 1)[-1]
    role = make_role(
        machines.region,
        "least-parent",
        "states",
        allow("states:StartExecution", child),
        allow(["states:DescribeExecution", "states:StopExecution"], arn("states", f"execution:{name}:*")),
        allow(
            ["events:PutRule", "events:PutTargets", "events:DescribeRule"],
            arn("events", "rule/StepFunctionsGetEventsForStepFunctionsExecutionRule"),
        ),
    )
    parent = machines.task("states:startExecution.sync:2", {"StateMachineArn": child, "Input": {}}, role)
    assert machines.run(parent)["status"] == "SUCCEEDED"


def test_stopping_the_execution_stops_its_build(machines: Machines, project: str) -> None:
    execution = machines.start(machines.task("codebuild:startBuild.sync", build(project, "sleep 60")))

    def submitted() -> str | None:
        found = [e for e in machines.history(execution) if e["type"] == "TaskSubmitted"]
        return json.loads(found[0]["taskSubmittedEventDetails"]["output"])["Build"]["Id"] if found else None

    build_id = wait_for("no build", submitted)
    machines.client.stop_execution(executionArn=execution, error="Enough", cause="test")
    client = machines.region.client("codebuild")
    stopped = wait_for(
        "the build goes on",
        lambda: (b := client.batch_get_builds(ids=[build_id])["builds"][0])["buildComplete"] and b,
    )
    assert stopped["buildStatus"] == "STOPPED"
    assert machines.end(execution)["status"] == "ABORTED"


def test_a_child_execution_returns_its_output_as_json(machines: Machines) -> None:
    child = machines.make(
        {
            "StartAt": "Add",
            "States": {"Add": {"Type": "Pass", "Output": "{% {'sum': $states.input.a + 1} %}", "End": True}},
        }
    )
    parent = machines.task(
        "states:startExecution.sync:2",
        {"StateMachineArn": child, "Input": {"a": "{% $states.input.a %}"}},
        Output="{% $states.result.Output.sum %}",
    )
    assert machines.output(parent, {"a": 41}) == 42


def test_a_failed_child_is_task_failed_and_its_error_stands_in_the_cause(machines: Machines) -> None:
    child = machines.make(
        {"StartAt": "No", "States": {"No": {"Type": "Fail", "Error": "Broken", "Cause": "why"}}}
    )
    parent = machines.task("states:startExecution.sync:2", {"StateMachineArn": child, "Input": {}})
    ended = machines.run(parent)
    cause = json.loads(ended["cause"])
    assert ended["error"] == "States.TaskFailed"
    assert (cause["Status"], cause["Error"], cause["Cause"]) == ("FAILED", "Broken", "why")


def test_stopping_a_parent_stops_its_children(machines: Machines) -> None:
    child = machines.make(
        {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 60, "End": True}}}
    )
    parent = machines.start(
        machines.make(
            {
                "StartAt": "All",
                "States": {
                    "All": {
                        "Type": "Map",
                        "Items": [1, 2],
                        "End": True,
                        "ItemProcessor": {
                            "StartAt": "Run",
                            "States": {
                                "Run": {
                                    "Type": "Task",
                                    "Resource": STS + "states:startExecution.sync:2",
                                    "End": True,
                                    "Arguments": {"StateMachineArn": child, "Input": {}},
                                }
                            },
                        },
                    }
                },
            }
        )
    )

    def children(status: str) -> int:
        return len(machines.client.list_executions(stateMachineArn=child, statusFilter=status)["executions"])

    wait_for("no children", lambda: children("RUNNING") == 2)
    machines.client.stop_execution(executionArn=parent)
    wait_for("children go on", lambda: children("ABORTED") == 2)


def test_a_task_timeout_stops_what_the_task_started(machines: Machines) -> None:
    child = machines.make(
        {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 60, "End": True}}}
    )
    parent = machines.task(
        "states:startExecution.sync:2", {"StateMachineArn": child, "Input": {}}, TimeoutSeconds=1
    )
    assert machines.run(parent)["error"] == "States.Timeout"
    wait_for(
        "the child goes on",
        lambda: machines.client.list_executions(stateMachineArn=child, statusFilter="ABORTED")["executions"],
        3,
    )


def test_the_same_start_is_the_same_run_until_it_ends(machines: Machines) -> None:
    wait = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 2, "End": True}}}
    machine = machines.make(wait)
    given = {"stateMachineArn": machine, "name": "once", "input": "{}"}
    first = machines.client.start_execution(**given)
    again = machines.client.start_execution(**given)
    assert (again["executionArn"], again["startDate"]) == (first["executionArn"], first["startDate"])
    for other in ({**given, "input": '{"a":1}'}, given):
        with pytest.raises(ClientError, match="ExecutionAlreadyExists"):
            machines.client.start_execution(**other)
        machines.end(first["executionArn"])
