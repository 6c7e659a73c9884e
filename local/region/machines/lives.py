"""Drives instances through boot, life and end: each one's process, console and metadata service.

The actions of ec2.py put a record into `pending`, `stopping` or `shutting-down` and say so here; what follows happens
in one loop and a few boot threads.
"""

from __future__ import annotations

import contextvars
import logging
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from region.base import contract, loops, patch
from region.cloudwatch import logs
from region.instances import images, records as instances, states
from region.machines import console, machine, program
from region.metadata import credentials, service as metadata
from region.machines.console import Console
from region.machines.machine import Machine
from region.base.settings import current as settings

logger = logging.getLogger("region.processes")

EC2 = "ministack.services.ec2"
contract.expect(EC2, "reset", "()")
contract.expect(EC2, "_instances")
contract.expect(EC2, "_tags")
contract.expect(EC2, "_subnets")

Reason = tuple[str, str]
OWN_END: Reason = ("Client.InstanceInitiatedShutdown", "Instance initiated shutdown")
LOST: Reason = ("Server.InternalError", "The local region ended while the instance ran")
TICK_SECONDS = 0.1


@dataclass
class _Life:
    """What the loop knows of one instance, beside its record."""

    instance: states.Instance
    context: contextvars.Context
    boot_at: float | None = None
    machine: Machine | None = None
    # Where it ends: None while it lives.
    end: str | None = None
    reason: Reason | None = None
    kill_at: float = 0.0
    restart: bool = False
    booting: bool = False


_lives: dict[str, _Life] = {}
_boots = ThreadPoolExecutor(max_workers=4, thread_name_prefix="region-boot")


def boot(instance: states.Instance) -> None:
    """Starts a `pending` instance after the boot delay; it is `running` once its process was started."""
    with states.lock:
        _lives[instance["InstanceId"]] = _Life(
            instance, contextvars.copy_context(), boot_at=time.monotonic() + settings.boot_seconds
        )


def end(instance: states.Instance, state: str, reason: Reason) -> None:
    """Ends the process (SIGTERM, after the grace time SIGKILL) and then puts the record into `state`."""
    with states.lock:
        life = _lives.setdefault(instance["InstanceId"], _Life(instance, contextvars.copy_context()))
        first_time = life.end is None
        life.end, life.reason, life.boot_at, life.restart = state, reason, None, False
        if life.machine and first_time:
            life.kill_at = time.monotonic() + settings.grace_seconds
            life.machine.ask_to_end()


def reboot(instance: states.Instance) -> None:
    """Ends the process and starts it again; the state stays `running`."""
    with states.lock:
        life = _lives.get(instance["InstanceId"])
        if life and life.machine and life.end is None:
            life.restart = True
            life.kill_at = time.monotonic() + settings.grace_seconds
            life.machine.ask_to_end()


def pid_of(instance_id: str) -> int | None:
    life = _lives.get(instance_id)
    return life.machine.process.pid if life and life.machine else None


def count() -> int:
    """How many instance processes run."""
    return sum(1 for life in list(_lives.values()) if life.machine)


def discard(instance_id: str) -> None:
    """Removes what a forgotten instance left on disk."""
    shutil.rmtree(settings.instances / instance_id, ignore_errors=True)
    console.remove_own_group(instance_id)


def recover() -> None:
    """After a restart: kills what survived, and shows instances whose process is gone as terminated."""
    from ministack.core.responses import request_scope
    from ministack.services import ec2

    reaped = [home.name for home in settings.instances.iterdir() if machine.reap(home)]
    if reaped:
        logger.warning("killed the processes of %s, left over from an earlier run", ", ".join(reaped))
    everywhere = list(ec2._instances.all_items())
    for (account, region, _), instance in everywhere:
        with request_scope(account, region):
            _recover_one(instance)
    known = {instance_id for (_, _, instance_id), _ in everywhere}
    for home in settings.instances.iterdir():
        if home.name not in known:
            shutil.rmtree(home, ignore_errors=True)


def _recover_one(instance: states.Instance) -> None:
    state = states.name(instance)
    if state in ("terminated", "stopped"):
        return
    if state == "stopping":
        states.change(instance, "stopped")
    elif state == "shutting-down" or instances.has_process(instance):
        _terminate(instance, LOST)
    elif state == "pending":
        boot(instance)


def stop_all() -> None:
    """Ends every process, at most the grace time long; the records stay for the next start to judge."""
    _boots.shutdown(cancel_futures=True)
    _end_processes()


def _end_processes() -> None:
    with states.lock:
        machines = [life.machine for life in _lives.values() if life.machine]
    for one in machines:
        one.ask_to_end()
    deadline = time.monotonic() + settings.grace_seconds
    while time.monotonic() < deadline and not all(one.ended() for one in machines):
        time.sleep(0.05)
    for one in machines:
        one.finish()


def _tick() -> None:
    for instance_id, life in list(_lives.items()):
        try:
            life.context.run(_advance, instance_id, life)
        except Exception:
            logger.exception("instance %s", instance_id)


def _advance(instance_id: str, life: _Life) -> None:
    if life.machine:
        life.machine.console.pump()
    with states.lock:
        if life.booting or _lives.get(instance_id) is not life:
            return
        now = time.monotonic()
        if life.machine and life.machine.ended():
            _ended(instance_id, life)
        elif life.machine and (life.end or life.restart) and now >= life.kill_at:
            life.machine.kill()
        elif life.end and not life.machine:
            _close(instance_id, life)
        elif life.boot_at is not None and now >= life.boot_at:
            life.boot_at = None
            life.booting = True
            _boots.submit(contextvars.copy_context().run, _boot, instance_id, life)


def _ended(instance_id: str, life: _Life) -> None:
    ended = life.machine
    assert ended is not None
    ended.finish()
    life.machine = None
    if life.restart:
        life.restart = False
        life.boot_at = time.monotonic() + settings.boot_seconds
    elif life.end is None:
        # A unikernel that ends shuts its instance down; the instance says what that means.
        ended.console.write(f"[{instance_id}] program ended: {ended.last_words()}")
        ended.console.close()
        behaviour = life.instance.get("InstanceInitiatedShutdownBehavior", "stop")
        life.end, life.reason = ("terminated", OWN_END) if behaviour == "terminate" else ("stopped", OWN_END)
        states.change(life.instance, "shutting-down" if life.end == "terminated" else "stopping", OWN_END)


def _close(instance_id: str, life: _Life) -> None:
    metadata.stop(instance_id)
    del _lives[instance_id]
    if life.end == "terminated":
        _terminate(life.instance, life.reason)
    else:
        states.change(life.instance, "stopped", life.reason)


def _terminate(instance: states.Instance, reason: Reason | None) -> None:
    instances.release(instance)
    credentials.forget(instance["InstanceId"])
    shutil.rmtree(settings.instances / instance["InstanceId"] / "root", ignore_errors=True)
    states.change(instance, "terminated", reason)


def _boot(instance_id: str, life: _Life) -> None:
    """Runs in a boot thread; nothing else moves this life meanwhile."""
    instance = life.instance
    try:
        started = _start(instance) if instances.has_process(instance) else None
        reason = None
    except (program.NotBootable, OSError) as error:
        started, reason = None, ("Client.InternalError", str(error))
        logger.warning("instance %s does not boot: %s", instance_id, error)
    except Exception as error:
        started, reason = None, ("Server.InternalError", str(error))
        logger.exception("instance %s does not boot", instance_id)
    with states.lock:
        life.booting = False
        life.machine = started
        if reason:
            life.end, life.reason = life.end or "terminated", reason
        elif life.end:
            life.kill_at = time.monotonic() + settings.grace_seconds
            if started:
                started.ask_to_end()
        elif states.name(instance) == "pending":
            states.change(instance, "running")
        if not started and not life.end:
            del _lives[instance_id]  # a record without a process has nothing to watch


def _start(instance: states.Instance) -> Machine:
    from ministack.services import ec2

    instance_id = instance["InstanceId"]
    home = settings.instances / instance_id
    home.mkdir(parents=True, exist_ok=True)
    tags = {tag["Key"]: tag["Value"] for tag in ec2._tags.get(instance_id, [])}
    output = Console(home / "console.log", console.group_of(instance_id, tags), instance_id)
    image = images.registered(instance["ImageId"])
    if image is None:
        raise program.NotBootable(f"the image {instance['ImageId']} was deregistered")
    try:
        spec = program.prepare(images.disk(image), home, instance, ec2._subnets[instance["SubnetId"]]["CidrBlock"])
        metadata.start(instance)
        return Machine.start(spec, home, instance["PrivateIpAddress"], output)
    except (program.NotBootable, OSError) as error:
        output.write(f"[{instance_id}] {error}")
        output.close()
        raise


def console_file(instance_id: str) -> Path:
    return settings.instances / instance_id / "console.log"


def _reset(original: Callable[[], None]) -> None:
    """The emulator's reset forgets every instance, so their processes end too."""
    _end_processes()
    metadata.stop_all()
    with states.lock:
        _lives.clear()
    original()


def install() -> None:
    patch.wrap(EC2, "reset", _reset)
    loops.every(TICK_SECONDS, _tick)
    loops.every(60, logs.tidy)
    loops.every(5, instances.clean)
