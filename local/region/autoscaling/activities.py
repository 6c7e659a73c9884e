"""Scaling activities and the events that report them."""

from __future__ import annotations

import json
import uuid
from typing import Any

from region.autoscaling.groups import Group, Member, moment, precise_moment
from region.base import events
from region.base.emulator import get_account_id, get_region
from region.base.partition import ARN

KEPT = 100
"""Activities kept per group; AWS keeps six weeks."""


def start(group: Group, description: str, cause: str, details: dict[str, str]) -> str:
    """Records an activity as in progress, newest first, and returns its id."""
    activity: dict[str, Any] = {
        "ActivityId": str(uuid.uuid4()),
        "AutoScalingGroupName": group["AutoScalingGroupName"],
        "AutoScalingGroupARN": group["AutoScalingGroupARN"],
        "Description": description,
        "Cause": cause,
        "StartTime": precise_moment(),
        "StatusCode": "InProgress",
        "Progress": 50,
        "Details": json.dumps(details),
    }
    history = group.setdefault("_activities", [])
    history.insert(0, activity)
    del history[KEPT:]
    return activity["ActivityId"]


def finish(group: Group, activity_id: str, status: str, message: str = "") -> dict[str, Any] | None:
    """Ends an activity as `Successful`, `Failed` or `Cancelled`; None when it is no longer kept."""
    activity = get(group, activity_id)
    if activity is not None:
        activity.update({"StatusCode": status, "EndTime": moment(), "Progress": 100})
        if message:
            activity["StatusMessage"] = message
    return activity


def waiting(group: Group, activity_id: str) -> None:
    """Marks an activity as held up by a lifecycle hook."""
    activity = get(group, activity_id)
    if activity is not None:
        activity["StatusCode"] = "MidLifecycleAction"


def is_open(group: Group, activity_id: str) -> bool:
    """Whether an activity has not ended yet."""
    return (get(group, activity_id) or {}).get("StatusCode") in ("InProgress", "MidLifecycleAction")


def get(group: Group, activity_id: str) -> dict[str, Any] | None:
    return next((entry for entry in history(group) if entry["ActivityId"] == activity_id), None)


def history(group: Group) -> list[dict[str, Any]]:
    return group.get("_activities", [])


def publish(group: Group, detail_type: str, activity: dict[str, Any], member: Member | None) -> None:
    """Sends one of the "Amazon EC2 Auto Scaling event reference" successful and unsuccessful events."""
    instance_id = member["InstanceId"] if member else ""
    resources = [group["AutoScalingGroupARN"]]
    if instance_id:
        resources.append(f"{ARN}:ec2:{get_region()}:{get_account_id()}:instance/{instance_id}")
    leaving = "Terminate" in detail_type
    detail = {
        "StatusCode": activity["StatusCode"],
        "Description": activity["Description"],
        "AutoScalingGroupName": group["AutoScalingGroupName"],
        "ActivityId": activity["ActivityId"],
        "Details": json.loads(activity["Details"]),
        "RequestId": activity["ActivityId"],
        "StatusMessage": activity.get("StatusMessage", ""),
        "EndTime": activity.get("EndTime", moment()),
        "EC2InstanceId": instance_id,
        "StartTime": activity["StartTime"],
        "Cause": activity["Cause"],
        "Origin": "AutoScalingGroup" if leaving else "EC2",
        "Destination": "EC2" if leaving else "AutoScalingGroup",
    }
    events.publish("aws.autoscaling", detail_type, detail, resources)
