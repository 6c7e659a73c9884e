"""Background work of the region: one thread per function, started once the saved state is back."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from region.base.emulator import request_scope
from region.base.settings import current as settings

logger = logging.getLogger("region.loops")


@dataclass(frozen=True)
class _Loop:
    seconds: float
    function: Callable[[], None]


_loops: list[_Loop] = []
_stopping = threading.Event()
_threads: list[threading.Thread] = []
_started = False


def every(seconds: float, function: Callable[[], None]) -> None:
    """Calls `function` with a pause of `seconds` between calls, in the region's account and region.

    The first call comes after the saved state was restored. What `function` raises is logged with its
    traceback and the loop goes on.
    """
    loop = _Loop(seconds, function)
    _loops.append(loop)
    if _started:
        _launch(loop)


def start() -> None:
    global _started
    _started = True
    for loop in _loops:
        _launch(loop)


def stop(timeout: float = 2.0) -> None:
    """Asks every loop to end and waits at most `timeout` seconds for each."""
    _stopping.set()
    for thread in _threads:
        if thread is not threading.current_thread():
            thread.join(timeout)


def _launch(loop: _Loop) -> None:
    name = f"region-loop-{loop.function.__module__.rsplit('.', 1)[-1]}-{loop.function.__name__}"
    thread = threading.Thread(target=_run, args=(loop,), name=name, daemon=True)
    _threads.append(thread)
    thread.start()


def _run(loop: _Loop) -> None:
    while not _stopping.is_set():
        try:
            with request_scope(settings.account, settings.region):
                loop.function()
        except Exception:
            logger.exception("%s.%s failed", loop.function.__module__, loop.function.__name__)
        _stopping.wait(loop.seconds)
