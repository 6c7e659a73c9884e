"""Calls that lead to each other, through functions and through queues."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError
from lambdas import function, template
from waiting import eventually
from world import World, started

# What AWS's SDK does in a function: the header of the trace goes with each call.
AGAIN = """const http = require('node:http')
exports.handler = (event) => new Promise((resolve, reject) => {
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': 'AmazonSQS.SendMessage',
    'x-amzn-trace-id': process.env._X_AMZN_TRACE_ID,
    authorization: 'AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/sqs/aws4_request, ' +
      'SignedHeaders=host, Signature=0',
  }
  const request = http.request(process.env.AWS_ENDPOINT_URL, { method: 'POST', headers }, (answer) => {
    answer.resume().on('end', () => (answer.statusCode === 200 ? resolve(true) : reject(answer.statusCode)))
  })
  console.log('round')
  request.end(JSON.stringify({ QueueUrl: process.env.QUEUE, MessageBody: 'again' }))
})"""


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

    def rounds() -> int:
        events = world.client("logs").filter_log_events(logGroupName="/aws/lambda/chain")["events"]
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
