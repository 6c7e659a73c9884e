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

# What AWS's SDK does in a function: each call is signed, and the header of the trace goes with it.
AGAIN = """const http = require('node:http')
const { createHash, createHmac } = require('node:crypto')
const { AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, QUEUE } = process.env
const keyed = (key, text) => createHmac('sha256', key).update(text).digest()
const hex = (text) => createHash('sha256').update(text).digest('hex')
function signed(host, body) {
  const at = new Date().toISOString().replace(/[-:]|\\.\\d+/g, '')
  const scope = at.slice(0, 8) + '/eu-west-1/sqs/aws4_request'
  const headers = {
    'content-type': 'application/x-amz-json-1.0', host, 'x-amz-date': at,
    'x-amz-security-token': AWS_SESSION_TOKEN, 'x-amz-target': 'AmazonSQS.SendMessage',
  }
  const names = Object.keys(headers).join(';')
  const lines = Object.entries(headers).map(([name, value]) => name + ':' + value).join('\\n')
  const request = ['POST', '/', '', lines, '', names, hex(body)].join('\\n')
  const text = ['AWS4-HMAC-SHA256', at, scope, hex(request)].join('\\n')
  const key = scope.split('/').reduce(keyed, 'AWS4' + AWS_SECRET_ACCESS_KEY)
  const signature = keyed(key, text).toString('hex')
  const authorization = 'AWS4-HMAC-SHA256 Credential=' + AWS_ACCESS_KEY_ID + '/' + scope +
    ', SignedHeaders=' + names + ', Signature=' + signature
  return { ...headers, authorization, 'x-amzn-trace-id': process.env._X_AMZN_TRACE_ID }
}
exports.handler = () => new Promise((resolve, reject) => {
  const body = JSON.stringify({ QueueUrl: QUEUE, MessageBody: 'again' })
  const headers = signed(AWS_ENDPOINT_URL.slice('http://'.length), body)
  const request = http.request(AWS_ENDPOINT_URL, { method: 'POST', headers }, (answer) => {
    answer.resume().on('end', () => (answer.statusCode === 200 ? resolve(true) : reject(answer.statusCode)))
  })
  console.log('round')
  request.end(body)
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
    sends = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": arn}
    made["Resources"]["Role"]["Properties"]["Policies"] = [
        {"PolicyName": "sends", "PolicyDocument": {"Version": "2012-10-17", "Statement": [sends]}}
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
