"""Parameters of an EC2 Query request, and refusals in EC2's form."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, cast
from xml.sax.saxutils import escape

from region.base import contract
from region.base.emulator import Response, ec2

EC2 = "ministack.services.ec2"
contract.expect(EC2, "_error", "(code, message, status)")

Parameters = dict[str, Any]


class Refused(Exception):
    """A request that EC2 answers with the error `code` and `message`."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


def first(parameters: Parameters, name: str) -> str:
    """The value of `name`, empty when it is absent."""
    value: Any = parameters.get(name, "")
    if isinstance(value, list):
        values = cast("list[str]", value)
        return values[0] if values else ""
    return str(value)


def listed(parameters: Parameters, name: str) -> list[str]:
    """The values of `name.1`, `name.2` …"""
    values: list[str] = []
    while value := first(parameters, f"{name}.{len(values) + 1}"):
        values.append(value)
    return values


def filters(parameters: Parameters) -> dict[str, list[str]]:
    """`{name: values}` of Filter.N."""
    found: dict[str, list[str]] = {}
    index = 1
    while name := first(parameters, f"Filter.{index}.Name"):
        found[name] = listed(parameters, f"Filter.{index}.Value")
        index += 1
    return found


def truth(parameters: Parameters, name: str) -> bool:
    return first(parameters, name).lower() == "true"


def number(parameters: Parameters, name: str, default: int) -> int:
    text = first(parameters, name)
    if not text:
        return default
    if not text.isdigit():
        raise Refused(
            "InvalidParameterValue", f"Value ({text}) for parameter {name} is invalid. Expected an integer."
        )
    return int(text)


def answering(action: Callable[..., Response]) -> Callable[..., Response]:
    """`action` with each Refused turned into EC2's error response."""

    @functools.wraps(action)
    def answered(*args: Any, **kwargs: Any) -> Response:
        try:
            return action(*args, **kwargs)
        except Refused as refusal:
            return ec2._error(refusal.code, escape(refusal.message), refusal.status)

    return answered
