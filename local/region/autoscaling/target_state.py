"""Where a group's instance is going, as its metadata service shows it.

Amazon EC2 Auto Scaling User Guide: "Retrieve the target lifecycle state through instance metadata".
"""

from __future__ import annotations

from region.autoscaling.groups import LEAVING, member_of
from region.instances import states
from region.metadata import tree


def _values(instance: states.Instance) -> tree.Values:
    found = member_of(instance["InstanceId"])
    if not found:
        return {}
    _group, member = found
    target = "Terminated" if member["LifecycleState"] in LEAVING else "InService"
    return {"meta-data/autoscaling/target-lifecycle-state": lambda: target}


def install() -> None:
    tree.contribute(_values)
