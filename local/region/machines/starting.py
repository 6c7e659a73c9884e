"""How many programs start at the same time: a few for each processor.

On AWS each instance boots on a machine of its own. Here instances share a few processors with the region:
if
a hundred programs start at once, each gets its share, and functions, events and checks get a hundredth
until
the last one is up.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

AT_ONCE = 2 * (os.cpu_count() or 1)
"""One works while another one waits for a file or the metadata service."""
PATIENCE_SECONDS = 3.0
"""A program still busy after this time counts as started."""


@dataclass(frozen=True)
class _Look:
    since: float
    ticks: int


class Starts:
    """The programs that started a moment ago and are still busy; call `settle` ten times a second."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._at_once = at_once
        self._working: dict[int, _Look] = {}

    def began(self, pid: int) -> None:
        self._working[pid] = _Look(time.monotonic(), -1)

    def settle(self) -> None:
        """Drops the programs that have ended, are idle, or whose time is up."""
        for pid, look in list(self._working.items()):
            use = _use(pid)
            late = time.monotonic() - look.since > PATIENCE_SECONDS
            if use is None or late or (use.rests and use.ticks == look.ticks):
                self._working.pop(pid, None)
            else:
                self._working[pid] = _Look(look.since, use.ticks)

    def room(self) -> int:
        """How many more may start now."""
        return max(0, self._at_once - len(self._working))


@dataclass(frozen=True)
class _Use:
    rests: bool
    ticks: int


def _use(pid: int) -> _Use | None:
    """Whether a process waits, and the clock ticks it has used (proc(5): fields 3, 14, 15 of stat)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else _Use(fields[0] == "S", int(fields[11]) + int(fields[12]))
