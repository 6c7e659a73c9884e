"""The gateway, which is not the guard's child as long as `nanofleet local up` has started it."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

from region.keeping import Restarts, state

LOOK_SECONDS = 0.5
START_SECONDS = 10.0
"""How long a gateway that was just started has until its record tells of it."""


class Gateway:
    """Starts the gateway again when the process of its record is gone; does nothing without a command."""

    def __init__(self, command: list[str], restarts: Restarts) -> None:
        self._command = command
        self._restarts = restarts
        self._child: subprocess.Popen[bytes] | None = None
        self._next = 0.0
        self._missed = False

    @classmethod
    def of_environment(cls, restarts: Restarts) -> Gateway:
        """NANOFLEET_GATEWAY_COMMAND: its program and arguments, as JSON."""
        return cls(json.loads(os.environ.get("NANOFLEET_GATEWAY_COMMAND") or "[]"), restarts)

    @property
    def pid(self) -> int:
        """The gateway that the guard has started, 0 when it has started none."""
        return self._child.pid if self._child else 0

    def look(self) -> None:
        """Call it often: it looks twice a second, and acts when two looks in a row find no gateway."""
        now = time.monotonic()
        if not self._command or now < self._next:
            return
        self._next = now + LOOK_SECONDS
        missing = _recorded_but_gone() and not _supervised()
        if missing and self._missed:
            self._start()
        self._missed = missing

    def _start(self) -> None:
        pause = self._restarts.note("gateway", "no process of its record runs")
        if pause is None:
            self._command = []
            return
        with (state() / "gateway.log").open("ab") as log:
            self._child = subprocess.Popen(
                self._command,
                cwd=state(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._next = time.monotonic() + max(pause, START_SECONDS)


def _recorded_but_gone() -> bool:
    known = _json(state() / "gateway.json")
    return bool(known) and not _runs(known)


def _supervised() -> bool:
    """Whether `nanofleet local` is at work: it starts and stops the gateway itself."""
    file = state() / "supervisor.lock"
    return file.exists() and (_json(file) is None or _runs(_json(file)))


def _runs(known: dict[str, Any] | None) -> bool:
    try:
        text = Path(f"/proc/{(known or {})['pid']}/stat").read_text()
    except (OSError, KeyError):
        return False
    fields = text.rpartition(")")[2].split()
    return fields[0] not in "ZX" and fields[19] == str((known or {}).get("startTime"))


def _json(file: Path) -> dict[str, Any] | None:
    with contextlib.suppress(OSError, ValueError):
        return json.loads(file.read_text())
    return None
