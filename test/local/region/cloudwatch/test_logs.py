"""How much of the logs is kept."""

from __future__ import annotations

from region.cloudwatch.logs import beyond


def test_the_streams_that_were_written_last_stay() -> None:
    sizes = [(3.0, 50, "c"), (1.0, 40, "a"), (2.0, 30, "b"), (4.0, 20, "d")]
    assert beyond(sizes, 140) == []
    assert beyond(sizes, 139) == ["a"]
    assert beyond(sizes, 70) == ["a", "b"]
    assert beyond(sizes, 0) == ["a", "b", "c"]
    assert beyond([], 0) == []
