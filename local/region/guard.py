"""A small parent of the region that leaves no process behind, however the region ends.

The region starts many programs: instances, builds, Lambda workers. The guard forks the region and makes
itself the reaper of its orphans (Linux: PR_SET_CHILD_SUBREAPER), so all of them become its children when the
region dies, even by kill -9, and it kills them. When the guard itself is killed the kernel tells the region
to end (PR_SET_PDEATHSIG), which stops everything in order.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
# A clean end saves the state and gives every instance its grace time; after this the region is killed.
SHUTDOWN_SECONDS = 30


def run(region: Callable[[], int]) -> NoReturn:
    """Runs `region` in a child and exits with its code once no descendant is left."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)
    guard = os.getpid()
    child = os.fork()
    if child == 0:
        _prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != guard:
            sys.exit(1)
        sys.exit(region())
    signal.signal(signal.SIGTERM, lambda _number, _frame: _ask_to_end(child))
    signal.signal(signal.SIGINT, lambda _number, _frame: _ask_to_end(child))
    signal.signal(signal.SIGALRM, lambda _number, _frame: _send(child, signal.SIGKILL))
    code = _wait_for(child)
    signal.alarm(0)
    kill_descendants()
    sys.exit(code)


def kill_descendants(timeout: float = 10.0) -> None:
    """Kills every descendant of this process and returns when none is left, or after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        left = descendants(os.getpid())
        if not left:
            return
        for pid in left:
            _send(pid, signal.SIGKILL)
        _collect()
        time.sleep(0.02)


def descendants(pid: int) -> list[int]:
    """The process ids below `pid`, found by the parent that each process in /proc names."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        parent = _parent(stat)
        if parent is not None:
            children.setdefault(parent, []).append(int(stat.parent.name))
    found: list[int] = []
    waiting = [pid]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def _parent(stat: Path) -> int | None:
    try:
        text = stat.read_text()
    except OSError:
        return None  # ended in the meantime
    # The command, in parentheses, may hold spaces; state and parent follow its last parenthesis.
    return int(text.rpartition(")")[2].split()[1])


def _wait_for(child: int) -> int:
    while True:
        pid, status = os.waitpid(-1, 0)
        if pid == child:
            return os.waitstatus_to_exitcode(status) & 0xFF


def _collect() -> None:
    """Takes the exit status of children that ended, so that they leave the process table."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return


def _ask_to_end(child: int) -> None:
    _send(child, signal.SIGTERM)
    signal.alarm(SHUTDOWN_SECONDS)


def _send(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _prctl(option: int, value: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, value, 0, 0, 0) != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"prctl({option}): {os.strerror(error)}")
