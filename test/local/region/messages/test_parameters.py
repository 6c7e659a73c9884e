"""Parameter Store in a real region: who listens on the default bus hears of every change."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
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


LONG = "/fleet/" + "x" * 1000
SSM_NAME = 'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path'


@pytest.mark.parametrize(
    ("asked", "code", "sentence"),
    [
        # As PutParameter answers it in public reports, such as aws-sdk-php#1952.
        (
            {"Value": "Host(`{{ .Name }}`)"},
            "ValidationException",
            "Parameter value can't nest another parameter.",
        ),
        ({"Value": "{{ssm:other}}"}, "ValidationException", "Parameter value can't nest another parameter."),
        (
            {"Value": "x" * 4097},
            "ValidationException",
            "Standard tier parameters support a maximum parameter value",
        ),
        (
            {"Value": "x" * 8193, "Tier": "Advanced"},
            "ValidationException",
            "failed to satisfy constraint: Member must have length less than or equal to 8192",
        ),
        ({"Name": "ssm-key"}, "ValidationException", SSM_NAME),
        ({"Name": "/SSMkey/a"}, "ValidationException", SSM_NAME),
        ({"Name": "/fleet/a b"}, "ValidationException", SSM_NAME),
        ({"Name": "/fleet/ä"}, "ValidationException", SSM_NAME),
        ({"Name": "fleet/a"}, "ValidationException", "Parameter name must be a fully qualified name."),
        ({"Name": "/aws/a"}, "AccessDeniedException", "No access to reserved parameter name: /aws/a."),
        ({"Name": "/a" * 16}, "HierarchyLevelLimitExceededException", "can have a maximum of 15 levels"),
        ({"Name": LONG}, "ValidationException", "must not be longer than 1011"),
    ],
)
def test_a_parameter_that_aws_refuses_is_refused(
    world: World, asked: dict[str, str], code: str, sentence: str
) -> None:
    with pytest.raises(ClientError) as refused:
        world.client("ssm").put_parameter(**{"Name": "/fleet/a", "Value": "v", "Type": "String", **asked})
    error = refused.value.response["Error"]
    assert (error["Code"], sentence in error["Message"]) == (code, True)


@pytest.mark.parametrize(
    "asked",
    [
        {"Value": "x" * 4096},
        {"Value": "x" * 8192, "Tier": "Advanced"},
        {"Value": "x" * 8192, "Tier": "Intelligent-Tiering"},
        {"Value": "{ {a} } {{"},
        {"Name": "/a" * 15},
        {"Name": "plain.name_1-2"},
    ],
)
def test_a_parameter_at_the_limits_is_written(world: World, asked: dict[str, str]) -> None:
    given = {"Name": "/fleet/limits", "Value": "v", "Type": "String", "Overwrite": True, **asked}
    assert world.client("ssm").put_parameter(**given)["Version"] >= 1
