"""CloudFormation's functions, state machines and rules, and the language of templates."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from control_plane import control
from parts import att, ref
from waiting import eventually
from world import ACCOUNT, World, started


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with started() as made:
        made.ami = made.image("exec sleep 1000")
        yield made


def run(world: World, machine: str, n: int) -> dict[str, Any]:
    states = world.client("stepfunctions")
    execution = states.start_execution(stateMachineArn=machine, input=json.dumps({"n": n}))["executionArn"]

    def ended() -> dict[str, Any] | None:
        found = states.describe_execution(executionArn=execution)
        return None if found["status"] == "RUNNING" else found

    found = eventually(ended, 20)
    assert found["status"] == "SUCCEEDED", found
    return json.loads(found["output"])


def heard(world: World, queue: str, greeting: str) -> bool:
    entry = {"Source": "test.control", "DetailType": "t", "Detail": json.dumps({"g": greeting})}
    world.client("events").put_events(Entries=[entry])
    sqs = world.client("sqs")
    for _ in range(10):
        messages = sqs.receive_message(QueueUrl=queue).get("Messages", [])
        if messages:
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=messages[0]["ReceiptHandle"])
            return json.loads(messages[0]["Body"])["detail"]["g"] == greeting
        time.sleep(0.05)
    return False


def test_the_control_plane_works_after_create_and_after_update_and_goes_away(world: World) -> None:
    made = world.stack("control", control("hello", 1, 128))
    assert run(world, made["Machine"], 1) == {"greeting": "hello", "n": 2}
    assert heard(world, made["Queue"], "hello")
    table = world.client("dynamodb")
    table.put_item(TableName="state", Item={"pk": {"S": "app#web"}, "sk": {"S": "lock"}})
    changed = world.stack("control", control("goodbye", 2, 256))
    assert changed == made
    assert run(world, made["Machine"], 5) == {"greeting": "goodbye", "n": 6}
    assert heard(world, made["Queue"], "goodbye") and not heard(world, made["Queue"], "hello")
    assert table.get_item(TableName="state", Key={"pk": {"S": "app#web"}, "sk": {"S": "lock"}})["Item"]
    assert (
        table.describe_time_to_live(TableName="state")["TimeToLiveDescription"]["TimeToLiveStatus"]
        == "ENABLED"
    )
    (project,) = world.client("codebuild").batch_get_projects(names=["builder"])["projects"]
    assert project["timeoutInMinutes"] == 7
    assert project["environment"]["environmentVariables"][0]["value"] == "goodbye"
    (group,) = world.client("logs").describe_log_groups(logGroupNamePrefix="/aws/lambda/hello")["logGroups"]
    assert group["retentionInDays"] == 14
    attributes = world.client("sqs").get_queue_attributes(
        QueueUrl=made["Queue"], AttributeNames=["VisibilityTimeout"]
    )
    assert attributes["Attributes"]["VisibilityTimeout"] == "120"
    assert world.client("ssm").get_parameter(Name="/word")["Parameter"]["Value"] == "goodbye"
    world.unstack("control")
    assert world.client("lambda").list_functions()["Functions"] == []
    assert world.client("stepfunctions").list_state_machines()["stateMachines"] == []
    assert world.client("dynamodb").list_tables()["TableNames"] == []
    assert world.client("events").list_rules()["Rules"] == []
    assert world.client("sqs").list_queues().get("QueueUrls", []) == []
    assert world.client("scheduler").list_schedules()["Schedules"] == []
    assert world.client("codebuild").list_projects()["projects"] == []


def test_parameters_conditions_and_imported_values_work(world: World) -> None:
    exporter = {
        "Parameters": {"Word": {"Type": "String"}},
        "Resources": {
            "One": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": ref("Word")}}
        },
        "Outputs": {"One": {"Value": ref("One"), "Export": {"Name": {"Fn::Sub": "${AWS::StackName}-One"}}}},
    }
    importer = {
        "Parameters": {"Zones": {"Type": "CommaDelimitedList"}, "Extra": {"Type": "String", "Default": ""}},
        "Conditions": {"HasExtra": {"Fn::Not": [{"Fn::Equals": [ref("Extra"), ""]}]}},
        "Resources": {
            "Two": {
                "Type": "AWS::SSM::Parameter",
                "Properties": {
                    "Type": "String",
                    "Value": {"Fn::ImportValue": "exporter-One"},
                    "Description": {"Fn::If": ["HasExtra", ref("Extra"), {"Ref": "AWS::NoValue"}]},
                },
            },
            "Three": {
                "Type": "AWS::SSM::Parameter",
                "Condition": "HasExtra",
                "Properties": {"Type": "String", "Value": {"Fn::Join": ["-", ref("Zones")]}},
            },
        },
        "Outputs": {
            "Second": {"Value": {"Fn::Select": [1, ref("Zones")]}},
            "Three": {"Condition": "HasExtra", "Value": att("Three", "Value")},
            "Account": {"Value": ref("AWS::AccountId")},
        },
    }
    first = world.stack("exporter", exporter, {"Word": "a"})
    made = world.stack("importer", importer, {"Zones": "x,y"})
    assert made == {"Second": "y", "Account": ACCOUNT}
    assert world.stack("importer", importer, {"Zones": "x,z", "Extra": "e"})["Three"] == "x-z"
    assert first["One"]
    world.unstack("importer")
    world.unstack("exporter")
