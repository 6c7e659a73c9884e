"""The sockets of a program, as /proc lists them (proc(5), "/proc/pid/fd")."""

from __future__ import annotations

import os
from pathlib import Path


def held_by(pid: int) -> dict[str, tuple[int, int]]:
    """`inode: (pid, descriptor)` of the sockets of a process and its descendants, as far as they live."""
    found: dict[str, tuple[int, int]] = {}
    for one in _family(pid):
        try:
            entries = list(os.scandir(f"/proc/{one}/fd"))
        except OSError:
            continue
        for entry in entries:
            try:
                target = os.readlink(entry.path)
            except OSError:
                continue  # closed meanwhile
            if target.startswith("socket:["):
                found[target[len("socket:[") : -1]] = (one, int(entry.name))
    return found


def _family(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return [pid]
    return [pid, *(one for child in children for one in _family(int(child)))]
