"""Step Functions: SDK integrations, the permissions of tasks, history."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from regions import Region
from roles import ACCOUNT, REGION, allow, arn, make_role
from state_machines import STS, Machines


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
