"""What a bounded store has to forget."""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")


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
