"""AWS Lambda: what templates say and the emulator drops, idle workers, answers without a pause for logs."""

from __future__ import annotations

import array
import fcntl
import os
import queue
import select
import termios
import time
from collections.abc import Callable
from typing import Any

from region.base import contract, loops, patch
from region.base.emulator import lambda_runtime, lambda_svc, provisioners
from region.base.settings import current as settings
from region.functions import concurrency

RUNTIME = "ministack.core.lambda_runtime"
SERVICE = "ministack.services.lambda_svc"
PROVISIONERS = "ministack.services.cloudformation.provisioners"
FUNCTION = "AWS::Lambda::Function"

contract.expect(RUNTIME, "_lock")
contract.expect(RUNTIME, "_workers")
contract.expect(RUNTIME, "ProvidedWorker", "(func_name, config, code_zip)")
contract.expect(RUNTIME, "kill_workers", "(workers)")
contract.expect(RUNTIME, "release_worker", "(worker)")
contract.expect(SERVICE, "release_worker", "(worker)")
contract.expect(RUNTIME, "Worker._read_stderr", "(self)")
contract.expect(
    RUNTIME, "Worker._drain_stderr_bounded", "(self, first_line_wait=0.05, idle_confirm=0.005, hard_cap=0.25)"
)
contract.expect(SERVICE, "_functions")
contract.expect(SERVICE, "_vpc_config_with_id", "(request_config)")
contract.expect(PROVISIONERS, "_RESOURCE_HANDLERS")
contract.expect(PROVISIONERS, "_lambda_create", "(logical_id, props, stack_name)")
contract.expect(
    PROVISIONERS, "_lambda_update", "(physical_id, old_props, new_props, stack_name, logical_id=None)"
)

Properties = dict[str, Any]
Created = tuple[str, dict[str, Any]]

LOG_SECONDS = 0.25
"""Seconds an answer waits at most for the worker's log, should its reader be held up."""


# --- templates ----------------------------------------------------------------------------------------------


def _create(original: Callable[..., Created], logical_id: str, props: Properties, stack_name: str) -> Created:
    _check(str(props.get("FunctionName") or ""), props)
    made = original(logical_id, props, stack_name)
    _complete(made[0], props)
    return made


def _update(
    original: Callable[..., Created], physical_id: str, old: Properties, new: Properties, *rest: Any
) -> Created:
    _check(physical_id, new)
    made = original(physical_id, old, new, *rest)
    _complete(made[0], new)
    return made


def _check(name: str, props: Properties) -> None:
    if told := concurrency.of_handler(name, props):
        raise ValueError(told)


def _complete(name: str, props: Properties) -> None:
    function = lambda_svc._functions[name]
    function["config"]["VpcConfig"] = lambda_svc._vpc_config_with_id(props.get("VpcConfig"))
    if props.get("DeadLetterConfig"):
        function["config"]["DeadLetterConfig"] = props["DeadLetterConfig"]
    reserved = props.get("ReservedConcurrentExecutions")
    function["concurrency"] = None if reserved is None else int(reserved)


# --- idle workers -------------------------------------------------------------------------------------------


def reap() -> None:
    """Ends every worker that has been idle for NANOFLEET_WORKER_IDLE_SECONDS; a busy one is not idle."""
    now = time.time()
    idle: list[Any] = []
    with lambda_runtime._lock:
        for key, workers in list(lambda_runtime._workers.items()):
            spent = [one for one in workers if _is_idle(one, now)]
            idle += spent
            left = [one for one in workers if one not in spent]
            if left:
                lambda_runtime._workers[key] = left
            else:
                lambda_runtime._workers.pop(key)
    try:
        lambda_runtime.kill_workers(idle)
    finally:
        for worker in idle:
            worker._lock.release()


def end_one() -> bool:
    """Ends the worker that has been idle longest, to make room for another; whether there was one."""
    with lambda_runtime._lock:
        pools: dict[str, list[Any]] = lambda_runtime._workers
        idle = [(key, one) for key, pool in pools.items() for one in pool if not one.in_use]
        idle.sort(key=lambda found: found[1].last_used)
        chosen = next((found for found in idle if found[1]._lock.acquire(blocking=False)), None)
        if chosen is None:
            return False
        key, worker = chosen
        pools[key].remove(worker)
    try:
        lambda_runtime.kill_workers([worker])
    finally:
        worker._lock.release()
    return True


def _is_idle(worker: Any, now: float) -> bool:
    """Whether a worker may be ended; its lock is then held, so that no call can start on it."""
    if worker.in_use or now - worker.last_used < settings.worker_idle_seconds:
        return False
    return bool(worker._lock.acquire(blocking=False))


def _release(original: Callable[[Any], None], worker: Any) -> None:
    """Idle time counts from the end of a call; the emulator counts from its start."""
    if worker is not None:
        worker.last_used = time.time()
    original(worker)


# --- logs of a call -----------------------------------------------------------------------------------------


def _read_stderr(worker: Any) -> None:
    """Moves lines from the worker's pipe to its queue; `process.log_idle` is set when all have been moved."""
    process, lines = worker._proc, worker._stderr_queue
    descriptor = process.stderr.fileno()
    rest = b""
    while True:
        process.log_idle = True
        try:
            # Waiting apart from reading: bytes leave the pipe only after log_idle is off.
            select.select([descriptor], [], [])
            process.log_idle = False
            chunk = os.read(descriptor, 65536)
        except (OSError, ValueError):
            return  # closed with its process
        if not chunk:
            break
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            lines.put(line.decode(errors="replace"))
    if rest:
        lines.put(rest.decode(errors="replace"))


def _drain(original: Callable[..., str], worker: Any, *args: Any, **kwargs: Any) -> str:
    """The log of the call that has just been answered, whole and without waiting for silence.

    A worker writes its log before its answer, and writes to pipes are synchronous. So once the pipe is empty
    and the reader waits for more, every line is in the queue.
    """
    if isinstance(worker, lambda_runtime.ProvidedWorker):
        return original(worker, *args, **kwargs)
    deadline = time.monotonic() + LOG_SECONDS
    if worker._proc is None:
        worker._stderr_thread.join(LOG_SECONDS)  # ended: its log ends with it
    while worker._proc is not None and not _read_everything(worker._proc) and time.monotonic() < deadline:
        time.sleep(0.0005)
    found: list[str] = []
    while True:
        try:
            found.append(worker._stderr_queue.get_nowait())
        except queue.Empty:
            return "\n".join(found)


def _read_everything(process: Any) -> bool:
    waiting = array.array("i", [0])
    fcntl.ioctl(process.stderr.fileno(), termios.FIONREAD, waiting)
    return waiting[0] == 0 and getattr(process, "log_idle", False)


def install() -> None:
    for verb, name, around in (("create", "_lambda_create", _create), ("update", "_lambda_update", _update)):
        patch.wrap(PROVISIONERS, name, around)
        provisioners._RESOURCE_HANDLERS[FUNCTION][verb] = getattr(provisioners, name)
    patch.wrap(RUNTIME, "release_worker", _release)
    patch.wrap(SERVICE, "release_worker", _release)
    patch.replace(RUNTIME, "Worker._read_stderr", _read_stderr)
    patch.wrap(RUNTIME, "Worker._drain_stderr_bounded", _drain)
    loops.every(1.0, reap)
