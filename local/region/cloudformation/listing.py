"""What CloudFormation tells of a large stack: DescribeStackResources shows a hundred resources and no more.

API reference, "DescribeStackResources": for a stack of more than 100 use ListStackResources, which has pages.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from region.base import contract, patch
from region.base.emulator import Response

HANDLERS = "ministack.services.cloudformation.handlers"
MOST = 100

contract.expect_entry(HANDLERS, "_ACTION_HANDLERS", "DescribeStackResources", "(params)")


def _describe_resources(original: Callable[..., Response], params: dict[str, Any]) -> Response:
    status, headers, body = original(params)
    text = body.decode() if isinstance(body, bytes) else str(body)
    shown = text.split("</member>")
    if len(shown) - 1 > MOST:
        text = "</member>".join([*shown[:MOST], shown[-1]])
    return status, headers, text.encode()


def install() -> None:
    patch.wrap_entry(HANDLERS, "_ACTION_HANDLERS", "DescribeStackResources", _describe_resources)
