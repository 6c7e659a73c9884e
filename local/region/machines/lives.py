"""The lives of instances: what is known of each besides its record, and what was requested.

The EC2 actions put a record into `pending`, `stopping` or `shutting-down` and say so here; course.py makes it
happen.
"""

from __future__ import annotations

import contextvars
import time
from dataclasses import dataclass

from region.base.settings import current as settings
from region.instances import states
from region.machines.machine import Machine

Reason = tuple[str, str]


@dataclass
class Life:
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


# By instance id; changed under states.lock only.
known: dict[str, Life] = {}


def boot(instance: states.Instance) -> None:
    """Starts a `pending` instance after the boot delay; it is `running` once its process was started."""
    with states.lock:
        known[instance["InstanceId"]] = Life(
            instance, contextvars.copy_context(), boot_at=time.monotonic() + settings.boot_seconds
        )


def end(instance: states.Instance, state: str, reason: Reason) -> None:
    """Ends the process (SIGTERM, after the grace time SIGKILL) and then puts the record into `state`."""
    with states.lock:
        life = known.setdefault(instance["InstanceId"], Life(instance, contextvars.copy_context()))
        first_time = life.end is None
        life.end, life.reason, life.boot_at, life.restart = state, reason, None, False
        if life.machine and first_time:
            life.kill_at = time.monotonic() + settings.grace_seconds
            life.machine.ask_to_end()


def reboot(instance: states.Instance) -> None:
    """Ends the process and starts it again; the state stays `running`."""
    with states.lock:
        life = known.get(instance["InstanceId"])
        if life and life.machine and life.end is None:
            life.restart = True
            life.kill_at = time.monotonic() + settings.grace_seconds
            life.machine.ask_to_end()


def pid_of(instance_id: str) -> int | None:
    life = known.get(instance_id)
    return life.machine.process.pid if life and life.machine else None


def count() -> int:
    """How many instance processes run."""
    return sum(1 for life in list(known.values()) if life.machine)
