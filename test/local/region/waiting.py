"""Waiting for what comes soon, and processes that may have gone."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal, TypeVar

import pytest

from region.machines.machine import start_time

T = TypeVar("T")
# What a probe answers until there is something: a false value never ends the wait.
Probe = Callable[[], T | Literal[False] | None]


def wait_for(what: str, check: Probe[T], seconds: float = 15.0) -> T:
    """The first true value of `check`; fails the test after `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = check()
        if value:
            return value
        time.sleep(0.05)
    pytest.fail(f"after {seconds} s: {what}")


def eventually(probe: Probe[T], seconds: float = 8.0) -> T:
    """The first true answer of `probe`; its last answer in the failure when there is none in time."""
    deadline = time.monotonic() + seconds
    while True:
        answer = probe()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"not within {seconds} s; last seen: {answer!r}"
        time.sleep(0.05)


def alive(pid: int) -> bool:
    """Whether the process runs; one that only waits to be collected does not."""
    return start_time(pid) is not None
