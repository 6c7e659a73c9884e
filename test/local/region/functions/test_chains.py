"""Calls that lead to each other, through functions and through queues."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError
from lambdas import function, template
from regions import REPOSITORY
from waiting import eventually
from world import World, started

# AWS's SDK hands the header of the trace on, with each call.
SDK = REPOSITORY / "node_modules" / "@aws-sdk" / "client-sqs" / "dist-cjs" / "index.js"
AGAIN = f"""const {{ SQSClient, SendMessageCommand }} = require({json.dumps(str(SDK.resolve()))})
exports.handler = async () => {{
  console.log('round')
  const message = {{ QueueUrl: process.env.QUEUE, MessageBody: 'again' }}
  await new SQSClient({{}}).send(new SendMessageCommand(message))
}}"""
SEND = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}],
}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with started() as made:
        yield made


def test_a_function_that_answers_its_own_messages_is_stopped_after_16(world: World) -> None:
    sqs = world.client("sqs")

    def queue(name: str, **attributes: str) -> tuple[str, str]:
        url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
        return url, found["QueueArn"]

    dead_url, dead = queue("chain-dead")
    redrive = json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": 4})
    url, arn = queue("chain", RedrivePolicy=redrive, VisibilityTimeout="2")
    made = template("chain", AGAIN, Environment={"Variables": {"QUEUE": url}})
    made["Resources"]["Role"]["Properties"]["ManagedPolicyArns"] = [
        "arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole"
    ]
    made["Resources"]["Role"]["Properties"]["Policies"] = [{"PolicyName": "send", "PolicyDocument": SEND}]
    made["Resources"]["Source"] = {
        "Type": "AWS::Lambda::EventSourceMapping",
        "Properties": {
            "EventSourceArn": arn,
            "FunctionName": {"Ref": "Function"},
            "BatchSize": 1,
        },
    }
    world.stack("chain", made)
    sqs.send_message(QueueUrl=url, MessageBody="first")

    logs = world.client("logs")

    def rounds() -> int:
        if not logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/chain")["logGroups"]:
            return 0
        events = logs.filter_log_events(logGroupName="/aws/lambda/chain")["events"]
        return sum("round" in event["message"] for event in events)

    eventually(lambda: rounds() == 16, 30)
    eventually(lambda: sqs.receive_message(QueueUrl=dead_url).get("Messages"), 15)
    time.sleep(1)
    assert rounds() == 16


def test_an_invocation_says_when_it_is_one_too_many(world: World) -> None:
    name = function(world, "exports.handler = async () => true")
    client = world.client("lambda")
    client.meta.events.register(
        "before-call.lambda.Invoke",
        lambda params, **_more: params["headers"].update(
            {"x-amzn-trace-id": "Root=1-00000000-000000000000000000000000;Lineage=ab12:16"}
        ),
    )
    with pytest.raises(ClientError, match="RecursiveInvocationException"):
        client.invoke(FunctionName=name, Payload=b"{}")
