"""Step Functions: builds and child executions, stop and timeout, branches, SDK calls, roles, history."""

from __future__ import annotations

import json
import time
import uuid
from typing import Any

import pytest
from conftest import Region, wait_for
from roles import ACCOUNT, REGION, allow, arn, make_role

EVERYTHING = allow("*")
STS = "arn:aws:states:::"


class Machines:
    """Makes state machines and runs them to their end."""

    def __init__(self, region: Region) -> None:
        self.region = region
        self.client = region.client("stepfunctions")
        self.role = make_role(region, "machine", "states", EVERYTHING)

    def make(self, definition: dict[str, Any], role: str = "") -> str:
        return self.client.create_state_machine(
            name=f"m-{uuid.uuid4().hex[:8]}",
            roleArn=role or self.role,
            definition=json.dumps({"QueryLanguage": "JSONata"} | definition),
        )["stateMachineArn"]

    def task(self, integration: str, arguments: dict[str, Any], role: str = "", **more: Any) -> str:
        state = {"Type": "Task", "Resource": STS + integration, "Arguments": arguments, "End": True} | more
        return self.make({"StartAt": "Call", "States": {"Call": state}}, role)

    def start(self, machine: str, data: Any = None) -> str:
        return self.client.start_execution(stateMachineArn=machine, input=json.dumps(data or {}))[
            "executionArn"
        ]

    def end(self, execution: str) -> dict[str, Any]:
        def over() -> dict[str, Any] | None:
            found = self.client.describe_execution(executionArn=execution)
            return found if found["status"] != "RUNNING" else None

        return wait_for("the execution goes on", over)

    def run(self, machine: str, data: Any = None) -> dict[str, Any]:
        return self.end(self.start(machine, data))

    def output(self, machine: str, data: Any = None) -> Any:
        ended = self.run(machine, data)
        assert ended["status"] == "SUCCEEDED", ended
        return json.loads(ended["output"])

    def history(self, execution: str) -> list[dict[str, Any]]:
        return self.client.get_execution_history(executionArn=execution, maxResults=1000)["events"]


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
    wait_for("children go on", lambda: children("ABORTED") == 2, 3)


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
    one = {
        "StartAt": "One",
        "States": {"One": {"Type": "Pass", "Output": "{% $states.input.x + 1 %}", "End": True}},
    }
    machine = machines.make(
        {
            "StartAt": "Both",
            "States": {
                "Both": {
                    "Type": "Parallel",
                    "Branches": [one, one],
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
    big = "{% {'x': $join($map([1..30000], function($n) { '0123456789' })) } %}"
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


@pytest.mark.parametrize(
    ("integration", "arguments", "shown"),
    [
        (
            "ec2:describeVpcs",
            {"Filters": [{"Name": "is-default", "Values": ["true"]}]},
            "{% $states.result.Vpcs[0].IsDefault %}",
        ),
        (
            "autoscaling:describeAutoScalingGroups",
            {"MaxRecords": 10},
            "{% $type($states.result.AutoScalingGroups) = 'array' %}",
        ),
        ("cloudformation:listStacks", {}, "{% $type($states.result.StackSummaries) = 'array' %}"),
        (
            "elasticloadbalancingv2:describeLoadBalancers",
            {},
            "{% $type($states.result.LoadBalancers) = 'array' %}",
        ),
        ("codebuild:listProjects", {}, "{% $type($states.result.Projects) = 'array' %}"),
        ("ssm:getParameters", {"Names": ["/a"]}, "{% $states.result.InvalidParameters = ['/a'] %}"),
    ],
)
def test_sdk_integrations_answer_with_typed_members(
    machines: Machines, integration: str, arguments: dict[str, Any], shown: str
) -> None:
    assert machines.output(machines.task(f"aws-sdk:{integration}", arguments, Output=shown)) is True


@pytest.mark.parametrize(
    ("integration", "arguments", "needed", "error"),
    [
        ("aws-sdk:ec2:describeVpcs", {}, "ec2:DescribeVpcs", "Ec2.Ec2Exception"),
        ("aws-sdk:ssm:getParameters", {"Names": ["/a", "/b"]}, "ssm:GetParameters", "Ssm.SsmException"),
        ("lambda:invoke", {"FunctionName": "none"}, "lambda:InvokeFunction", "Lambda.AWSLambdaException"),
        (
            "states:startExecution",
            {"StateMachineArn": arn("states", "stateMachine:none"), "Input": {}},
            "states:StartExecution",
            "StepFunctions.AWSStepFunctionsException",
        ),
        (
            "sqs:sendMessage",
            {"QueueUrl": f"http://q/{ACCOUNT}/none", "MessageBody": "x"},
            "sqs:SendMessage",
            "SQS.AmazonSQSException",
        ),
        (
            "dynamodb:getItem",
            {"TableName": "none", "Key": {"pk": {"S": "x"}}},
            "dynamodb:GetItem",
            "DynamoDB.AmazonDynamoDBException",
        ),
        (
            "events:putEvents",
            {"Entries": [{"Source": "a", "DetailType": "b", "Detail": "{}"}]},
            "events:PutEvents",
            "EventBridge.EventBridgeException",
        ),
    ],
)
def test_a_task_needs_its_permission(
    machines: Machines, integration: str, arguments: dict[str, Any], needed: str, error: str
) -> None:
    role = make_role(machines.region, "powerless", "states", allow("logs:CreateLogGroup"))
    ended = machines.run(machines.task(integration, arguments, role))
    assert ended["error"] == error and f"is not authorized to perform: {needed}" in ended["cause"]


def test_history_names_states_inside_branches_in_aws_shape(machines: Machines) -> None:
    child = machines.make({"StartAt": "Do", "States": {"Do": {"Type": "Pass", "End": True}}})
    machine = machines.make(
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
    execution = machines.start(machine)
    machines.end(execution)
    events = machines.history(execution)
    assert [event["id"] for event in events] == list(range(1, len(events) + 1))
    assert [e["stateEnteredEventDetails"]["name"] for e in events if e["type"] == "TaskStateEntered"] == [
        "Run",
        "Run",
    ]
    [scheduled, _] = [e for e in events if e["type"] == "TaskScheduled"]
    assert scheduled["taskScheduledEventDetails"]["resourceType"] == "states"
    assert scheduled["taskScheduledEventDetails"]["resource"] == "startExecution.sync:2"
    submitted = [
        json.loads(e["taskSubmittedEventDetails"]["output"]) for e in events if e["type"] == "TaskSubmitted"
    ]
    assert all(f":{REGION}:{ACCOUNT}:execution:" in item["ExecutionArn"] for item in submitted)
    assert all(event["previousEventId"] < event["id"] for event in events[1:])
