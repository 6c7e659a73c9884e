"""How long a terminated instance is shown, and what is removed with it."""

from __future__ import annotations

import shutil
import time

from region.base import contract, loops
from region.base.emulator import ec2
from region.base.settings import current as settings
from region.instances import records, states
from region.machines import console

contract.expect("ministack.services.ec2", "_instances")

# About an hour on AWS, one minute here.
VISIBLE_SECONDS = 60


def clean() -> None:
    """Forgets instances that have been terminated for VISIBLE_SECONDS, and what they left on disk."""
    for instance in ec2._instances.values():
        if (
            states.name(instance) == "terminated"
            and time.time() - instance.get("_terminated_at", 0) > VISIBLE_SECONDS
        ):
            records.forget(instance)
            _discard(instance["InstanceId"])


def _discard(instance_id: str) -> None:
    shutil.rmtree(settings.instances / instance_id, ignore_errors=True)
    console.remove_own_group(instance_id)


def install() -> None:
    loops.every(5, clean)
