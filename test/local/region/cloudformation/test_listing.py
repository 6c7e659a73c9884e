"""What CloudFormation tells of a stack with more than a hundred resources."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from world import World, started


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with started() as made:
        yield made


def test_a_large_stack_is_told_a_hundred_at_a_time(world: World) -> None:
    resources = {
        f"Value{number:03}": {
            "Type": "AWS::SSM::Parameter",
            "Properties": {"Name": f"/large/{number}", "Type": "String", "Value": "x"},
        }
        for number in range(120)
    }
    world.stack("large", {"Resources": resources, "Outputs": {}})
    formation = world.client("cloudformation")
    assert len(formation.describe_stack_resources(StackName="large")["StackResources"]) == 100
    pages = formation.get_paginator("list_stack_resources").paginate(StackName="large")
    assert sum(len(page["StackResourceSummaries"]) for page in pages) == 120

    first = formation.describe_stack_events(StackName="large")
    assert len(first["StackEvents"]) == 100
    assert first["StackEvents"][0]["ResourceStatus"] == "CREATE_COMPLETE"
    events = [
        event
        for page in formation.get_paginator("describe_stack_events").paginate(StackName="large")
        for event in page["StackEvents"]
    ]
    assert events[-1]["ResourceStatusReason"] == "User Initiated"
    moments = [event["Timestamp"] for event in events]
    assert moments == sorted(moments, reverse=True)
