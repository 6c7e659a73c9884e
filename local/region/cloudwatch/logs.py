"""Streams of CloudWatch Logs that the region itself writes, and a bound on what all of them keep."""

from __future__ import annotations

import time
from typing import Any, TypeVar

from region.base import contract, loops
from region.base.emulator import cloudwatch_logs as logs

T = TypeVar("T")

LOGS = "ministack.services.cloudwatch_logs"
contract.expect(LOGS, "_log_groups")
contract.expect(LOGS, "_log_events_lock")
contract.expect(LOGS, "_make_group_arn", "(name)")
contract.expect(LOGS, "_append_log_events", "(stream, events)")

# The emulator keeps all lines in memory and in its state file.
MOST_LINES = 5000
MOST_BYTES = 16 * 1024 * 1024
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
    """Keeps the latest MOST_LINES of each stream and MOST_BYTES of all, the streams that were written last;
    drops streams whose group's retention has passed.
    """
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
            size = sum(len(event["message"]) for event in list(stream["events"]))
            sizes.append((last, size, (group_name, name)))
    for group_name, name in beyond(sizes, MOST_BYTES):
        logs._log_groups[group_name]["streams"].pop(name, None)


def beyond(sizes: list[tuple[float, int, T]], most: int) -> list[T]:
    """What has to go so that at most `most` is left: those of the earliest moments, never the latest."""
    left = sum(size for _, size, _ in sizes)
    gone: list[T] = []
    for _, size, key in sorted(sizes, key=lambda one: one[0])[:-1]:
        if left <= most:
            break
        left -= size
        gone.append(key)
    return gone


def install() -> None:
    loops.every(60, tidy)
