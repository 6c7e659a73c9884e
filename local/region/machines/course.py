"""Drives instances through boot, life and end: each one's process, console and metadata service.

It happens in one loop and a few boot threads.
"""

from __future__ import annotations

import contextvars
import logging
import re
import shutil
import time
from concurrent.futures import ThreadPoolExecutor

from region.base import contract, loops
from region.base.emulator import ec2
from region.base.settings import current as settings
from region.instances import images, records, states
from region.machines import console, lives, program
from region.machines.machine import Machine
from region.machines.starting import Starts
from region.metadata import credentials
from region.metadata import service as metadata

logger = logging.getLogger("region.processes")

EC2 = "ministack.services.ec2"
contract.expect(EC2, "_tags")
contract.expect(EC2, "_subnets")

OWN_END: lives.Reason = ("Client.InstanceInitiatedShutdown", "Instance initiated shutdown")
TICK_SECONDS = 0.1
# From SIGTERM to SIGKILL when the region itself ends: nobody is left whom a program could serve meanwhile.
END_SECONDS = 1.0

# How programs call EADDRINUSE.
TAKEN = re.compile(rb"address (is )?already in use|EADDRINUSE|address in use", re.IGNORECASE)
OWN_ADDRESS = (
    "here each instance may listen on its own address only, and another one has this port: "
    "the program has to take its address from HOST"
)

_boots = ThreadPoolExecutor(max_workers=4, thread_name_prefix="region-boot")
_starts = Starts()


def _tick() -> None:
    _starts.settle()
    for instance_id, life in list(lives.known.items()):
        try:
            life.context.run(_advance, instance_id, life)
        except Exception:
            logger.exception("instance %s", instance_id)


def _advance(instance_id: str, life: lives.Life) -> None:
    if life.machine:
        life.machine.console.pump()
    with states.lock:
        if life.booting or lives.known.get(instance_id) is not life:
            return
        now = time.monotonic()
        if life.machine and life.machine.ended():
            _ended(instance_id, life)
        elif life.machine and (life.end or life.restart) and now >= life.kill_at:
            life.machine.kill()
        elif life.end and not life.machine:
            _close(instance_id, life)
        elif life.boot_at is not None and now >= life.boot_at and _may_boot(life):
            life.boot_at = None
            life.booting = True
            _boots.submit(contextvars.copy_context().run, _boot, instance_id, life)


def _may_boot(life: lives.Life) -> bool:
    """A record without a process takes no processor, so it need not wait for one."""
    if not records.has_process(life.instance):
        return True
    booting = sum(1 for each in lives.known.values() if each.booting and records.has_process(each.instance))
    return booting < _starts.room()


def _ended(instance_id: str, life: lives.Life) -> None:
    ended = life.machine
    assert ended is not None
    ended.finish()
    life.machine = None
    if life.restart:
        life.restart = False
        life.boot_at = time.monotonic() + settings.boot_seconds
    elif life.end is None:
        # A unikernel that ends shuts its instance down; the instance says what that means.
        if TAKEN.search(ended.console.end()):
            ended.console.write(f"[{instance_id}] note: {OWN_ADDRESS}")
        ended.console.write(f"[{instance_id}] program ended: {ended.last_words()}")
        ended.console.close()
        behaviour = life.instance.get("InstanceInitiatedShutdownBehavior", "stop")
        life.end, life.reason = ("terminated", OWN_END) if behaviour == "terminate" else ("stopped", OWN_END)
        states.change(life.instance, "shutting-down" if life.end == "terminated" else "stopping", OWN_END)


def _close(instance_id: str, life: lives.Life) -> None:
    metadata.stop(instance_id)
    del lives.known[instance_id]
    if life.end == "terminated":
        terminate(life.instance, life.reason)
    else:
        states.change(life.instance, "stopped", life.reason)


def terminate(instance: states.Instance, reason: lives.Reason | None) -> None:
    records.release(instance)
    credentials.forget(instance["InstanceId"])
    shutil.rmtree(settings.instances / instance["InstanceId"] / "root", ignore_errors=True)
    states.change(instance, "terminated", reason)


def _boot(instance_id: str, life: lives.Life) -> None:
    """Runs in a boot thread; nothing else moves this life meanwhile."""
    instance = life.instance
    try:
        started = _start(instance) if records.has_process(instance) else None
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
        if started:
            _starts.began(started.process.pid)
        if reason:
            life.end, life.reason = life.end or "terminated", reason
        elif life.end:
            life.kill_at = time.monotonic() + settings.grace_seconds
            if started:
                started.ask_to_end()
        elif states.name(instance) == "pending":
            states.change(instance, "running")
        if not started and not life.end:
            del lives.known[instance_id]  # a record without a process has nothing to watch


def _start(instance: states.Instance) -> Machine:
    instance_id = instance["InstanceId"]
    home = settings.instances / instance_id
    home.mkdir(parents=True, exist_ok=True)
    tags = {tag["Key"]: tag["Value"] for tag in ec2._tags.get(instance_id, [])}
    output = console.Console(console.file_of(instance_id), console.group_of(instance_id, tags), instance_id)
    image = images.registered(instance["ImageId"])
    if image is None:
        raise program.NotBootable(f"the image {instance['ImageId']} was deregistered")
    try:
        spec = program.prepare(
            images.disk(image), home, instance, ec2._subnets[instance["SubnetId"]]["CidrBlock"]
        )
        metadata.start(instance)
        return Machine.start(spec, home, instance["PrivateIpAddress"], output)
    except (program.NotBootable, OSError) as error:
        output.write(f"[{instance_id}] {error}")
        output.close()
        raise


def stop_all() -> None:
    """Ends every process, within END_SECONDS; the records stay for the next start to sort out."""
    _boots.shutdown(cancel_futures=True)
    end_processes()


def end_processes() -> None:
    with states.lock:
        machines = [life.machine for life in lives.known.values() if life.machine]
    for one in machines:
        one.ask_to_end()
    deadline = time.monotonic() + min(settings.grace_seconds, END_SECONDS)
    while time.monotonic() < deadline and not all(one.ended() for one in machines):
        time.sleep(0.05)
    for one in machines:
        one.kill()
    for one in machines:
        one.finish()


def install() -> None:
    loops.every(TICK_SECONDS, _tick)
