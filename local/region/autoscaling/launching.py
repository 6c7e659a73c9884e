"""Launching a group's instances: from which template, into which subnet, with which tags, how fast again."""

from __future__ import annotations

import logging
import time
from collections import Counter
from typing import Any

from region.autoscaling import activities
from region.autoscaling.groups import (
    Group,
    Member,
    is_kept,
    lock,
    moment,
    resolve_template,
    staying,
    subnets,
    suspended,
    template_spec,
)
from region.base import contract
from region.base.emulator import autoscaling
from region.ec2 import actions, launches
from region.instances import states
from region.instances.query import Refused

logger = logging.getLogger("region.autoscaling")

contract.expect("ministack.services.autoscaling", "_launch_configs")

EARLY = 10.0
"""Seconds: a program that ends by itself sooner after its launch counts as crashing."""
SLOWEST = 15.0
"""Seconds: the longest pause between two launches of a group whose instances crash."""


def pause(deaths: int) -> float:
    """Seconds to wait before the next launch after a number of early deaths in a row: 0, 1, 2, 4, 8, 15, 15
    …"""
    return 0.0 if deaths < 2 else min(2.0 ** (deaths - 2), SLOWEST)


def note_early_death(group: Group) -> None:
    deaths = group.get("_early_deaths", 0) + 1
    now = time.time()
    group.update({"_early_deaths": deaths, "_last_death": now, "_launch_after": now + pause(deaths)})


def note_survivor(group: Group, member: Member) -> None:
    """An instance launched after the last early death that lasts ends the slow-down."""
    lasts = time.time() - member["_launched"] > EARLY
    if group.get("_early_deaths") and lasts and member["_launched"] > group["_last_death"]:
        group.update({"_early_deaths": 0, "_launch_after": 0})


def missing(group: Group) -> int:
    """How many instances to launch now: the shortfall, one at a time while the group's instances crash."""
    shortfall = group["DesiredCapacity"] - len(staying(group))
    if shortfall <= 0 or suspended(group, "Launch"):
        return 0
    if time.time() < group.get("_launch_after", 0):
        return 0
    return 1 if group.get("_early_deaths", 0) > 1 else shortfall


def spread(group: Group, count: int) -> list[tuple[str, int]]:
    """[(subnet, how many)]: each instance goes to the zone, then the subnet, with the fewest of the group."""
    places = subnets(group)
    if not places:
        return []
    zones = Counter(member["AvailabilityZone"] for member in staying(group))
    used = Counter(member.get("SubnetId", "") for member in staying(group))
    order = {subnet: index for index, (subnet, _zone) in enumerate(places)}
    chosen: Counter[str] = Counter()
    for _ in range(count):
        subnet, zone = min(places, key=lambda place: (zones[place[1]], used[place[0]], order[place[0]]))
        zones[zone] += 1
        used[subnet] += 1
        chosen[subnet] += 1
    return sorted(chosen.items(), key=lambda item: order[item[0]])


def launch(group: Group, count: int, why: str | None = None) -> None:
    """Launches `count` instances and adds them as Pending; a refusal is recorded and slows the next try."""
    before = len(staying(group))
    moved = f"increasing the capacity from {before} to {before + count}"
    started = f"At {moment()} an instance was started in response to a difference"
    usual = f"{group.get('_request', '')} {started} between desired and actual capacity, {moved}.".strip()
    cause = why or usual
    try:
        for subnet, number in spread(group, count) or [("", count)]:
            _launch_into(group, subnet, number, cause)
    except Refused as refusal:
        _refused(group, refusal.message, cause)
    except LookupError as error:
        _refused(group, str(error), cause)


def _refused(group: Group, message: str, cause: str) -> None:
    name = group["AutoScalingGroupName"]
    with lock:
        known = next(iter(activities.history(group)), None)
        repeated = known is not None and known.get("StatusMessage") == message
        note_early_death(group)
        # A refusal pauses from the first time on: nothing about a second try would be different.
        group["_launch_after"] = time.time() + max(1.0, pause(group["_early_deaths"]))
        if repeated:
            return
        activity = activities.start(
            group, f"Launching a new EC2 instance.  Status Reason: {message}", cause, {}
        )
        record = activities.finish(group, activity, "Failed", message)
    logger.warning("%s: no instance could be launched: %s", name, message)
    if record:
        activities.publish(group, "EC2 Instance Launch Unsuccessful", record, None)


def _launch_into(group: Group, subnet: str, count: int, cause: str) -> None:
    parameters, template = _request(group, subnet, count)
    launched = launches.run_instances(parameters)
    with lock:
        kept = is_kept(group)
        for record in launched if kept else []:
            group["Instances"].append(_member(group, record, template, cause))
    if not kept:
        # Deleted while EC2 was launching: nobody else knows these instances.
        terminate([record["InstanceId"] for record in launched])


def _member(group: Group, record: states.Instance, template: dict[str, str], cause: str) -> Member:
    instance_id = record["InstanceId"]
    zone, subnet = record["Placement"]["AvailabilityZone"], record.get("SubnetId", "")
    details = {"Subnet ID": subnet, "Availability Zone": zone}
    return {
        "InstanceId": instance_id,
        "InstanceType": record["InstanceType"],
        "LifecycleState": "Pending",
        "HealthStatus": "Healthy",
        "AvailabilityZone": zone,
        "SubnetId": subnet,
        "ProtectedFromScaleIn": bool(group.get("NewInstancesProtectedFromScaleIn")),
        "LaunchTemplate": template,
        "LaunchConfigurationName": group.get("LaunchConfigurationName", ""),
        "_launched": time.time(),
        "_activity": activities.start(group, f"Launching a new EC2 instance: {instance_id}", cause, details),
    }


def _request(group: Group, subnet: str, count: int) -> tuple[dict[str, str], dict[str, str]]:
    """The RunInstances parameters, and the launch template with its version as a number."""
    parameters = {"MinCount": str(count), "MaxCount": str(count)}
    if subnet:
        parameters["SubnetId"] = subnet
    if template_spec(group):
        template = resolve_template(group)
        parameters["LaunchTemplate.LaunchTemplateId"] = template["LaunchTemplateId"]
        parameters["LaunchTemplate.Version"] = template["Version"]
        override = _override(group)
        if override:
            parameters["InstanceType"] = override
    else:
        template = {}
        _add_configuration(group, parameters)
    _add_tags(parameters, _tags(group, template))
    return parameters, template


def _override(group: Group) -> str:
    policy = (group.get("MixedInstancesPolicy") or {}).get("LaunchTemplate") or {}
    return next(
        (entry["InstanceType"] for entry in policy.get("Overrides") or [] if entry.get("InstanceType")), ""
    )


def _add_configuration(group: Group, parameters: dict[str, str]) -> None:
    name = group.get("LaunchConfigurationName", "")
    configuration = autoscaling._launch_configs.get(name)
    if configuration is None:
        raise LookupError(f"launch configuration {name or '(none given)'} does not exist")
    for key in ("ImageId", "InstanceType", "KeyName", "UserData"):
        if configuration.get(key):
            parameters[key] = configuration[key]
    for index, security_group in enumerate(configuration.get("SecurityGroups", []), 1):
        parameters[f"SecurityGroupId.{index}"] = security_group


def _tags(group: Group, template: dict[str, str]) -> dict[str, str]:
    """The group's propagated tags and AWS's own marks; RunInstances adds those of the template."""
    tags = {tag["Key"]: str(tag["Value"]) for tag in group.get("Tags", []) if _propagates(tag)}
    tags["aws:autoscaling:groupName"] = group["AutoScalingGroupName"]
    if template:
        tags["aws:ec2launchtemplate:id"] = template["LaunchTemplateId"]
        tags["aws:ec2launchtemplate:version"] = template["Version"]
    return tags


def _propagates(tag: dict[str, Any]) -> bool:
    """A stack's own marks reach the instances although the emulator does not say so."""
    return bool(tag.get("PropagateAtLaunch")) or tag["Key"].startswith("aws:cloudformation:")


def _add_tags(parameters: dict[str, str], tags: dict[str, str]) -> None:
    parameters["TagSpecification.1.ResourceType"] = "instance"
    for index, (key, value) in enumerate(tags.items(), 1):
        parameters[f"TagSpecification.1.Tag.{index}.Key"] = key
        parameters[f"TagSpecification.1.Tag.{index}.Value"] = value


def terminate(instance_ids: list[str]) -> None:
    """Asks EC2 to terminate instances one by one, so that an unknown one does not save the others."""
    for instance_id in instance_ids:
        try:
            actions.terminate_instances([instance_id])
        except Refused as refusal:
            logger.warning("%s could not be terminated: %s", instance_id, refusal.message)
