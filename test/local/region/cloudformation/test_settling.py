"""Stacks whose roles are new: CloudFormation waits until Lambda, Step Functions and CodeBuild know them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from control_plane import control
from roles import allow, make_role
from waiting import eventually
from world import World, started

LAG = 1.5


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with started(NANOFLEET_LAG_SECONDS=str(LAG)) as made:
        yield made


def test_a_control_plane_gets_through_with_the_roles_that_it_makes(world: World) -> None:
    began = time.monotonic()
    made = world.stack("control", control("hello", 1, 128))
    assert time.monotonic() - began >= LAG
    states = world.client("stepfunctions")
    execution = states.start_execution(stateMachineArn=made["Machine"], input=json.dumps({"n": 1}))

    def ended() -> dict[str, Any] | None:
        found = states.describe_execution(executionArn=execution["executionArn"])
        return None if found["status"] == "RUNNING" else found

    found = eventually(ended, 20)
    assert (found["status"], json.loads(found["output"])) == ("SUCCEEDED", {"greeting": "hello", "n": 2})
    assert world.client("codebuild").batch_get_projects(names=["builder"])["projects"]


def test_a_function_is_made_again_until_lambda_knows_its_role(world: World) -> None:
    function = {
        "Runtime": "nodejs22.x",
        "Handler": "index.handler",
        "Role": make_role(world.region, "new", "lambda", allow("logs:*")),
        "Code": {"ZipFile": "exports.handler = async () => 7"},
    }
    began = time.monotonic()
    world.stack("new-role", {"Resources": {"It": {"Type": "AWS::Lambda::Function", "Properties": function}}})
    assert time.monotonic() - began >= LAG - 0.5
