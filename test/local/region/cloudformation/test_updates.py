"""What CloudFormation takes for an update, and what it looks up before it begins."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError
from regions import Region
from waiting import eventually

BUCKET: dict[str, Any] = {"Type": "AWS::SQS::Queue"}
KEPT = {**BUCKET, "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}


def made(region: Region, resource: dict[str, Any]) -> str:
    name = f"stack-{uuid.uuid4().hex[:8]}"
    client = region.client("cloudformation")
    client.create_stack(StackName=name, TemplateBody=json.dumps({"Resources": {"Data": resource}}))
    settled(region, name)
    return name


def settled(region: Region, name: str) -> str:
    def status() -> str | None:
        found = region.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
        return None if found.endswith("IN_PROGRESS") else found

    return eventually(status)


def update(region: Region, name: str, resource: dict[str, Any]) -> None:
    body = json.dumps({"Resources": {"Data": resource}})
    region.client("cloudformation").update_stack(StackName=name, TemplateBody=body)


@pytest.mark.parametrize(("before", "after"), [(BUCKET, KEPT), (KEPT, BUCKET)])
def test_a_changed_policy_alone_is_no_update(
    region: Region, before: dict[str, Any], after: dict[str, Any]
) -> None:
    name = made(region, before)
    with pytest.raises(ClientError, match="No updates are to be performed") as error:
        update(region, name, after)
    assert error.value.response["Error"]["Code"] == "ValidationError"


def test_a_policy_is_taken_over_with_changed_metadata(region: Region) -> None:
    name = made(region, BUCKET)
    update(region, name, {**KEPT, "Metadata": {"Kept": "yes"}})
    assert settled(region, name) == "UPDATE_COMPLETE"
    queue = region.client("cloudformation").describe_stack_resources(StackName=name)["StackResources"][0]
    region.client("cloudformation").delete_stack(StackName=name)
    address = queue["PhysicalResourceId"]
    eventually(lambda: name not in str(region.client("cloudformation").describe_stacks()["Stacks"]))
    assert region.client("sqs").get_queue_attributes(QueueUrl=address, AttributeNames=["QueueArn"])
