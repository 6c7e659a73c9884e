"""The states of an instance and the event that AWS sends for each.

Amazon EC2 User Guide: "Amazon EC2 instance state changes", "State change events for your instances".
"""

from __future__ import annotations

import threading
import time
from typing import Any

from region.base import events
from region.base.emulator import get_account_id, get_region
from region.base.partition import ARN
from region.durable import locks

CODES = {"pending": 0, "running": 16, "shutting-down": 32, "terminated": 48, "stopping": 64, "stopped": 80}

# Held while the state of an instance is looked at and changed.
lock = threading.RLock()
locks.share(lock)

Instance = dict[str, Any]


def name(instance: Instance) -> str:
    return instance["State"]["Name"]


def enter(instance: Instance, state: str, reason: tuple[str, str] | None = None) -> None:
    """Puts `instance` into `state` without an event; `reason` is `(code, message)` of StateReason."""
    instance["State"] = {"Code": CODES[state], "Name": state}
    # To the millisecond, unlike the event's time: for measuring how soon a change takes effect.
    instance.setdefault("_entered", {})[state] = int(time.time() * 1000)
    if state in ("pending", "running"):
        instance.pop("StateReason", None)
        instance["StateTransitionReason"] = ""
    if reason:
        instance["StateReason"] = {"Code": reason[0], "Message": f"{reason[0]}: {reason[1]}"}
        stamp = time.strftime("%Y-%m-%d %H:%M:%S GMT", time.gmtime())
        instance["StateTransitionReason"] = f"{reason[1]} ({stamp})"
    if state == "terminated":
        instance["_terminated_at"] = time.time()


def announce(instance: Instance) -> None:
    """Sends "EC2 Instance State-change Notification" for the state that `instance` is in."""
    instance_id = instance["InstanceId"]
    events.publish(
        "aws.ec2",
        "EC2 Instance State-change Notification",
        {"instance-id": instance_id, "state": name(instance)},
        [f"{ARN}:ec2:{get_region()}:{get_account_id()}:instance/{instance_id}"],
    )


def change(instance: Instance, state: str, reason: tuple[str, str] | None = None) -> None:
    """enter and announce."""
    with lock:
        enter(instance, state, reason)
        announce(instance)
