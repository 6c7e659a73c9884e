"""How much of the logs is kept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from region.base.emulator import cloudwatch_logs as emulated
from region.base.latest import beyond
from region.cloudwatch import logs


@pytest.fixture(autouse=True)
def _empty() -> Iterator[None]:
    yield
    emulated.reset()


def kept() -> dict[str, int]:
    """How many lines of each stream are kept."""
    groups = emulated._log_groups.values()
    return {name: len(stream["events"]) for group in groups for name, stream in group["streams"].items()}


def test_the_streams_that_were_written_last_stay() -> None:
    sizes = [(3.0, 50, "c"), (1.0, 40, "a"), (2.0, 30, "b"), (4.0, 20, "d")]
    assert beyond(sizes, 140) == []
    assert beyond(sizes, 139) == ["a"]
    assert beyond(sizes, 70) == ["a", "b"]
    assert beyond(sizes, 0) == ["a", "b", "c"]
    assert beyond([], 0) == []


def test_a_line_counts_with_its_record_and_a_stream_with_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        logs.open_stream("calls", f"call-{number}")
        logs.append("calls", f"call-{number}", ["x" * 100] * 10)
        emulated._log_groups["calls"]["streams"][f"call-{number}"]["lastEventTimestamp"] = number + 1
    emulated._log_groups["calls"]["retentionInDays"] = None
    one = logs.STREAM_BYTES + 10 * (logs.LINE_BYTES + 100)
    monkeypatch.setattr(logs, "MOST_BYTES", 2 * one)
    logs.tidy()
    assert kept() == {"call-2": 10, "call-3": 10}
    monkeypatch.setattr(logs, "MOST_BYTES", 2 * one - 1)
    logs.tidy()
    assert kept() == {"call-3": 10}


def test_a_stream_keeps_its_latest_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "MOST_LINES", 3)
    logs.open_stream("web", "i-1")
    logs.append("web", "i-1", [f"line {number}" for number in range(5)])
    logs.tidy()
    events = emulated._log_groups["web"]["streams"]["i-1"]["events"]
    assert [event["message"] for event in events] == ["line 2", "line 3", "line 4"]


def test_what_programs_put_is_not_kept_a_second_time_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "MOST_LINES", 3)
    logs.open_stream("agent", "one")
    for number in range(5):
        event = {"timestamp": number + 1, "message": f"line {number}"}
        emulated._put_log_events({"logGroupName": "agent", "logStreamName": "one", "logEvents": [event]})
    logs.tidy()
    assert [record["@message"] for record in emulated._log_records.values()] == ["line 2", "line 3", "line 4"]
    assert kept() == {"one": 3}
