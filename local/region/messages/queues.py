"""SQS: a message that AWS would refuse is refused, so that a delay out of range shows here too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from region.base import contract, patch
from region.base.emulator import sqs

SQS = "ministack.services.sqs"
LONGEST_DELAY = 900
"""Seconds: Amazon SQS API Reference, "SendMessage", DelaySeconds."""

contract.expect(SQS, "_Err", "(code, message, status=400)")
contract.expect_entry(SQS, "_HANDLERS", "SendMessage", "(data, qurl)")


def _send(
    original: Callable[[dict[str, Any], str], dict[str, Any]], data: dict[str, Any], qurl: str
) -> dict[str, Any]:
    delay = int(data.get("DelaySeconds") or 0)
    if not 0 <= delay <= LONGEST_DELAY:
        raise sqs._Err(
            "InvalidParameterValue",
            f"Value {delay} for parameter DelaySeconds is invalid. "
            "Reason: DelaySeconds must be >= 0 and <= 900.",
        )
    return original(data, qurl)


def install() -> None:
    patch.wrap_entry(SQS, "_HANDLERS", "SendMessage", _send)
