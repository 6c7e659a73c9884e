"""Topics as targets of EventBridge's rules."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from regions import Region
from waiting import eventually
from world import World, started

PUBLISH = {
    "Effect": "Allow",
    "Principal": {"Service": "events.amazonaws.com"},
    "Action": "sns:Publish",
    "Resource": "*",
}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with started() as made:
        yield made


def topic_with_rule(region: Region, name: str, *statements: dict[str, Any]) -> str:
    """A topic with that policy, a queue that hears it, and a rule that sends it what comes from `name`."""
    sns, sqs, events = (region.client(service) for service in ("sns", "sqs", "events"))
    topic = sns.create_topic(Name=name)["TopicArn"]
    if statements:
        policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    hears = {**PUBLISH, "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [hears]})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    events.put_rule(Name=name, EventPattern=json.dumps({"source": [name]}))
    events.put_targets(Rule=name, Targets=[{"Id": "topic", "Arn": topic}])
    events.put_events(Entries=[{"Source": name, "DetailType": "test", "Detail": "{}"}])
    return queue


def failed(region: Region, rule: str) -> float:
    now = datetime.now(timezone.utc)
    points = region.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/Events",
        MetricName="FailedInvocations",
        Dimensions=[{"Name": "RuleName", "Value": rule}],
        StartTime=now - timedelta(minutes=5),
        EndTime=now + timedelta(minutes=1),
        Period=60,
        Statistics=["Sum"],
    )["Datapoints"]
    return sum(point["Sum"] for point in points)


def heard(region: Region, queue: str) -> int:
    return len(region.client("sqs").receive_message(QueueUrl=queue).get("Messages", []))


def test_a_rule_publishes_to_a_topic_whose_policy_lets_it(world: World) -> None:
    queue = topic_with_rule(world.region, "open", PUBLISH)
    eventually(lambda: heard(world.region, queue) == 1)
    assert failed(world.region, "open") == 0


@pytest.mark.parametrize(
    ("name", "statements"),
    [
        # The policy of the alarms' topic as it once was.
        ("condition", [{**PUBLISH, "Condition": {"ArnEquals": {"aws:SourceArn": "arn:aws:events:x"}}}]),
        ("other-service", [{**PUBLISH, "Principal": {"Service": "cloudwatch.amazonaws.com"}}]),
        ("default", []),
    ],
)
def test_a_rule_that_may_not_publish_fails_and_is_counted(
    world: World, name: str, statements: list[dict[str, Any]]
) -> None:
    queue = topic_with_rule(world.region, name, *statements)
    eventually(lambda: failed(world.region, name) == 1)
    assert heard(world.region, queue) == 0
