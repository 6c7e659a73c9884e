"""How many executions are kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from region.base.emulator import stepfunctions
from region.stepfunctions import kept


@pytest.fixture(autouse=True)
def _empty() -> Iterator[None]:
    yield
    stepfunctions._executions.clear()


def add(name: str, second: int, status: str = "SUCCEEDED", events: int = 1) -> None:
    started = f"2026-01-31T12:00:{second:02}.000Z"
    record: dict[str, Any] = {"status": status, "startDate": started, "events": [{}] * events}
    stepfunctions._executions[name] = record


def left() -> list[str]:
    return sorted(stepfunctions._executions.keys())


def test_the_latest_that_have_ended_and_all_that_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST_EXECUTIONS", 2)
    add("runs", 0, "RUNNING")
    for second, name in ((3, "c"), (1, "a"), (2, "b")):
        add(name, second)
    kept.tidy()
    assert left() == ["b", "c", "runs"]
    kept.tidy()
    assert left() == ["b", "c", "runs"]


def test_as_many_as_their_histories_have_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST_EVENTS", 50)
    for second, (name, events) in enumerate((("a", 1), ("b", 30), ("c", 15), ("d", 20))):
        add(name, second, "FAILED", events)
    kept.tidy()
    assert left() == ["c", "d"]


def test_the_last_one_however_long_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST_EVENTS", 50)
    add("long", 1, events=51)
    kept.tidy()
    assert left() == ["long"]
