"""A region that kills itself at one of its writes: `python dying.py`, then SIGUSR1.

The file `die-at` in the state folder holds the number of the write, counted from the signal on, and `half` if
half of it should be on disk. SIGUSR2 writes the count so far to `writes` in the state folder.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

from region import guard

STATE = os.environ["NANOFLEET_STATE"]
_CHANGES = {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.truncate", "os.link", "os.symlink"}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_count = -1
_die_at = 0
_half = False


def _audit(event: str, args: tuple[Any, ...]) -> None:
    if _count < 0:
        return
    if event == "open":
        if not (isinstance(args[2], int) and args[2] & _WRITING):
            return
    elif event not in _CHANGES:
        return
    if str(args[0]).startswith(STATE):
        _write()


def _write() -> None:
    global _count
    _count += 1
    if _count == _die_at:
        os.kill(os.getpid(), signal.SIGKILL)


def _arm(_number: int, _frame: Any) -> None:
    global _count, _die_at, _half
    number, _, half = (Path(STATE) / "die-at").read_text().partition(" ")
    _die_at, _half, _count = int(number), bool(half), 0


def _tell(_number: int, _frame: Any) -> None:
    global _count
    told, _count = _count, -1
    (Path(STATE) / "writes").write_text(str(told))


def _region() -> int:
    from region import main  # noqa: PLC0415 -- as in region.__main__: the guard stays small
    from region.durable import journal  # noqa: PLC0415

    original = journal._write

    def write(file: int, data: bytes) -> None:
        if _half and _count + 1 == _die_at:
            os.write(file, data[: len(data) // 2])
        if _count >= 0:
            _write()
        original(file, data)

    journal._write = write
    sys.addaudithook(_audit)
    signal.signal(signal.SIGUSR1, _arm)
    signal.signal(signal.SIGUSR2, _tell)
    return main.run()


guard.run(_region)
