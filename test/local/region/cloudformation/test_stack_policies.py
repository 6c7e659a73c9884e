"""A stack policy guards resources against updates."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from regions import Region
from roles import Actor, allow
from stacks import TABLE, Stack, body, keyed, put, rows, tables, with_properties

QUEUE: dict[str, Any] = {"Type": "AWS::SQS::Queue"}
CHANGED = with_properties(TABLE, TableClass="STANDARD")
# builder.aws.com, "Protecting CloudFormation Resources with Stack Policies": the second statement is #1.
DENIED = (
    "Action denied by stack policy: Statement [#1] does not allow [{}] for resource [LogicalResourceId/Data];"
)
# The first words are those that localstack's tests of AWS look for; the rest is ours.
NOT_ALLOWED = (
    "Action not allowed by stack policy: no statement allows [{}] for resource [LogicalResourceId/Data];"
)


def statement(effect: str, action: Any = "Update:*", **more: Any) -> dict[str, Any]:
    resource = {} if "NotResource" in more else {"Resource": more.pop("Resource", "*")}
    return {"Effect": effect, "Action": action, "Principal": "*", **resource, **more}


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Statement": list(statements)})


ALL = statement("Allow")
GUARDED = policy(
    ALL, statement("Deny", ["Update:Replace", "Update:Delete"], Resource="LogicalResourceId/Data")
)
OF_TABLES = {"StringEquals": {"ResourceType": ["AWS::DynamoDB::Table"]}}
LIKE_TABLES = {"StringLike": {"ResourceType": "AWS::DynamoDB::*"}}


def guarded(region: Region, text: str) -> tuple[Stack, str]:
    """A stack with the policy, and its table, which has a row."""
    stack = Stack(region)
    stack.create({"Data": TABLE, "Other": QUEUE}, StackPolicyBody=text)
    put(region, stack.physical("Data"), "1")
    return stack, stack.physical("Data")


@pytest.mark.parametrize(
    ("text", "after", "says"),
    [
        (GUARDED, {"Data": keyed("key"), "Other": QUEUE}, DENIED.format("Update:Replace")),
        (GUARDED, {"Other": QUEUE}, DENIED.format("Update:Delete")),
        (
            policy(ALL, statement("Deny", Condition=OF_TABLES)),
            {"Data": CHANGED, "Other": QUEUE},
            DENIED.format("Update:Modify"),
        ),
        (
            policy(ALL, statement("Deny", Condition=LIKE_TABLES)),
            {"Other": QUEUE},
            DENIED.format("Update:Delete"),
        ),
        (
            policy(statement("Allow", NotResource="LogicalResourceId/Da*")),
            {"Data": CHANGED, "Other": QUEUE},
            NOT_ALLOWED.format("Update:Modify"),
        ),
        (
            policy(statement("Allow", "Update:Modify")),
            {"Other": QUEUE},
            NOT_ALLOWED.format("Update:Delete"),
        ),
    ],
)
def test_what_it_denies_fails_the_update_and_touches_nothing(
    region: Region, text: str, after: dict[str, Any], says: str
) -> None:
    stack, table = guarded(region, text)
    assert stack.update(after) == "UPDATE_ROLLBACK_COMPLETE"
    assert ("UPDATE_FAILED", says) in [(status, reason) for status, _id, reason in stack.events("Data")]
    assert stack.physical("Data") == table
    assert rows(region, table) == ["1"]


@pytest.mark.parametrize(
    ("text", "after"),
    [
        (GUARDED, {"Data": CHANGED, "Other": QUEUE}),
        (GUARDED, {"Data": TABLE}),
        (policy(statement("Allow", "Update:Modify")), {"Data": CHANGED, "Other": QUEUE}),
        (policy(statement("Allow", Resource="LogicalResourceId/Other")), {"Data": TABLE}),
    ],
)
def test_what_it_allows_is_done(region: Region, text: str, after: dict[str, Any]) -> None:
    stack, table = guarded(region, text)
    assert stack.update(after) == "UPDATE_COMPLETE"
    assert rows(region, table) == ["1"]


def test_it_guards_a_change_set_too(region: Region) -> None:
    stack, table = guarded(region, GUARDED)
    assert stack.execute(stack.plan({"Data": keyed("key"), "Other": QUEUE})) == "UPDATE_ROLLBACK_COMPLETE"
    assert rows(region, table) == ["1"]


def test_a_policy_for_one_update_ends_with_it(region: Region) -> None:
    stack, table = guarded(region, GUARDED)
    after = {"Data": keyed("key"), "Other": QUEUE}
    assert stack.update(after, StackPolicyDuringUpdateBody=policy(ALL)) == "UPDATE_COMPLETE"
    assert stack.physical("Data") != table
    assert stack.client.get_stack_policy(StackName=stack.name)["StackPolicyBody"] == GUARDED
    assert stack.update({"Other": QUEUE}) == "UPDATE_ROLLBACK_COMPLETE"


def test_a_policy_that_an_update_brings_guards_the_next_one(region: Region) -> None:
    stack, _table = guarded(region, policy(ALL))
    assert stack.update({"Data": keyed("key"), "Other": QUEUE}, StackPolicyBody=GUARDED) == "UPDATE_COMPLETE"
    assert stack.update({"Data": TABLE, "Other": QUEUE}) == "UPDATE_ROLLBACK_COMPLETE"
    assert stack.client.get_stack_policy(StackName=stack.name)["StackPolicyBody"] == GUARDED
    held = {"Data": TABLE, "Other": QUEUE}
    assert stack.update(held, StackPolicyBody=policy(ALL)) == "UPDATE_ROLLBACK_COMPLETE"
    assert stack.client.get_stack_policy(StackName=stack.name)["StackPolicyBody"] == GUARDED


def test_deleting_the_stack_asks_no_policy(region: Region) -> None:
    stack, table = guarded(region, GUARDED)
    assert stack.delete() == "DELETE_COMPLETE"
    assert table not in tables(region)


@pytest.mark.parametrize(
    "text",
    [
        "none",
        "[]",
        policy({**ALL, "Principal": {"AWS": "*"}}),
        policy({**ALL, "Action": "Delete:*"}),
        policy({**ALL, "Effect": "Perhaps"}),
        policy({**ALL, "Condition": {"StringEquals": {"aws:RequestTag/a": "b"}}}),
    ],
)
def test_a_policy_that_is_none_is_refused(region: Region, text: str) -> None:
    stack = Stack(region)
    stack.create({"Data": TABLE})
    with pytest.raises(ClientError) as error:
        stack.client.set_stack_policy(StackName=stack.name, StackPolicyBody=text)
    assert error.value.response["Error"]["Message"] == "Error validating stack policy: Invalid stack policy"
    with pytest.raises(ClientError, match="Invalid stack policy"):
        stack.update({"Data": CHANGED}, StackPolicyDuringUpdateBody=text)


def test_a_policy_is_given_once(region: Region) -> None:
    stack = Stack(region)
    stack.create({"Data": TABLE})
    with pytest.raises(ClientError, match="You cannot specify both StackPolicyURL and StackPolicyBody"):
        stack.client.set_stack_policy(
            StackName=stack.name, StackPolicyBody=GUARDED, StackPolicyURL="https://s3.amazonaws.com/a/b"
        )


def test_lifting_a_policy_takes_the_permission_to_set_one(region: Region, actor: Actor) -> None:
    stack, _table = guarded(region, GUARDED)

    def lift() -> None:
        actor("cloudformation").update_stack(
            StackName=stack.name,
            TemplateBody=body({"Data": CHANGED, "Other": QUEUE}),
            StackPolicyDuringUpdateBody=policy(ALL),
        )

    actor.may(allow("cloudformation:UpdateStack"))
    with pytest.raises(ClientError, match="not authorized to perform: cloudformation:SetStackPolicy"):
        lift()
    actor.may(allow(["cloudformation:UpdateStack", "cloudformation:SetStackPolicy"]))
    lift()
    assert stack.settled() == "UPDATE_COMPLETE"
