"""Start of the region: contract, hooks, state, then ministack's own server."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import shutil
import socket
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import ModuleType
from typing import IO, Any

from region import inventory
from region.authorities import service as authorities
from region.autoscaling import actions as autoscaling_actions
from region.autoscaling import lifecycle, refresh, target_state
from region.base import api, contract, door, loops, patch, quotas, translation
from region.base import settings as environment
from region.base.emulator import app
from region.base.settings import current as settings
from region.cloudformation import interrupted as cut_stacks
from region.cloudformation import types
from region.cloudwatch import logs, metrics
from region.codebuild import builds
from region.codebuild import interrupted as cut_builds
from region.constraints import gate
from region.durable import commits, restoring
from region.ebs import service as ebs
from region.ec2 import account, actions, attributes, capacity, launches, templates
from region.ec2 import images as ec2_images
from region.elb import actions as elb_actions
from region.functions import chains, concurrency, errors, starts, urls, workers
from region.guard import REFUSED
from region.iam import enforcement, new_roles, propagation, root
from region.instances import images
from region.kafka import brokers
from region.kafka import service as kafka
from region.machines import course, recovery, retention
from region.messages import parameters, queues, topics
from region.metadata import service
from region.reach import refusals, table, watch
from region.scheduler import schedules
from region.stepfunctions import executions
from region.stepfunctions import interrupted as cut_executions
from region.tables import backups, counts

logger = logging.getLogger("region")

# In the order in which they are installed.
PARTS: tuple[ModuleType, ...] = (
    launches,
    templates,
    actions,
    account,
    attributes,
    capacity,
    ec2_images,
    course,
    recovery,
    retention,
    service,
    table,
    refusals,
    watch,
    logs,
    metrics,
    parameters,
    queues,
    topics,
    counts,
    backups,
    api,
    quotas,
    inventory,
    autoscaling_actions,
    lifecycle,
    refresh,
    target_state,
    elb_actions,
    types,
    propagation,
    workers,
    concurrency,
    starts,
    chains,
    errors,
    builds,
    executions,
    new_roles,
    schedules,
    ebs,
    authorities,
    kafka,
    gate,
    root,
    enforcement,
    urls,
    commits,
    door,
)

contract.expect("ministack.app", "main", "()")
contract.expect("hypercorn.config", "Config.graceful_timeout")
contract.expect("ministack.app", "_handle_lifespan", "(scope, receive, send)")

# How long requests under way may take at the end; the gateway's long poll would use all of it.
LAST_REQUESTS_SECONDS = 0.5

# `stop_all` of every module that has one, the last installed first.
_to_stop: list[Callable[[], None]] = []


def run() -> int:
    """Serves until SIGTERM or SIGINT; the exit code, REFUSED with one clear message if it cannot start."""
    os.environ.clear()
    os.environ.update(environment.emulator_environment(settings))
    # Keys, secrets and the files of instances lie below.
    settings.state.mkdir(parents=True, exist_ok=True)
    settings.state.chmod(0o700)
    held = _hold(settings.state / "region.lock")
    if held is None:
        return _refuse(f"another one runs on {settings.state}; end it or set NANOFLEET_STATE")
    if _taken(settings.port):
        return _refuse(f"port {settings.port} is taken; set NANOFLEET_PORT to a free one")
    shutil.rmtree(settings.temporary, ignore_errors=True)
    for folder in (settings.emulator, settings.snapshots, settings.instances, settings.temporary):
        folder.mkdir(parents=True, exist_ok=True)
    # The state lies in a checkout, a package of ES modules; the emulator's own Node workers are CommonJS.
    (settings.temporary / "package.json").write_text('{"type": "commonjs"}\n')
    translation.install()
    if not settings.schemas.is_dir():
        return _refuse(f"the resource schemas are missing in {settings.schemas}; run `npm run setup`")
    try:
        contract.verify()
    except contract.ContractBroken as error:
        return _refuse(str(error))
    if problem := restoring.read():
        return _refuse(problem)
    for part in PARTS:
        part.install()
    _to_stop.extend(part.stop_all for part in reversed(PARTS) if hasattr(part, "stop_all"))
    patch.wrap("ministack.app", "_handle_lifespan", _lifespan)
    patch.replace("hypercorn.config", "Config.graceful_timeout", LAST_REQUESTS_SECONDS)
    sys.argv = sys.argv[:1]
    app.main()
    held.close()
    return 0


def _refuse(message: str) -> int:
    print(f"local region: {message}", file=sys.stderr)
    return REFUSED


def _hold(file: Path) -> IO[str] | None:
    """The lock of a state folder, None when a region holds it; it ends with the process."""
    lock = file.open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock


def _taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def _lifespan(
    original: Callable[..., Awaitable[None]], scope: dict[str, Any], receive: Any, send: Any
) -> None:
    """Steps in between the emulator's own start (state restored) and end (state not yet saved)."""

    async def receive_and_stop() -> dict[str, Any]:
        message = await receive()
        if message["type"] == "lifespan.shutdown":
            await asyncio.to_thread(_stop)
        return message

    async def start_and_send(message: dict[str, Any]) -> None:
        if message["type"] == "lifespan.startup.complete":
            _start()
        await send(message)

    await original(scope, receive_and_stop, start_and_send)


def _start() -> None:
    root.register()
    images.recover()
    brokers.reap()
    recovery.recover()
    cut_builds.recover()
    cut_executions.recover()
    cut_stacks.recover()
    loops.start()
    logger.info(
        "local region on %s, VPC %s, state in %s", settings.endpoint, settings.vpc_cidr, settings.state
    )


def _stop() -> None:
    """Ends the loops first, so that nothing is started anew, then what the modules run."""
    loops.stop()
    for stop_all in _to_stop:
        try:
            stop_all()
        except Exception:
            logger.exception("%s.stop_all failed", stop_all.__module__)
