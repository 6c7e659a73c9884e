"""Stacks of one resource or a few: made, updated, looked at."""

from __future__ import annotations

import json
import uuid
from typing import Any

from regions import Region
from waiting import eventually

TABLE: dict[str, Any] = {
    "Type": "AWS::DynamoDB::Table",
    "Properties": {
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    },
}


def with_properties(resource: dict[str, Any], **values: Any) -> dict[str, Any]:
    return {**resource, "Properties": {**resource.get("Properties", {}), **values}}


def keyed(name: str, kind: str = "S") -> dict[str, Any]:
    """A table with this partition key."""
    return with_properties(
        TABLE,
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": kind}],
        KeySchema=[{"AttributeName": name, "KeyType": "HASH"}],
    )


class Stack:
    """One stack; `resources` by logical id."""

    def __init__(self, region: Region, name: str = "", seconds: float = 8.0) -> None:
        self.seconds = seconds
        self.region = region
        self.client = region.client("cloudformation")
        self.name = name or f"stack-{uuid.uuid4().hex[:8]}"

    def create(self, resources: dict[str, Any], **more: Any) -> str:
        self.client.create_stack(StackName=self.name, TemplateBody=body(resources), **more)
        return self.settled()

    def update(self, resources: dict[str, Any], **more: Any) -> str:
        self.client.update_stack(StackName=self.name, TemplateBody=body(resources), **more)
        return self.settled()

    def delete(self) -> str:
        stack_id = self.client.describe_stacks(StackName=self.name)["Stacks"][0]["StackId"]
        self.client.delete_stack(StackName=self.name)
        return self.settled(stack_id)

    def settled(self, name: str = "") -> str:
        def status() -> str | None:
            found = self.client.describe_stacks(StackName=name or self.name)["Stacks"][0]["StackStatus"]
            return None if found.endswith("IN_PROGRESS") else found

        return eventually(status, self.seconds)

    def plan(self, resources: dict[str, Any], **more: Any) -> dict[str, Any]:
        """A change set, described."""
        made = self.client.create_change_set(
            StackName=self.name,
            ChangeSetName=f"plan-{uuid.uuid4().hex[:8]}",
            TemplateBody=body(resources),
            **more,
        )
        return self.client.describe_change_set(ChangeSetName=made["Id"])

    def changes(self, resources: dict[str, Any], **more: Any) -> dict[str, dict[str, Any]]:
        """The changes of a change set, by logical id."""
        found = self.plan(resources, **more)["Changes"]
        return {one["ResourceChange"]["LogicalResourceId"]: one["ResourceChange"] for one in found}

    def execute(self, plan: dict[str, Any]) -> str:
        self.client.execute_change_set(ChangeSetName=plan["ChangeSetId"])
        return self.settled()

    def physical(self, logical_id: str) -> str:
        found = self.client.describe_stack_resource(StackName=self.name, LogicalResourceId=logical_id)
        return found["StackResourceDetail"]["PhysicalResourceId"]

    def events(self, logical_id: str) -> list[tuple[str, str, str]]:
        """(status, physical id, reason) of a resource, the oldest first."""
        pages = self.client.get_paginator("describe_stack_events").paginate(StackName=self.name)
        found = [event for page in pages for event in page["StackEvents"]]
        return [
            (one["ResourceStatus"], one.get("PhysicalResourceId", ""), one.get("ResourceStatusReason", ""))
            for one in reversed(found)
            if one["LogicalResourceId"] == logical_id
        ]

    def statuses(self, logical_id: str) -> list[str]:
        return [status for status, _id, _reason in self.events(logical_id)]


def body(resources: dict[str, Any]) -> str:
    """A template of resources; other sections are given beside them by their names."""
    sections = {
        name: resources[name] for name in ("Parameters", "Conditions", "Outputs") if name in resources
    }
    rest = {name: value for name, value in resources.items() if name not in sections}
    return json.dumps({**sections, "Resources": rest})


def put(region: Region, table: str, *keys: str, name: str = "id") -> None:
    for key in keys:
        region.client("dynamodb").put_item(TableName=table, Item={name: {"S": key}})


def rows(region: Region, table: str) -> list[str]:
    """The keys of a table's rows."""
    found = region.client("dynamodb").scan(TableName=table)["Items"]
    return sorted(str(next(iter(one.values()))["S"]) for one in found)


def tables(region: Region) -> set[str]:
    """The names of all tables, of which a page has a hundred."""
    pages = region.client("dynamodb").get_paginator("list_tables").paginate()
    return {name for page in pages for name in page["TableNames"]}
