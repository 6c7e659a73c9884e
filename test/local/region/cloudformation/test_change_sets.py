"""What a change set says of a stack before anything is touched."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from regions import Region
from roles import Actor, allow
from stacks import TABLE, Stack, keyed, with_properties

QUEUE: dict[str, Any] = {"Type": "AWS::SQS::Queue"}
BUCKET: dict[str, Any] = {"Type": "AWS::S3::Bucket"}
GROUP: dict[str, Any] = {"Type": "AWS::Logs::LogGroup"}
TOPIC: dict[str, Any] = {"Type": "AWS::SNS::Topic"}
INDEX: dict[str, Any] = {
    "IndexName": "by-time",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "time", "KeyType": "RANGE"}],
    "Projection": {"ProjectionType": "ALL"},
}


@pytest.mark.parametrize(
    ("before", "after", "name", "recreation", "replacement"),
    [
        (TABLE, with_properties(TABLE, TableName="another"), "TableName", "Always", "True"),
        (TABLE, keyed("key"), "KeySchema", "Conditionally", "Conditional"),
        (keyed("id"), keyed("id", "N"), "AttributeDefinitions", "Conditionally", "Conditional"),
        (
            TABLE,
            with_properties(TABLE, LocalSecondaryIndexes=[INDEX]),
            "LocalSecondaryIndexes",
            "Conditionally",
            "Conditional",
        ),
        (
            TABLE,
            with_properties(TABLE, DeletionProtectionEnabled=True),
            "DeletionProtectionEnabled",
            "Never",
            "False",
        ),
        (QUEUE, with_properties(QUEUE, QueueName="another"), "QueueName", "Always", "True"),
        (QUEUE, with_properties(QUEUE, DelaySeconds=3), "DelaySeconds", "Never", "False"),
        (BUCKET, with_properties(BUCKET, BucketName="another-bucket"), "BucketName", "Always", "True"),
        (GROUP, with_properties(GROUP, LogGroupName="another"), "LogGroupName", "Always", "True"),
        (GROUP, with_properties(GROUP, RetentionInDays=7), "RetentionInDays", "Never", "False"),
        (TOPIC, with_properties(TOPIC, FifoTopic=True, TopicName="a.fifo"), "TopicName", "Always", "True"),
    ],
)
def test_a_change_is_told_with_what_it_replaces(
    region: Region, before: Any, after: Any, name: str, recreation: str, replacement: str
) -> None:
    stack = Stack(region)
    stack.create({"Data": before})
    change = stack.changes({"Data": after})["Data"]
    assert (change["Action"], change["Replacement"]) == ("Modify", replacement)
    assert change["PhysicalResourceId"] == stack.physical("Data")
    targets = {one["Target"]["Name"]: one["Target"]["RequiresRecreation"] for one in change["Details"]}
    assert targets[name] == recreation


@pytest.mark.parametrize(
    ("policies", "replaced", "removed"),
    [
        ({}, "ReplaceAndDelete", "Delete"),
        (
            {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"},
            "ReplaceAndRetain",
            "Retain",
        ),
        ({"DeletionPolicy": "RetainExceptOnCreate"}, "ReplaceAndDelete", "Retain"),
    ],
)
def test_a_change_tells_what_becomes_of_the_old_resource(
    region: Region, policies: dict[str, str], replaced: str, removed: str
) -> None:
    kept = {**TABLE, **policies}
    stack = Stack(region)
    stack.create({"Data": kept, "Other": QUEUE})
    change = stack.changes({"Data": with_properties(kept, TableName="another"), "Other": QUEUE})["Data"]
    assert change["PolicyAction"] == replaced
    change = stack.changes({"Other": QUEUE})["Data"]
    assert (change["Action"], change["PolicyAction"]) == ("Remove", removed)


def test_what_names_a_replaced_resource_may_be_replaced_too(region: Region) -> None:
    stack = Stack(region)
    stack.create({"Data": QUEUE, "Next": with_properties(TOPIC, DisplayName={"Ref": "Data"})})
    changes = stack.changes(
        {
            "Data": with_properties(QUEUE, QueueName="moved"),
            "Next": with_properties(TOPIC, DisplayName={"Ref": "Data"}),
        }
    )
    detail = changes["Next"]["Details"][0]
    assert changes["Next"]["Replacement"] == "False"
    assert (detail["ChangeSource"], detail["CausingEntity"]) == ("ResourceReference", "Data")

    other = Stack(region)
    named = with_properties(TOPIC, TopicName={"Fn::GetAtt": ["Data", "QueueName"]})
    other.create({"Data": QUEUE, "Next": named})
    changes = other.changes({"Data": with_properties(QUEUE, DelaySeconds=3), "Next": named})
    detail = changes["Next"]["Details"][0]
    assert changes["Next"]["Replacement"] == "Conditional"
    assert (detail["Evaluation"], detail["Target"]["RequiresRecreation"]) == ("Dynamic", "Always")


def test_a_resource_whose_condition_no_longer_holds_is_removed(region: Region) -> None:
    template = {
        "Parameters": {"Keep": {"Type": "String"}},
        "Conditions": {"Kept": {"Fn::Equals": [{"Ref": "Keep"}, "yes"]}},
        "Data": {**TABLE, "Condition": "Kept"},
        "Other": QUEUE,
    }
    stack = Stack(region)
    stack.create(template, Parameters=[{"ParameterKey": "Keep", "ParameterValue": "yes"}])
    gone = [{"ParameterKey": "Keep", "ParameterValue": "no"}]
    assert {name: one["Action"] for name, one in stack.changes(template, Parameters=gone).items()} == {
        "Data": "Remove"
    }


def test_a_long_change_set_has_pages(region: Region) -> None:
    stack = Stack(region)
    stack.create({"Other": QUEUE})
    many = {f"Queue{number:03}": QUEUE for number in range(130)}
    plan = stack.plan({"Other": QUEUE, **many})
    assert len(plan["Changes"]) == 100
    rest = stack.client.describe_change_set(ChangeSetName=plan["ChangeSetId"], NextToken=plan["NextToken"])
    assert len(rest["Changes"]) == 30
    assert "NextToken" not in rest
    names = {one["ResourceChange"]["LogicalResourceId"] for one in plan["Changes"] + rest["Changes"]}
    assert names == set(many)
    with pytest.raises(ClientError, match="NextToken"):
        stack.client.describe_change_set(ChangeSetName=plan["ChangeSetId"], NextToken="none")


def test_a_change_set_without_changes_fails_and_can_be_deleted(region: Region) -> None:
    stack = Stack(region)
    stack.create({"Data": TABLE})
    plan = stack.plan({"Data": TABLE})
    assert (plan["Status"], plan["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
    assert plan["StatusReason"].startswith("The submitted information didn't contain changes.")
    with pytest.raises(ClientError, match="UNAVAILABLE"):
        stack.execute(plan)
    stack.client.delete_change_set(ChangeSetName=plan["ChangeSetId"])
    with pytest.raises(ClientError, match="does not exist"):
        stack.client.describe_change_set(ChangeSetName=plan["ChangeSetId"])


def test_a_resource_does_not_become_one_of_another_type(region: Region) -> None:
    says = (
        "Update of resource type is not permitted. The new template modifies resource type of the following"
        " resources: [Data]"
    )
    stack = Stack(region)
    stack.create({"Data": TABLE})
    plan = stack.plan({"Data": QUEUE})
    assert (plan["Status"], plan["StatusReason"]) == ("FAILED", says)
    with pytest.raises(ClientError) as error:
        stack.update({"Data": QUEUE})
    assert error.value.response["Error"] == {"Type": "Sender", "Code": "ValidationError", "Message": says}


def test_a_change_set_that_is_named_by_its_arn_is_its_stacks(region: Region, actor: Actor) -> None:
    stack = Stack(region)
    stack.create({"Data": TABLE})
    plan = stack.plan({"Data": with_properties(TABLE, TableClass="STANDARD")})
    actor.may(allow("cloudformation:*", plan["StackId"]))
    actor("cloudformation").execute_change_set(ChangeSetName=plan["ChangeSetId"])
    assert stack.settled() == "UPDATE_COMPLETE"
