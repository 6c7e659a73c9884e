"""Updates that replace a resource: nothing is lost that the template does not give up."""

from __future__ import annotations

import re
from typing import Any

import pytest
from regions import Region
from stacks import TABLE, Stack, keyed, put, rows, tables, with_properties

QUEUE: dict[str, Any] = {"Type": "AWS::SQS::Queue"}
FIFO = with_properties(QUEUE, FifoQueue=True)
KEPT = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
BROKEN: dict[str, Any] = {
    "Type": "AWS::SQS::Queue",
    "Properties": {"VisibilityTimeout": 99999999, "KmsDataKeyReusePeriodSeconds": 300},
}
GROUP: dict[str, Any] = {"Type": "AWS::Logs::LogGroup"}
TOPIC: dict[str, Any] = {"Type": "AWS::SNS::Topic"}
BUCKET: dict[str, Any] = {"Type": "AWS::S3::Bucket"}


@pytest.mark.parametrize("resource", [TABLE, QUEUE, BUCKET, GROUP, TOPIC], ids=lambda one: one["Type"])
def test_a_made_up_name_is_another_one_in_each_stack(region: Region, resource: dict[str, Any]) -> None:
    names = []
    stack = Stack(region)
    for _time in range(2):
        stack.create({"Data": resource})
        names.append(stack.physical("Data"))
        stack.delete()
    assert names[0] != names[1]
    form = rf"{stack.name}-Data-[A-Z0-9]{{13}}"
    for name in names:
        assert re.search(form, name, re.IGNORECASE if resource is BUCKET else 0), name


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (TABLE, with_properties(TABLE, DeletionProtectionEnabled=False, TableClass="STANDARD")),
        (QUEUE, with_properties(QUEUE, DelaySeconds=3)),
        (FIFO, with_properties(FIFO, DelaySeconds=3)),
        (BUCKET, with_properties(BUCKET, VersioningConfiguration={"Status": "Enabled"})),
        (GROUP, with_properties(GROUP, RetentionInDays=7)),
        (TOPIC, with_properties(TOPIC, DisplayName="News")),
    ],
)
def test_a_resource_that_is_only_changed_keeps_its_name(region: Region, before: Any, after: Any) -> None:
    stack = Stack(region)
    stack.create({"Data": before})
    name = stack.physical("Data")
    assert stack.update({"Data": after}) == "UPDATE_COMPLETE"
    assert stack.physical("Data") == name


def test_a_replaced_table_is_a_new_one_and_the_old_one_goes_in_the_cleanup(region: Region) -> None:
    stack = Stack(region)
    stack.create({"Data": TABLE})
    old = stack.physical("Data")
    put(region, old, "1")
    assert stack.update({"Data": keyed("key")}) == "UPDATE_COMPLETE"
    new = stack.physical("Data")
    assert new != old
    assert old not in tables(region)
    told = stack.events("Data")
    assert told[-4:] == [
        (
            "UPDATE_IN_PROGRESS",
            old,
            "Requested update requires the creation of a new physical resource; hence creating one.",
        ),
        ("UPDATE_COMPLETE", new, ""),
        ("DELETE_IN_PROGRESS", old, ""),
        ("DELETE_COMPLETE", old, ""),
    ]
    assert stack.statuses(stack.name)[-3:] == [
        "UPDATE_IN_PROGRESS",
        "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
        "UPDATE_COMPLETE",
    ]


@pytest.mark.parametrize(
    "after",
    [
        keyed("key"),
        keyed("id", "N"),
        with_properties(TABLE, TableName="renamed-by-the-template"),
    ],
)
def test_a_table_that_the_template_keeps_stays_with_its_rows(region: Region, after: dict[str, Any]) -> None:
    stack = Stack(region)
    stack.create({"Data": {**TABLE, **KEPT}})
    old = stack.physical("Data")
    put(region, old, "1", "2")
    assert stack.update({"Data": {**after, **KEPT}}) == "UPDATE_COMPLETE"
    assert stack.physical("Data") != old
    assert rows(region, old) == ["1", "2"]
    assert ("DELETE_SKIPPED", old, "") in stack.events("Data")


def test_a_rolled_back_replacement_leaves_the_table_and_its_rows(region: Region) -> None:
    stack = Stack(region)
    stack.create({"Data": TABLE})
    old = stack.physical("Data")
    put(region, old, "1", "2")
    before = tables(region)
    after = {"Data": keyed("key"), "Next": {**BROKEN, "DependsOn": "Data"}}
    assert stack.update(after) == "UPDATE_ROLLBACK_COMPLETE"
    assert stack.physical("Data") == old
    assert rows(region, old) == ["1", "2"]
    assert tables(region) == before
    assert stack.update({"Data": with_properties(TABLE, TableClass="STANDARD")}) == "UPDATE_COMPLETE"
    assert rows(region, old) == ["1", "2"]


def test_a_table_with_a_name_of_its_own_is_not_replaced(region: Region) -> None:
    stack = Stack(region)
    name = f"{stack.name}-rows"
    stack.create({"Data": with_properties(TABLE, TableName=name)})
    put(region, name, "1")
    assert stack.update({"Data": with_properties(keyed("key"), TableName=name)}) == "UPDATE_ROLLBACK_COMPLETE"
    says = (
        "CloudFormation cannot update a stack when a custom-named resource requires replacing."
        f" Rename {name} and update the stack again."
    )
    assert says in [reason for _status, _id, reason in stack.events("Data")]
    assert rows(region, name) == ["1"]


@pytest.mark.parametrize(
    ("resource", "name"),
    [
        (TABLE, "TableName"),
        (QUEUE, "QueueName"),
        (TOPIC, "TopicName"),
        (GROUP, "LogGroupName"),
        (BUCKET, "BucketName"),
    ],
)
@pytest.mark.parametrize("validated", [True, False])
def test_what_exists_is_never_made_over(
    region: Region, resource: dict[str, Any], name: str, validated: bool
) -> None:
    stack = Stack(region)
    own = f"{stack.name}-taken"
    kept = {**with_properties(resource, **{name: own}), **KEPT}
    stack.create({"Data": kept})
    physical = stack.physical("Data")
    if resource is TABLE:
        put(region, own, "1")
    stack.delete()
    again = Stack(region)
    assert again.create({"Data": kept}, DisableValidation=not validated) == "ROLLBACK_COMPLETE"
    if validated:
        found = again.client.describe_events(StackName=again.name)["OperationEvents"]
        reasons = [one["ValidationStatusReason"] for one in found if "ValidationStatusReason" in one]
        assert reasons == [f"Resource of type '{resource['Type']}' with identifier '{own}' already exists."]
        assert again.statuses("Data") == []
    else:
        assert any("already exists" in reason for _status, _id, reason in again.events("Data"))
    if resource is TABLE:
        assert rows(region, physical) == ["1"]


def test_a_table_of_another_stack_is_named_with_its_stack(region: Region) -> None:
    holder, other = Stack(region), Stack(region)
    own = f"{holder.name}-taken"
    holder.create({"Data": with_properties(TABLE, TableName=own)})
    other.create({"Data": with_properties(TABLE, TableName=own)}, DisableValidation=True)
    stack_id = holder.client.describe_stacks(StackName=holder.name)["Stacks"][0]["StackId"]
    assert f"{own} already exists in stack {stack_id}" in [reason for *_rest, reason in other.events("Data")]


@pytest.mark.parametrize(
    ("policy", "stays"), [("Delete", False), ("Retain", True), ("RetainExceptOnCreate", True)]
)
def test_a_removed_table_goes_or_stays_as_its_policy_says(region: Region, policy: str, stays: bool) -> None:
    stack = Stack(region)
    stack.create({"Data": {**TABLE, "DeletionPolicy": policy}, "Other": QUEUE})
    name = stack.physical("Data")
    put(region, name, "1")
    assert stack.update({"Other": QUEUE}) == "UPDATE_COMPLETE"
    assert (name in tables(region)) is stays
    assert stack.statuses("Data")[-1] == ("DELETE_SKIPPED" if stays else "DELETE_COMPLETE")


@pytest.mark.parametrize(
    ("policy", "stays"), [("Delete", False), ("Retain", True), ("RetainExceptOnCreate", False)]
)
def test_a_table_of_a_stack_that_is_rolled_back_goes_or_stays(
    region: Region, policy: str, stays: bool
) -> None:
    stack = Stack(region)
    before = tables(region)
    resources = {"Data": {**TABLE, "DeletionPolicy": policy}, "Next": {**BROKEN, "DependsOn": "Data"}}
    assert stack.create(resources) == "ROLLBACK_COMPLETE"
    assert bool(tables(region) - before) is stays


def test_a_protected_table_outlives_its_stack(region: Region) -> None:
    stack = Stack(region)
    guarded = with_properties(TABLE, DeletionProtectionEnabled=True)
    stack.create({"Data": guarded, "Other": QUEUE})
    name = stack.physical("Data")
    put(region, name, "1")
    assert stack.update({"Other": QUEUE}) == "UPDATE_COMPLETE"
    assert stack.delete() == "DELETE_FAILED"
    assert any("currently protected against deletion" in reason for *_rest, reason in stack.events("Data"))
    assert rows(region, name) == ["1"]


def test_a_deleted_table_takes_its_settings_along(region: Region) -> None:
    stack = Stack(region)
    named = with_properties(TABLE, TableName=f"{stack.name}-rows")
    expiring = with_properties(named, TimeToLiveSpecification={"AttributeName": "until", "Enabled": True})
    stack.create({"Data": expiring})
    stack.delete()
    stack.create({"Data": named})
    found = region.client("dynamodb").describe_time_to_live(TableName=f"{stack.name}-rows")
    assert found["TimeToLiveDescription"]["TimeToLiveStatus"] == "DISABLED"


def test_a_bucket_with_an_old_version_is_not_deleted(region: Region) -> None:
    stack = Stack(region)
    stack.create({"Data": with_properties(BUCKET, VersioningConfiguration={"Status": "Enabled"})})
    name = stack.physical("Data")
    s3 = region.client("s3")
    s3.put_object(Bucket=name, Key="a", Body=b"1")
    s3.delete_object(Bucket=name, Key="a")
    assert "Contents" not in s3.list_objects_v2(Bucket=name)
    assert stack.delete() == "DELETE_FAILED"
    assert len(s3.list_object_versions(Bucket=name)["Versions"]) == 1
