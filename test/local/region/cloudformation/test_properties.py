"""A property that a type does not know, or one that is missing, fails a stack before anything is touched."""

from __future__ import annotations

from typing import Any

import pytest
from regions import Region
from stacks import TABLE, Stack, put, rows, with_properties

QUEUE: dict[str, Any] = {"Type": "AWS::SQS::Queue"}
TYPO: dict[str, Any] = {
    "Type": "AWS::DynamoDB::Table",
    "Properties": {
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchem": [{"AttributeName": "id", "KeyType": "HASH"}],
    },
}
DEEP = with_properties(TABLE, KeySchema=[{"AttributeName": "id", "Typ": "HASH"}])
INTRINSIC = with_properties(TABLE, Tags={"Fn::If": ["Always", [], {"Ref": "AWS::NoValue"}]})
CASES = [
    (TYPO, ["#: required key [KeySchema] not found", "#: extraneous key [KeySchem] is not permitted"]),
    (
        DEEP,
        [
            "#/KeySchema/0: required key [KeyType] not found",
            "#/KeySchema/0: extraneous key [Typ] is not permitted",
        ],
    ),
    (with_properties(QUEUE, Delay=3), ["#: extraneous key [Delay] is not permitted"]),
]


@pytest.mark.parametrize(("resource", "says"), CASES)
def test_a_stack_with_it_makes_nothing(region: Region, resource: dict[str, Any], says: list[str]) -> None:
    stack = Stack(region)
    assert stack.create({"Data": resource, "Other": QUEUE}) == "ROLLBACK_COMPLETE"
    assert stack.statuses("Other") == []
    found = stack.client.describe_events(StackName=stack.name)["OperationEvents"]
    assert [one["ValidationStatusReason"] for one in found if "ValidationPath" in one] == says
    assert {one["LogicalResourceId"] for one in found if "ValidationPath" in one} == {"Data"}


@pytest.mark.parametrize(("resource", "says"), CASES)
def test_without_the_validation_its_handler_refuses_it(
    region: Region, resource: dict[str, Any], says: list[str]
) -> None:
    stack = Stack(region)
    assert stack.create({"Data": resource}, DisableValidation=True) == "ROLLBACK_COMPLETE"
    lines = "\n".join(says)
    expected = f"Properties validation failed for resource Data with message:\n{lines}"
    assert expected in [reason for *_rest, reason in stack.events("Data")]


@pytest.mark.parametrize("validated", [True, False])
def test_an_update_with_it_touches_nothing(region: Region, validated: bool) -> None:
    stack = Stack(region)
    stack.create({"Data": TABLE})
    name = stack.physical("Data")
    put(region, name, "1")
    assert stack.update({"Data": TYPO}, DisableValidation=not validated) == "UPDATE_ROLLBACK_COMPLETE"
    assert stack.physical("Data") == name
    assert rows(region, name) == ["1"]


def test_a_change_set_with_it_fails_and_tells_where(region: Region) -> None:
    stack = Stack(region)
    stack.create({"Data": TABLE})
    plan = stack.plan({"Data": TYPO})
    assert (plan["Status"], plan["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
    assert plan["StatusReason"] == (
        "The following hook(s)/validation failed: [AWS::EarlyValidation::PropertyValidation]. To troubleshoot"
        " Early Validation errors, use the DescribeEvents API for detailed failure information."
    )
    found = stack.client.describe_events(ChangeSetName=plan["ChangeSetId"])["OperationEvents"]
    assert [(one["EventType"], one["ValidationPath"], one["ValidationStatusReason"]) for one in found] == [
        ("VALIDATION_ERROR", "/Resources/Data/Properties", says) for says in CASES[0][1]
    ]
    assert stack.plan({"Data": TYPO}, DisableValidation=True)["Status"] == "CREATE_COMPLETE"


def test_a_change_set_with_a_taken_name_fails(region: Region) -> None:
    holder, stack = Stack(region), Stack(region)
    named = with_properties(TABLE, TableName=f"{holder.name}-taken")
    holder.create({"Data": named})
    stack.create({"Other": QUEUE})
    plan = stack.plan({"Other": QUEUE, "Data": named})
    assert "AWS::EarlyValidation::ResourceExistenceCheck" in plan["StatusReason"]
    assert holder.plan({"Data": with_properties(named, TableClass="STANDARD")})["Status"] == "CREATE_COMPLETE"


def test_a_value_that_is_known_later_counts_as_given(region: Region) -> None:
    stack = Stack(region)
    conditions = {"Always": {"Fn::Equals": ["a", "a"]}}
    assert stack.create({"Conditions": conditions, "Data": INTRINSIC}) == "CREATE_COMPLETE"
