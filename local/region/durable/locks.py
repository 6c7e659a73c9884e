"""The locks under which the region's own loops change records; a look at the state holds them all."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Generator
from typing import Protocol

logger = logging.getLogger("region.durable")

PATIENCE_SECONDS = 1.0


class Lock(Protocol):
    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool: ...
    def release(self) -> None: ...


_locks: list[Lock] = []


def share(lock: Lock) -> None:
    """States that a change of several records that belong together is made under `lock`."""
    _locks.append(lock)


@contextlib.contextmanager
def all_held() -> Generator[None, None, None]:
    """Holds them all; one that is not to be had in time is left out, as an answer must not wait for ever."""
    with contextlib.ExitStack() as held:
        for lock in _locks:
            if lock.acquire(timeout=PATIENCE_SECONDS):
                held.callback(lock.release)
            else:
                logger.warning("the state is saved while a change is under way")
        yield
