"""Parameter Store in a real region: who listens on the default bus hears of every change."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from waiting import eventually
from world import World, started


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with started() as made:
        yield made


def test_a_change_of_a_parameter_is_an_event_with_its_operation(world: World) -> None:
    sqs, bus, ssm = world.client("sqs"), world.client("events"), world.client("ssm")
    queue = sqs.create_queue(QueueName="changes")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pattern = {"source": ["aws.ssm"], "detail": {"name": [{"wildcard": "/fleet/*/consul"}]}}
    bus.put_rule(Name="changes", EventPattern=json.dumps(pattern))
    bus.put_targets(Rule="changes", Targets=[{"Id": "queue", "Arn": arn}])

    ssm.put_parameter(Name="/fleet/web/image", Value="ami-1", Type="String")
    ssm.put_parameter(Name="/fleet/web/consul", Value="{}", Type="String")
    ssm.put_parameter(Name="/fleet/web/consul", Value="[]", Type="String", Overwrite=True)
    ssm.delete_parameters(Names=["/fleet/web/consul", "/fleet/web/image", "/fleet/none/consul"])

    heard: list[dict[str, Any]] = []

    def all_heard() -> bool:
        for message in sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", []):
            heard.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        return len(heard) == 3

    eventually(all_heard)
    assert [event["detail"]["operation"] for event in heard] == ["Create", "Update", "Delete"]
    assert {event["detail"]["name"] for event in heard} == {"/fleet/web/consul"}
    assert heard[0]["detail-type"] == "Parameter Store Change"
