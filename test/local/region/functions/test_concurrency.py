"""Reserved concurrency against the quota of the account, of which a new one can reserve nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError
from lambdas import function, template
from world import World, started

CODE = "exports.handler = async () => 1"
REFUSED = (
    "Specified ReservedConcurrentExecutions for function decreases account's "
    "UnreservedConcurrentExecution below its minimum value of [{}]."
)


@pytest.fixture(scope="module")
def usual() -> Iterator[World]:
    with started() as made:
        yield made


@pytest.fixture(scope="module")
def new() -> Iterator[World]:
    with started(NANOFLEET_QUOTAS="L-B99A9384=10") as made:
        yield made


def refusal(world: World, name: str, reserved: int) -> tuple[str, str]:
    with pytest.raises(ClientError) as refused:
        world.client("lambda").put_function_concurrency(
            FunctionName=name, ReservedConcurrentExecutions=reserved
        )
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def test_a_hundred_calls_stay_for_functions_that_reserve_none(usual: World) -> None:
    first, second = function(usual, CODE, ReservedConcurrentExecutions=700), function(usual, CODE)
    client = usual.client("lambda")
    told = ("InvalidParameterValueException", REFUSED.format(100))
    assert refusal(usual, second, 201) == told
    client.put_function_concurrency(FunctionName=second, ReservedConcurrentExecutions=200)
    assert refusal(usual, first, 701) == told
    # The function's own part is free for itself, and none at all is always free.
    client.put_function_concurrency(FunctionName=first, ReservedConcurrentExecutions=600)
    client.put_function_concurrency(FunctionName=second, ReservedConcurrentExecutions=0)


@pytest.mark.parametrize("reserved", [1, 10])
def test_a_new_account_can_reserve_nothing(new: World, reserved: int) -> None:
    name = function(new, CODE)
    assert refusal(new, name, reserved) == ("InvalidParameterValueException", REFUSED.format(10))
    new.client("lambda").put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)


def test_a_stack_that_reserves_too_much_fails_with_the_sentence_of_lambda(new: World) -> None:
    body = template("greedy", CODE, ReservedConcurrentExecutions=1)
    with pytest.raises(AssertionError):
        new.stack("greedy", body)
    told = f'Resource handler returned message: "{REFUSED.format(10)} (Service: Lambda, Status Code: 400, '
    (reason,) = [one for one in new.reasons("greedy") if one.startswith(f"Function: {told}")]
    assert reason.endswith("HandlerErrorCode: InvalidRequest)")
