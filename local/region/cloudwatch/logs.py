"""Streams of CloudWatch Logs that the region itself writes, and a bound on what all of them keep."""

from __future__ import annotations

import time
from typing import Any

from region.base import contract, loops
from region.base.emulator import cloudwatch_logs as logs
from region.base.latest import beyond

LOGS = "ministack.services.cloudwatch_logs"
contract.expect(LOGS, "_log_groups")
contract.expect(LOGS, "_log_events_lock")
contract.expect(LOGS, "_make_group_arn", "(name)")
contract.expect(LOGS, "_append_log_events", "(stream, events)")
contract.expect(LOGS, "_log_records")

# The emulator keeps all lines in memory and in its state file.
MOST_LINES = 5000
MOST_BYTES = 24 * 1024 * 1024
LINE_BYTES = 300
"""What the record of a line takes in memory beside its text, as measured."""
STREAM_BYTES = 1500
"""What a stream takes beside its lines: each call of a function writes one of its own."""
DAY_MS = 24 * 3600 * 1000


def open_stream(group_name: str, stream_name: str) -> None:
    """Makes group and stream unless they exist."""
    now = int(time.time() * 1000)
    group: dict[str, Any] | None = logs._log_groups.get(group_name)
    if group is None:
        made: dict[str, Any] = {
            "arn": logs._make_group_arn(group_name),
            "creationTime": now,
            "retentionInDays": None,
            "tags": {},
            "subscriptionFilters": {},
            "streams": {},
        }
        group = logs._log_groups[group_name] = made
    group["streams"].setdefault(
        stream_name,
        {
            "events": [],
            "uploadSequenceToken": "1",
            "creationTime": now,
            "firstEventTimestamp": None,
            "lastEventTimestamp": None,
            "lastIngestionTime": None,
        },
    )


def append(group_name: str, stream_name: str, lines: list[str]) -> None:
    """Adds `lines` with the current time; nothing if the group or stream was deleted meanwhile."""
    group = logs._log_groups.get(group_name)
    stream = group["streams"].get(stream_name) if group else None
    if stream is None or not lines:
        return
    now = int(time.time() * 1000)
    logs._append_log_events(
        stream, [{"timestamp": now, "message": line, "ingestionTime": now} for line in lines]
    )


def remove_group(name: str) -> None:
    logs._log_groups.pop(name, None)


def tidy() -> None:
    """Keeps the latest MOST_LINES of each stream and MOST_BYTES of all in memory, the streams that were
    written last; drops streams whose group's retention has passed.
    """
    _forget_pointers()
    now = time.time() * 1000
    sizes: list[tuple[float, int, tuple[str, str]]] = []
    for group_name, group in logs._log_groups.items():
        days = group.get("retentionInDays")
        for name, stream in list(group["streams"].items()):
            last = stream.get("lastEventTimestamp") or stream["creationTime"]
            if days and now - last > days * DAY_MS:
                group["streams"].pop(name, None)
                continue
            with logs._log_events_lock:
                del stream["events"][:-MOST_LINES]
            size = sum(LINE_BYTES + len(event["message"]) for event in list(stream["events"]))
            sizes.append((last, STREAM_BYTES + size, (group_name, name)))
    for group_name, name in beyond(sizes, MOST_BYTES):
        logs._log_groups[group_name]["streams"].pop(name, None)


def _forget_pointers() -> None:
    """The emulator keeps each line of PutLogEvents once more for Logs Insights, and makes it anew when a
    query finds the line.
    """
    for pointer in list(logs._log_records.keys())[:-MOST_LINES]:
        logs._log_records.pop(pointer, None)


def install() -> None:
    loops.every(20, tidy)
