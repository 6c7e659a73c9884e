"""A small parent of the region that leaves no process behind, and starts again what dies.

The region starts many programs: instances, builds, Lambda workers. The guard forks the region and makes
itself the reaper of its orphans (Linux: PR_SET_CHILD_SUBREAPER), so all of them become its children when the
region dies, even by kill -9, and it kills them: nobody is left who knows what they were for, and groups start
new ones. Then it starts the region again, and the gateway if that dies. When the guard itself is killed the
kernel tells the region to end (PR_SET_PDEATHSIG), which stops everything in order.
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

from region.keeping import Restarts, cut_logs
from region.keeping.gateway import Gateway

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
# A clean end saves the state and gives every instance its grace time; after this the region is killed.
SHUTDOWN_SECONDS = 30
REFUSED = 3
"""The exit code of a region that cannot start and said why: another try would be no different."""
LOOK_SECONDS = 0.2
_asked = False


def run(region: Callable[[], int]) -> NoReturn:
    """Runs `region` in a child, again when it dies; exits with its code once no descendant is left."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)
    restarts = Restarts.of_environment()
    gateway = Gateway.of_environment(restarts)
    while True:
        child = _fork(region)
        code = _wait_for(child, gateway)
        signal.alarm(0)
        kill_descendants(spare=gateway.pid)
        if _asked or code in (0, REFUSED):
            sys.exit(1 if code == REFUSED else code & 0xFF)
        pause = restarts.note("region", _why(code))
        if pause is None:
            sys.exit(code & 0xFF or 1)
        _rest(pause)
        if _asked:
            sys.exit(0)


def _fork(region: Callable[[], int]) -> int:
    guard = os.getpid()
    child = os.fork()
    if child == 0:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM):
            signal.signal(number, signal.SIG_DFL)
        _prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != guard:
            sys.exit(1)
        sys.exit(region())
    signal.signal(signal.SIGTERM, lambda _number, _frame: _ask_to_end(child))
    signal.signal(signal.SIGINT, lambda _number, _frame: _ask_to_end(child))
    signal.signal(signal.SIGALRM, lambda _number, _frame: _send(child, signal.SIGKILL))
    return child


def _why(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def _rest(seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not _asked:
        time.sleep(LOOK_SECONDS)


def kill_descendants(timeout: float = 10.0, spare: int = 0) -> None:
    """Kills every descendant of this process and returns when none is left, or after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        left = [pid for pid in descendants(os.getpid(), spare) if pid != spare]
        if not left:
            return
        for pid in left:
            _send(pid, signal.SIGKILL)
        _collect()
        time.sleep(0.02)


def descendants(pid: int, spare: int = 0) -> list[int]:
    """The process ids below `pid`, but not below `spare`, found by the parent that each process names."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        parent = _parent(stat)
        if parent is not None:
            children.setdefault(parent, []).append(int(stat.parent.name))
    found: list[int] = []
    waiting = [pid]
    while waiting:
        one = waiting.pop()
        below = [] if one == spare else children.get(one, [])
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


def _wait_for(child: int, gateway: Gateway) -> int:
    """The exit code of the region, negative for a signal; looks after gateway and logs meanwhile."""
    while True:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == child:
            return os.waitstatus_to_exitcode(status)
        if pid == 0:
            time.sleep(LOOK_SECONDS)
            if not _asked:
                gateway.look()
                cut_logs()


def _collect() -> None:
    """Takes the exit status of children that ended, so that they leave the process table."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return


def _ask_to_end(child: int) -> None:
    global _asked
    _asked = True
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
