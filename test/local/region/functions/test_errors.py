"""A failed call in a real region: its error type is the error's name, as Step Functions sees it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from lambdas import function
from world import World, started

CODE = """
class LockHeld extends Error { constructor(text) { super(text); this.name = new.target.name } }
exports.handler = (event) => {
  if (event === 'sync') throw new TypeError('wrong kind')
  return event === 'plain' ? Promise.reject(new Error('no reason')) : Promise.reject(new LockHeld('taken'))
}
"""


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with started() as made:
        yield made


@pytest.fixture(scope="module")
def failing(world: World) -> str:
    return function(world, CODE)


@pytest.mark.parametrize(
    ("event", "name", "message"),
    [
        ("own", "LockHeld", "taken"),
        ("sync", "TypeError", "wrong kind"),
        ("plain", "Error", "no reason"),
    ],
)
def test_the_error_type_is_the_name_of_the_error(
    world: World, failing: str, event: str, name: str, message: str
) -> None:
    answer = world.client("lambda").invoke(FunctionName=failing, Payload=json.dumps(event))
    assert answer["FunctionError"] == "Unhandled"
    body = json.loads(answer["Payload"].read())
    assert (body["errorType"], body["errorMessage"]) == (name, message)
