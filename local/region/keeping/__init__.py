"""What the guard knows besides its children: how often it has started something again, how long logs are.

It imports nothing of the region, and reads the environment itself: the settings come with the region.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import time
from pathlib import Path
from typing import Any

MOST = 5
"""How often a part is started again within WINDOW_SECONDS; after that it stays down, and says why."""
WINDOW_SECONDS = 120.0
PAUSES = (0.2, 1.0, 2.0, 4.0, 8.0)
LARGEST_LOG = 8 * 1024 * 1024
_LOGS = ("region.log", "gateway.log")


class Restarts:
    """`restarts.json`: when what was started again, and why; since `nanofleet local up`."""

    def __init__(self, file: Path, most: int = MOST) -> None:
        self._file = file
        self._most = most
        self._recent: dict[str, list[float]] = {}

    @classmethod
    def of_environment(cls) -> Restarts:
        return cls(state() / "restarts.json", int(os.environ.get("NANOFLEET_RESTARTS") or MOST))

    def note(self, part: str, why: str) -> float | None:
        """Seconds until `part` may be started again; None when it has died too often."""
        now = time.time()
        recent = [at for at in self._recent.get(part, []) if now - at < WINDOW_SECONDS]
        again = len(recent) < self._most
        self._recent[part] = [*recent, now]
        known = self._read()
        one: dict[str, Any] = known.setdefault(part, {"count": 0})
        one |= {"count": one["count"] + again, "at": _moment(now), "why": why}
        if not again:
            one["gaveUp"] = f"it ended {len(recent) + 1} times in {WINDOW_SECONDS:.0f} s"
        self._write(known)
        print(f"guard: the {part} ended with {why}" + ("" if again else "; it stays down"), flush=True)
        return PAUSES[min(len(recent), len(PAUSES) - 1)] if again else None

    def _read(self) -> dict[str, Any]:
        try:
            return json.loads(self._file.read_text())
        except (OSError, ValueError):
            return {}

    def _write(self, known: dict[str, Any]) -> None:
        draft = self._file.with_suffix(".draft")
        with contextlib.suppress(OSError):
            draft.write_text(json.dumps(known))
            os.replace(draft, self._file)


def state() -> Path:
    """The state folder, as region.base.settings finds it."""
    return Path(os.environ.get("NANOFLEET_STATE") or Path(__file__).parents[3] / ".nanofleet" / "local")


def cut_logs() -> None:
    """Starts a log anew that has become long; what it held until then is in `<name>.1`.

    The parts append to their logs, so they go on at its new end.
    """
    for name in _LOGS:
        file = state() / name
        with contextlib.suppress(OSError):
            if file.stat().st_size > LARGEST_LOG:
                shutil.copyfile(file, file.with_suffix(".log.1"))
                os.truncate(file, 0)


def _moment(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
