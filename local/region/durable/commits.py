"""A call that changes something is answered when the change is on disk.

The look and the write happen on the event loop, between two steps of the emulator, with the locks of the
region's own loops held: so every batch is the state at one moment, and no record in it refers to what is
missing. Calls that end at the same time share a batch, and batches take half of the loop's time at most.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from region.base import contract, loops, patch
from region.base.emulator import app
from region.base.settings import current as settings
from region.durable import calls, code, items, restoring, watched
from region.durable.locks import all_held

logger = logging.getLogger("region.durable")

contract.expect(
    "ministack.app",
    "_dispatch_service_request",
    "(method, path, headers, body, query_params, request_id)",
)
contract.expect(
    "ministack.app",
    "call_service_handler_sync",
    "(handler, method, path, headers, body, query_params, timeout=None)",
)
contract.expect("ministack.app", "save_all", "(services)")
contract.expect("ministack.app", "_MAIN_LOOP")

SOON = 0.02
"""Seconds until a change that nobody waits for is written."""
LAZY_ROUNDS = 5
"""Every how many rounds lines of logs and points of metrics are written."""

_due: set[str] = set()
_waiting: asyncio.Future[None] | None = None
_scheduled: asyncio.TimerHandle | None = None
_free_at = 0.0
_rounds = 0


async def _answered(
    original: Callable[..., Any],
    method: str,
    path: str,
    headers: dict[str, str],
    body: Any,
    query: dict[str, Any],
    request_id: str,
) -> Any:
    answer = await original(method, path, headers, body, query, request_id)
    service = calls.changed_by(method, path, headers, body, query) if answer[0] < 400 else None
    if service is not None:
        await committed(service)
    return answer


async def committed(service: str) -> None:
    """Returns when all that the service holds now is on disk; raises what went wrong with the write."""
    global _waiting
    _due.add(service)
    if _waiting is None:
        _waiting = asyncio.get_running_loop().create_future()
    waiting = _waiting
    _schedule(0.0)
    await asyncio.shield(waiting)


def _schedule(seconds: float) -> None:
    """On the event loop: the next batch in `seconds`, or later if the last one took long."""
    global _scheduled
    loop = asyncio.get_running_loop()
    at = max(loop.time() + seconds, _free_at)
    if _scheduled is not None:
        if _scheduled.when() <= at:
            return
        _scheduled.cancel()
    _scheduled = loop.call_at(at, _flush)


def _flush() -> None:
    global _free_at, _scheduled, _waiting
    _scheduled, waiting, _waiting = None, _waiting, None
    began = time.thread_time()
    due = set(_due)
    _due.clear()
    try:
        write(due)
    except Exception as error:
        _due.update(due)
        logger.exception("the state was not saved")
        if waiting is not None and not waiting.done():
            waiting.set_exception(error)
            waiting.exception()
    else:
        if waiting is not None and not waiting.done():
            waiting.set_result(None)
    _free_at = asyncio.get_running_loop().time() + time.thread_time() - began


def write(due: set[str], everything: bool = False, lazy: bool = False) -> None:
    """Writes what changed, as one batch; on the event loop."""
    with all_held():
        change = watched.changes(due, everything, lazy)
    if not change.rows:
        return
    try:
        restoring.journal.append(change.rows)
    except OSError:
        change.lost()
        raise
    change.written()
    code.prune()


def note(service: str) -> None:
    """From any thread: a change that nobody waits for."""
    loop = app._MAIN_LOOP
    if loop is not None and not loop.is_closed():
        loop.call_soon_threadsafe(_note, service)


def _note(service: str) -> None:
    _due.add(service)
    _schedule(SOON)


def _item_changed() -> None:
    if "dynamodb" not in _due:
        note("dynamodb")


def _by_workflow(
    original: Callable[..., Any],
    handler: Any,
    method: str,
    path: str,
    headers: dict[str, str],
    body: Any,
    query: dict[str, Any],
    timeout: float | None = None,
) -> Any:
    """Calls inside the emulator, of a state machine above all; they are not signed, so all is looked at."""
    answer = original(handler, method, path, headers, body, query, timeout)
    service = calls.changed_by(method, path, headers, body, query)
    if service is not None:
        note(service)
    return answer


def _round() -> None:
    """Everything that changed without a call: groups, instances, executions, stacks under way."""
    global _rounds
    loop = app._MAIN_LOOP
    if loop is None or loop.is_closed():
        return
    _rounds += 1
    lazy = _rounds % LAZY_ROUNDS == 0
    done: Future[None] = Future()
    loop.call_soon_threadsafe(_whole, done, lazy)
    done.result(60)
    restoring.journal.sync()
    if restoring.journal.is_long():
        began = time.monotonic()
        restoring.journal.compact()
        logger.debug("the journal was rewritten in %.2f s", time.monotonic() - began)


def _whole(done: Future[None], lazy: bool) -> None:
    try:
        write(set(), everything=True, lazy=lazy)
    except Exception as error:
        done.set_exception(error)
    else:
        done.set_result(None)


def _at_the_end(_original: Callable[..., None], _services: dict[str, Any]) -> None:
    write(set(), everything=True, lazy=True)
    restoring.journal.sync()
    restoring.journal.close()


def install() -> None:
    restoring.install()
    items.install()
    code.install()
    items.noted = _item_changed
    patch.wrap("ministack.app", "_dispatch_service_request", _answered)
    patch.wrap("ministack.app", "call_service_handler_sync", _by_workflow)
    patch.wrap("ministack.app", "save_all", _at_the_end)
    loops.every(settings.save_seconds, _round)
