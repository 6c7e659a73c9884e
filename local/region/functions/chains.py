"""Chains of calls that lead through queues: Lambda stops one of more than 16.

The emulator counts calls of functions by functions. AWS counts by the trace header, which its SDKs send along
from a function and SQS keeps with the message ("Use Lambda recursive loop detection"): loops through queues
count too. A message that is stopped goes to the queue's dead-letter queue.
"""

from __future__ import annotations

import contextvars
import re
import secrets
import time
from collections.abc import Callable
from typing import Any

from region.base import contract, patch
from region.base.emulator import lambda_svc

SERVICE = "ministack.services.lambda_svc"
SQS = "ministack.services.sqs"
EVALUATOR = "ministack.core.iam_evaluator"
contract.expect(SERVICE, "_invoke_depth")
contract.expect(SERVICE, "_recursive_loop_drop", "(name, func, depth)")
contract.expect(SERVICE, "_inbound_invoke_depth", "(headers)")
contract.expect(SERVICE, "_xray_trace_id_for_invocation", "(config, inbound_trace_header=None)")
contract.expect(SERVICE, "_run_sqs_batch", "(esm, func_rec, event, batch, queue_url, queue_name)")
contract.expect_entry(SQS, "_HANDLERS", "SendMessage", "(data, qurl)")
contract.expect(EVALUATOR, "pin_request_caller", "(headers, query_params=None)")

MANY = 1_000_000
"""Receptions after which any queue gives a message to its dead-letter queue."""

_trace: contextvars.ContextVar[str] = contextvars.ContextVar("region_lambda_trace", default="")


def depth_of(header: str) -> int:
    """How many functions were called on the way, by the trace header of a request or message."""
    found = re.search(r"Lineage=\w+:(\d+)", header)
    return int(found[1]) if found else 0


def _header(original: Callable[..., str | None], config: dict[str, Any], inbound: str | None = None) -> str:
    """The trace header of a call, which every call has, with its place in the chain."""
    made = f"Root=1-{int(time.time()):08x}-{secrets.token_hex(12)};Parent={secrets.token_hex(8)};Sampled=0"
    header = original(config, inbound) or made
    plain = ";".join(part for part in header.split(";") if not part.startswith("Lineage="))
    return f"{plain};Lineage={secrets.token_hex(4)}:{lambda_svc._invoke_depth.get()}"


def _inbound(original: Callable[[dict[str, str]], int], headers: dict[str, str]) -> int:
    return max(original(headers), depth_of(headers.get("x-amzn-trace-id", "")))


def _pin(original: Callable[..., Any], headers: dict[str, str], query_params: Any = None) -> Any:
    _trace.set(headers.get("x-amzn-trace-id", ""))
    return original(headers, query_params)


def _send(original: Callable[..., Any], data: dict[str, Any], qurl: str) -> Any:
    given: dict[str, Any] = data.get("MessageSystemAttributes") or {}
    if _trace.get() and "AWSTraceHeader" not in given:
        header = {"DataType": "String", "StringValue": _trace.get()}
        data = {**data, "MessageSystemAttributes": {**given, "AWSTraceHeader": header}}
    return original(data, qurl)


def _batch(
    original: Callable[..., None],
    esm: dict[str, Any],
    func_rec: dict[str, Any],
    event: dict[str, Any],
    batch: list[dict[str, Any]],
    *queue: str,
) -> None:
    kept: list[dict[str, str]] = [message.get("sys") or {} for message in batch]
    depths = [depth_of(each.get("AWSTraceHeader", "")) for each in kept]
    depth = 1 + max(depths)
    if lambda_svc._recursive_loop_drop(esm["FunctionName"], func_rec, depth) is not None:
        for message, own in zip(batch, depths, strict=True):
            if own + 1 == depth:
                message["receive_count"] = MANY
        return
    token = lambda_svc._invoke_depth.set(depth)
    try:
        original(esm, func_rec, event, batch, *queue)
    finally:
        lambda_svc._invoke_depth.reset(token)


def install() -> None:
    patch.wrap(SERVICE, "_xray_trace_id_for_invocation", _header)
    patch.wrap(SERVICE, "_inbound_invoke_depth", _inbound)
    patch.wrap(SERVICE, "_run_sqs_batch", _batch)
    patch.wrap(EVALUATOR, "pin_request_caller", _pin)
    patch.wrap_entry(SQS, "_HANDLERS", "SendMessage", _send)
