"""Lambda workers start when there is a processor for them, so that a burst of calls does not start one for
each.

AWS starts execution environments side by side, each on processors of its own. Here a start takes half a
second of one of a few processors, and a call of a warm worker some milliseconds: a call that waits a moment
mostly finds a warm one.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from typing import Any

from region.base import contract, patch
from region.base.emulator import lambda_runtime
from region.base.settings import current as settings
from region.functions import workers

RUNTIME = "ministack.core.lambda_runtime"
SERVICE = "ministack.services.lambda_svc"
_SIGNATURE = "(func_name, config, code_zip, qualifier='$LATEST', max_concurrency=None)"

contract.expect(RUNTIME, "_lock")
contract.expect(RUNTIME, "_workers")
contract.expect(RUNTIME, "_worker_key", "(func_name, config, qualifier)")
contract.expect(SERVICE, "acquire_worker", _SIGNATURE)

AT_ONCE = os.cpu_count() or 1
"""Workers that start at the same time."""
BUSY_SECONDS = 0.2
"""How long a call waits for a busy worker of its function before it starts another."""
PATIENCE_SECONDS = 2.0
"""How long a call waits at most: then it starts a worker whatever else starts."""
FULL_SECONDS = 20.0
"""How long it waits where NANOFLEET_MOST_WORKERS run and none of them is idle."""

_gate = threading.Lock()


def _acquire(
    original: Callable[..., Any],
    func_name: str,
    config: dict[str, Any],
    code_zip: bytes,
    qualifier: str = "$LATEST",
    max_concurrency: int | None = None,
) -> Any:
    key = lambda_runtime._worker_key(func_name, config, qualifier)
    began = time.monotonic()
    while True:
        with _gate:
            if _is_turn(key, time.monotonic() - began):
                return original(func_name, config, code_zip, qualifier, max_concurrency)
        time.sleep(0.005)


def _is_turn(key: str, waited: float) -> bool:
    """Whether a worker of the function is free, or one may be started now."""
    with lambda_runtime._lock:
        own = lambda_runtime._workers.get(key, [])
        if any(not worker.in_use for worker in own):
            return True
        everywhere = [worker for all_ in lambda_runtime._workers.values() for worker in all_]
        may_start = sum(map(_starts, everywhere)) < AT_ONCE and (waited >= BUSY_SECONDS or not own)
    if len(everywhere) >= settings.most_workers:
        # A function that waits for another one holds its worker meanwhile: in the end one more is started.
        return waited >= FULL_SECONDS or ((may_start or waited >= PATIENCE_SECONDS) and workers.end_one())
    return may_start or waited >= PATIENCE_SECONDS


def _starts(worker: Any) -> bool:
    """A worker is cold until its code is loaded; the call that started it comes after that."""
    return bool(worker.in_use and worker._cold)


def install() -> None:
    patch.wrap(SERVICE, "acquire_worker", _acquire)
