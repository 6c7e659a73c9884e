"""Templates and roles as they once were: each is refused today, with the sentence of AWS.

test/resources/refused.ts reads the same files for the checks that refuse the others.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from roles import make_role
from waiting import eventually
from world import World, started

REPOSITORY = Path(__file__).resolve().parents[4]
CASES = {
    file.stem: json.loads(file.read_text())
    for file in sorted((REPOSITORY / "test" / "resources" / "refused").glob("*.json"))
}


def refused(by: str) -> list[str]:
    return [name for name, case in CASES.items() if case["by"] == by]


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with started() as made:
        yield made


def read(world: World, name: str) -> dict[str, Any]:
    """The case, with ids of this region."""
    return json.loads(json.dumps(CASES[name]).replace("{vpc}", world.vpc))


def begin(world: World, name: str, case: dict[str, Any]) -> str:
    stack = f"nanofleet-dev-{name}"
    given: dict[str, Any] = {"StackName": stack, "TemplateBody": json.dumps(case["template"])}
    if "role" in case:
        given["RoleARN"] = make_role(world.region, name, "cloudformation", *case["role"])
    given["Parameters"] = [
        {"ParameterKey": key, "ParameterValue": value} for key, value in case.get("parameters", {}).items()
    ]
    world.client("cloudformation").create_stack(**given)
    return stack


def status(world: World, stack: str) -> str | None:
    found = world.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]
    return None if found.endswith("IN_PROGRESS") else found


@pytest.mark.parametrize("name", refused("stack"))
def test_an_old_template_is_rolled_back_with_the_sentence_of_aws(world: World, name: str) -> None:
    case = read(world, name)
    stack = begin(world, name, case)
    assert eventually(lambda: status(world, stack), 20) == "ROLLBACK_COMPLETE"
    reasons = world.reasons(stack)
    for sentence in case["says"]:
        assert any(sentence in reason for reason in reasons), "\n".join(reasons)


@pytest.mark.parametrize("name", refused("delete"))
def test_an_old_role_cannot_delete_what_it_made(world: World, name: str) -> None:
    case = read(world, name)
    stack = begin(world, name, case)
    assert eventually(lambda: status(world, stack), 20) == "CREATE_COMPLETE"
    world.client("cloudformation").delete_stack(StackName=stack)
    assert eventually(lambda: status(world, stack), 20) == "DELETE_FAILED"
    reasons = world.reasons(stack)
    for sentence in case["says"]:
        assert any(sentence in reason for reason in reasons), "\n".join(reasons)


@pytest.mark.parametrize("name", refused("update"))
def test_an_old_update_is_refused_with_the_sentence_of_aws(world: World, name: str) -> None:
    case = read(world, name)
    stack = begin(world, name, case)
    assert eventually(lambda: status(world, stack), 20) == "CREATE_COMPLETE"
    update = json.dumps(case["update"])
    with pytest.raises(ClientError) as error:
        world.client("cloudformation").update_stack(StackName=stack, TemplateBody=update)
    assert [error.value.response["Error"]["Message"]] == case["says"]
