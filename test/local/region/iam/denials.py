"""Calls that IAM denies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

DENIALS = {"AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation"}


def denial(call: Callable[..., Any], **arguments: Any) -> str:
    """The message of a call that IAM denies; the test fails when it is not denied."""
    with pytest.raises(ClientError) as error:
        call(**arguments)
    assert error.value.response["Error"]["Code"] in DENIALS, error.value
    return error.value.response["Error"]["Message"]


def denied(call: Callable[..., Any], **arguments: Any) -> bool:
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"] in DENIALS
    return False
