"""Zones that hold unlike numbers of a group's instances are evened out: one is started before one ends.

Amazon EC2 Auto Scaling User Guide, "Availability Zone distribution": the process AZRebalance. On AWS it
begins by itself; here after NANOFLEET_REBALANCE_SECONDS, and not at all by default.
"""

from __future__ import annotations

import time
from collections import Counter

from region.autoscaling.groups import Group, deleting, moment, staying, subnets, suspended
from region.base.settings import current as settings

PROCESSES = ("AZRebalance", "Launch", "Terminate")


def cause_now(group: Group) -> str | None:
    """Why one more instance is to be launched now, None when there is no reason."""
    if settings.rebalance_seconds == 0 or not _is_calm(group):
        return None
    fullest = _fullest(group)
    if fullest is None:
        group.pop("_unlike_since", None)
        return None
    since = group.setdefault("_unlike_since", time.time())
    if time.time() - since < settings.rebalance_seconds:
        return None
    del group["_unlike_since"]
    group["_extra"] = 1
    return (
        f"At {moment()} instances were launched to balance instances in zones {fullest} with other zones "
        "resulting in more than desired number of instances in the group."
    )


def extra(group: Group) -> int:
    """Instances beyond the capacity that stay until the new one serves."""
    if group.get("_extra") and all(one["LifecycleState"] == "InService" for one in staying(group)):
        group["_extra"] = 0
    return int(group.get("_extra", 0))


def _is_calm(group: Group) -> bool:
    """Whether the group is as large as it wants to be, and nothing of it is on its way."""
    if deleting(group) or group.get("_extra") or any(suspended(group, name) for name in PROCESSES):
        return False
    whole = len(staying(group)) == len(group["Instances"]) == group["DesiredCapacity"]
    return whole and all(one["LifecycleState"] == "InService" for one in staying(group))


def _fullest(group: Group) -> str | None:
    """The zone with the most instances, when another one of the group's has at least two fewer."""
    counts = Counter({zone: 0 for _subnet, zone in subnets(group)})
    counts.update(one["AvailabilityZone"] for one in staying(group))
    if not counts or max(counts.values()) - min(counts.values()) < 2:
        return None
    return max(counts, key=lambda zone: counts[zone])
