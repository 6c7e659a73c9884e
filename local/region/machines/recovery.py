"""What happens to instances that an earlier run left behind, and to all of them at a reset."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable

from region.base import contract, patch
from region.base.emulator import ec2, request_scope
from region.base.settings import current as settings
from region.instances import records, states
from region.machines import course, lives, machine
from region.metadata import service as metadata

logger = logging.getLogger("region.processes")

EC2 = "ministack.services.ec2"
contract.expect(EC2, "reset", "()")
contract.expect(EC2, "_instances")

LOST: lives.Reason = ("Server.InternalError", "The local region ended while the instance ran")


def recover() -> None:
    """After a restart: kills what survived, and shows instances whose process is gone as terminated."""
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
    elif state == "shutting-down" or records.has_process(instance):
        course.terminate(instance, LOST)
    elif state == "pending":
        lives.boot(instance)


def _reset(original: Callable[[], None]) -> None:
    """The emulator's reset forgets every instance, so their processes end too."""
    course.end_processes()
    metadata.stop_all()
    with states.lock:
        lives.known.clear()
    original()


def install() -> None:
    patch.wrap(EC2, "reset", _reset)
