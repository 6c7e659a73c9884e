"""What a stack once kept is taken up again, by this stack or another one, with all that it holds."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError
from regions import Region
from roles import allow, make_role
from stacks import TABLE, Stack, body, keyed, put, rows, with_properties

QUEUE: dict[str, Any] = {"Type": "AWS::SQS::Queue"}
FIFO = with_properties(QUEUE, FifoQueue=True)
BUCKET: dict[str, Any] = {"Type": "AWS::S3::Bucket"}
GROUP: dict[str, Any] = {"Type": "AWS::Logs::LogGroup"}
TOPIC: dict[str, Any] = {"Type": "AWS::SNS::Topic"}
KEPT = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
IDENTIFIERS = {
    "AWS::DynamoDB::Table": "TableName",
    "AWS::SQS::Queue": "QueueUrl",
    "AWS::S3::Bucket": "BucketName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::SNS::Topic": "TopicArn",
}


def kept(resource: dict[str, Any]) -> dict[str, Any]:
    return {**resource, **KEPT}


def leave(region: Region, resource: dict[str, Any], **more: Any) -> str:
    """The physical id of what a stack that is gone has kept; a table has two rows."""
    stack = Stack(region)
    stack.create({"Data": kept(resource)}, **more)
    physical = stack.physical("Data")
    if resource["Type"] == "AWS::DynamoDB::Table":
        put(region, physical, "1", "2")
    stack.delete()
    return physical


def target(resource: dict[str, Any], physical: str, name: str = "Data") -> list[dict[str, Any]]:
    return [
        {
            "ResourceType": resource["Type"],
            "LogicalResourceId": name,
            "ResourceIdentifier": {IDENTIFIERS[resource["Type"]]: physical},
        }
    ]


def take_up(stack: Stack, resources: dict[str, Any], targets: list[dict[str, Any]]) -> str:
    plan = stack.plan(resources, ChangeSetType="IMPORT", ResourcesToImport=targets)
    assert (plan["Status"], plan["ExecutionStatus"]) == ("CREATE_COMPLETE", "AVAILABLE"), plan["StatusReason"]
    changes = [one["ResourceChange"] for one in plan["Changes"]]
    assert [one["Action"] for one in changes] == ["Import"] * len(targets)
    return stack.execute(plan)


CHANGES = [
    (TABLE, {"TableClass": "STANDARD"}),
    (QUEUE, {"DelaySeconds": 3}),
    (FIFO, {"DelaySeconds": 3}),
    (BUCKET, {"VersioningConfiguration": {"Status": "Enabled"}}),
    (GROUP, {"RetentionInDays": 7}),
    (TOPIC, {"DisplayName": "News"}),
]


@pytest.mark.parametrize("fresh", [True, False])
@pytest.mark.parametrize(("resource", "change"), CHANGES)
def test_a_stack_takes_up_what_was_kept_and_then_changes_it_in_place(
    region: Region, resource: dict[str, Any], change: dict[str, Any], fresh: bool
) -> None:
    physical = leave(region, resource)
    stack = Stack(region)
    others = {} if fresh else {"Other": QUEUE}
    if not fresh:
        stack.create(others)
    assert take_up(stack, {**others, "Data": kept(resource)}, target(resource, physical)) == "IMPORT_COMPLETE"
    assert stack.physical("Data") == physical
    after = {**others, "Data": kept(with_properties(resource, **change))}
    assert stack.update(after) == "UPDATE_COMPLETE"
    assert stack.physical("Data") == physical
    if resource is TABLE:
        assert rows(region, physical) == ["1", "2"]


def test_events_tell_of_an_import(region: Region) -> None:
    physical = leave(region, TABLE)
    stack = Stack(region)
    take_up(stack, {"Data": kept(TABLE)}, target(TABLE, physical))
    assert stack.statuses(stack.name) == ["REVIEW_IN_PROGRESS", "IMPORT_IN_PROGRESS", "IMPORT_COMPLETE"]
    assert "IMPORT_COMPLETE" in stack.statuses("Data")


def test_an_imported_table_is_replaced_only_as_the_template_says(region: Region) -> None:
    physical = leave(region, TABLE)
    stack = Stack(region)
    take_up(stack, {"Data": kept(TABLE)}, target(TABLE, physical))
    assert stack.changes({"Data": kept(keyed("key"))})["Data"]["Replacement"] == "Conditional"
    assert stack.update({"Data": kept(keyed("key"))}) == "UPDATE_COMPLETE"
    assert stack.physical("Data") != physical
    assert rows(region, physical) == ["1", "2"]


def test_an_import_leaves_tags_as_they_are(region: Region) -> None:
    physical = leave(region, with_properties(TABLE, Tags=[{"Key": "App", "Value": "shop"}]))
    stack = Stack(region)
    take_up(stack, {"Data": kept(TABLE)}, target(TABLE, physical))
    dynamodb = region.client("dynamodb")
    arn = dynamodb.describe_table(TableName=physical)["Table"]["TableArn"]
    tags = {one["Key"]: one["Value"] for one in dynamodb.list_tags_of_resource(ResourceArn=arn)["Tags"]}
    assert tags["App"] == "shop"


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"Data": TABLE}, "must have DeletionPolicy attribute specified in the template"),
    ({"Data": kept(TABLE), "Next": QUEUE}, "is missing from ResourceToImport list"),
    (
        {"Data": kept(TABLE), "Other": with_properties(QUEUE, DelaySeconds=3)},
        "You have modified resources [Other] in your template that are not being imported. Update, create or"
        " delete operations cannot be executed during import operations.",
    ),
    (
        {"Data": kept(TABLE), "Outputs": {"Name": {"Value": {"Ref": "Data"}}}},
        "As part of the import operation, you cannot modify or add [Outputs]",
    ),
    ({"Data": kept(QUEUE)}, "does not match with resource type defined in the template"),
]


@pytest.mark.parametrize(("resources", "says"), REFUSED)
def test_nothing_else_may_change_in_an_import(region: Region, resources: dict[str, Any], says: str) -> None:
    physical = leave(region, TABLE)
    stack = Stack(region)
    stack.create({"Other": QUEUE})
    with pytest.raises(ClientError) as error:
        stack.plan(
            {"Other": QUEUE, **resources},
            ChangeSetType="IMPORT",
            ResourcesToImport=target(TABLE, physical),
        )
    assert error.value.response["Error"]["Code"] == "ValidationError"
    assert says in error.value.response["Error"]["Message"]
    assert rows(region, physical) == ["1", "2"]


def test_an_import_names_what_it_takes_by_its_identifier(region: Region) -> None:
    stack = Stack(region)
    wrong = [{**target(TABLE, "any")[0], "ResourceIdentifier": {"Arn": "any"}}]
    with pytest.raises(ClientError, match=r"Invalid resource identifier for resource type .*\[TableName\]"):
        stack.plan({"Data": kept(TABLE)}, ChangeSetType="IMPORT", ResourcesToImport=wrong)
    with pytest.raises(ClientError, match="Must Provide at least one resource to import"):
        stack.plan({"Data": kept(TABLE)}, ChangeSetType="IMPORT")


@pytest.mark.parametrize("resource", [TABLE, QUEUE, BUCKET, GROUP, TOPIC])
def test_what_another_stack_holds_is_not_imported(region: Region, resource: dict[str, Any]) -> None:
    holder, stack = Stack(region), Stack(region)
    holder.create({"Data": resource})
    physical = holder.physical("Data")
    plan = stack.plan(
        {"Data": kept(resource)}, ChangeSetType="IMPORT", ResourcesToImport=target(resource, physical)
    )
    assert (plan["Status"], plan["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
    stack_id = holder.client.describe_stacks(StackName=holder.name)["Stacks"][0]["StackId"]
    assert plan["StatusReason"] == f"{physical} already exists in stack {stack_id}"


def test_what_does_not_exist_is_not_imported(region: Region) -> None:
    stack = Stack(region)
    plan = stack.plan(
        {"Data": kept(TABLE)}, ChangeSetType="IMPORT", ResourcesToImport=target(TABLE, "no-such-table")
    )
    assert (plan["Status"], plan["StatusReason"]) == ("FAILED", "Table: no-such-table does not exist.")


def test_an_import_that_fails_is_rolled_back(region: Region) -> None:
    first, second = leave(region, TABLE), leave(region, TABLE)
    stack = Stack(region)
    stack.create({"Other": QUEUE})
    resources = {"Other": QUEUE, "Data": kept(TABLE), "More": kept({**TABLE, "DependsOn": "Data"})}
    targets = target(TABLE, first) + target(TABLE, second, "More")
    plan = stack.plan(resources, ChangeSetType="IMPORT", ResourcesToImport=targets)
    region.client("dynamodb").delete_table(TableName=second)
    assert stack.execute(plan) == "IMPORT_ROLLBACK_COMPLETE"
    assert stack.statuses("Data")[-1] == "IMPORT_ROLLBACK_COMPLETE"
    assert rows(region, first) == ["1", "2"]
    assert take_up(stack, {"Other": QUEUE, "Data": kept(TABLE)}, target(TABLE, first)) == "IMPORT_COMPLETE"


def test_an_import_reads_with_the_role_that_its_change_set_gives_to_the_stack(region: Region) -> None:
    physical = leave(region, TABLE)
    name = f"import-{uuid.uuid4().hex[:8]}"
    role = make_role(region, name, "cloudformation", allow("sqs:*"))
    stack = Stack(region)
    stack.create({"Other": QUEUE})
    resources, targets = {"Other": QUEUE, "Data": kept(TABLE)}, target(TABLE, physical)

    def attempt() -> str:
        plan = stack.plan(resources, ChangeSetType="IMPORT", ResourcesToImport=targets, RoleARN=role)
        return stack.execute(plan)

    def told() -> list[str]:
        return [reason for *_rest, reason in stack.events("Data")]

    assert attempt() == "IMPORT_ROLLBACK_COMPLETE"
    assert any("not authorized to perform: dynamodb:Describe" in reason for reason in told())
    make_role(
        region, name, "cloudformation", allow(["dynamodb:Describe*", "dynamodb:List*", "dynamodb:Get*"])
    )
    assert attempt() == "IMPORT_COMPLETE"
    after = {"Other": QUEUE, "Data": kept(with_properties(TABLE, TableClass="STANDARD"))}
    assert stack.update(after) == "UPDATE_ROLLBACK_COMPLETE"
    refused = [reason for status, _id, reason in stack.events("Data") if status == "UPDATE_FAILED"]
    assert ["AccessDenied" in reason for reason in refused] == [True]


def test_a_stack_that_is_only_reviewed_is_deleted_without_a_trace(region: Region) -> None:
    physical = leave(region, TABLE)
    stack = Stack(region)
    stack.plan({"Data": kept(TABLE)}, ChangeSetType="IMPORT", ResourcesToImport=target(TABLE, physical))
    with pytest.raises(ClientError, match="REVIEW_IN_PROGRESS"):
        stack.client.update_stack(StackName=stack.name, TemplateBody=body({"Data": kept(TABLE)}))
    assert stack.delete() == "DELETE_COMPLETE"
    assert rows(region, physical) == ["1", "2"]


def test_what_exists_is_taken_up_by_an_update_that_asks_for_it(region: Region) -> None:
    named = kept(with_properties(TABLE, TableName=f"table-{uuid.uuid4().hex[:8]}"))
    physical = leave(region, named)
    stack = Stack(region)
    stack.create({"Other": QUEUE})
    plan = stack.plan({"Other": QUEUE, "Data": named}, ImportExistingResources=True)
    assert [one["ResourceChange"]["Action"] for one in plan["Changes"]] == ["Import"]
    assert stack.execute(plan) == "UPDATE_COMPLETE"
    assert rows(region, physical) == ["1", "2"]
