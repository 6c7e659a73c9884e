"""CloudWatch in a real region: functions count by what they print, alarms look and tell a topic."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from lambdas import function, invoke
from waiting import eventually
from world import World, started

COUNT = """exports.handler = async ({ stage, values }) => {
  console.log('a line of text')
  console.log(JSON.stringify({
    _aws: { Timestamp: Date.now(), CloudWatchMetrics: [
      { Namespace: 'Fleet', Dimensions: [['service']], Metrics: [{ Name: 'Drift', Unit: 'Count' }] },
    ] },
    service: stage,
    Drift: values,
  }))
  console.log('{"_aws": "no metrics"}')
  return true
}"""


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with started() as made:
        yield made


@pytest.fixture(scope="module")
def counter(world: World) -> str:
    return function(world, COUNT)


def listener(world: World, name: str) -> tuple[str, Any]:
    """A topic, and a function that takes what was published to it: [(subject, message)]."""
    sns, sqs = world.client("sns"), world.client("sqs")
    topic = sns.create_topic(Name=name)["TopicArn"]
    queue = sqs.create_queue(QueueName=f"{name}-heard")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)

    def heard() -> list[dict[str, Any]]:
        messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(json.loads(message["Body"])["Message"]) for message in messages]

    return topic, heard


def alarm(world: World, name: str, topic: str, **more: Any) -> None:
    given = {
        "Namespace": "Fleet",
        "MetricName": "Drift",
        "Dimensions": [{"Name": "service", "Value": name}],
        "Statistic": "Minimum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 0,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching",
        **more,
    }
    world.client("cloudwatch").put_metric_alarm(AlarmName=name, AlarmActions=[topic], **given)


def state(world: World, name: str) -> str:
    return world.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["StateValue"]


def test_what_a_function_prints_in_the_embedded_format_is_a_metric(world: World, counter: str) -> None:
    invoke(world, counter, {"stage": "one", "values": [3, 4]})
    listed = world.client("cloudwatch").list_metrics(Namespace="Fleet")["Metrics"]
    assert {"Name": "service", "Value": "one"} in [each for metric in listed for each in metric["Dimensions"]]


def test_an_alarm_rings_once_for_its_own_dimensions_and_tells_its_topic(world: World, counter: str) -> None:
    topic, heard = listener(world, "two")
    alarm(world, "two", topic)
    invoke(world, counter, {"stage": "other", "values": 1})
    eventually(lambda: state(world, "two") == "OK")
    invoke(world, counter, {"stage": "two", "values": 1})
    [message] = eventually(heard)
    assert (message["AlarmName"], message["NewStateValue"]) == ("two", "ALARM")
    invoke(world, counter, {"stage": "two", "values": 0})
    eventually(lambda: state(world, "two") == "OK")
    assert heard() == []


def test_an_alarm_is_not_heard_where_the_policy_of_the_topic_does_not_let_it(
    world: World, counter: str
) -> None:
    topic, heard = listener(world, "closed")
    arn = {"aws:SourceArn": "arn:aws:cloudwatch:eu-west-1:000000000000:alarm:another"}
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": topic,
        "Condition": {"ArnLike": arn},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    world.client("sns").set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
    alarm(world, "closed", topic)
    invoke(world, counter, {"stage": "closed", "values": 1})
    eventually(lambda: state(world, "closed") == "ALARM")
    assert heard() == []


def test_an_alarm_over_several_periods_waits_for_all_of_them(world: World, counter: str) -> None:
    topic, heard = listener(world, "three")
    alarm(world, "three", topic, Period=10, EvaluationPeriods=2)
    invoke(world, counter, {"stage": "three", "values": 1})
    eventually(lambda: state(world, "three") == "OK")
    assert heard() == []


def test_a_queue_that_an_alarm_watches_tells_how_much_waits(world: World) -> None:
    topic, heard = listener(world, "four")
    sqs = world.client("sqs")
    queue = sqs.create_queue(QueueName="watched")["QueueUrl"]
    alarm(
        world,
        "four",
        topic,
        Namespace="AWS/SQS",
        MetricName="ApproximateNumberOfMessagesVisible",
        Dimensions=[{"Name": "QueueName", "Value": "watched"}],
        Statistic="Maximum",
    )
    sqs.send_message(QueueUrl=queue, MessageBody="given up")
    [message] = eventually(heard)
    assert message["AlarmName"] == "four"


def test_a_function_that_fails_in_some_of_the_periods_rings_and_one_that_fails_once_does_not(
    world: World,
) -> None:
    topic, heard = listener(world, "five")
    failing = function(
        world, "exports.handler = async ({ fail }) => { if (fail) throw new Error('as told') }"
    )
    errors = {
        "Namespace": "AWS/Lambda",
        "MetricName": "Errors",
        "Dimensions": [{"Name": "FunctionName", "Value": failing}],
    }
    alarm(world, "five", topic, **errors, Statistic="Sum", Period=3, EvaluationPeriods=5, DatapointsToAlarm=2)

    def run(fail: bool) -> None:
        world.client("lambda").invoke(FunctionName=failing, Payload=json.dumps({"fail": fail}))

    run(True)
    run(False)
    eventually(lambda: state(world, "five") == "OK")
    assert heard() == []
    time.sleep(3)
    run(True)
    [message] = eventually(heard)
    assert (message["AlarmName"], message["NewStateValue"]) == ("five", "ALARM")
