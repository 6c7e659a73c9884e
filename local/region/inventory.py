"""Routes of the private API that show what the region holds and runs."""

from __future__ import annotations

import importlib
import json
import os
from typing import Any

from region import PINNED_MINISTACK
from region.authorities import records as authorities
from region.base import api, contract
from region.base.api import Answer, Request
from region.base.emulator import app, ec2
from region.base.settings import current as settings
from region.durable import restoring
from region.instances import states
from region.kafka import brokers, clusters
from region.machines import console, listening, lives

# name in the answer: module, store
_STORES = {
    "images": ("ministack.services.ec2", "_images"),
    "snapshots": ("ministack.services.ec2", "_snapshots"),
    "parameters": ("ministack.services.ssm", "_parameters"),
    "loadBalancers": ("ministack.services.alb", "_lbs"),
    "targetGroups": ("ministack.services.alb", "_tgs"),
    "autoScalingGroups": ("ministack.services.autoscaling", "_asgs"),
    "launchTemplates": ("ministack.services.ec2", "_launch_templates"),
    "volumes": ("ministack.services.ec2", "_volumes"),
    "logGroups": ("ministack.services.cloudwatch_logs", "_log_groups"),
}
_STACKS = ("ministack.services.cloudformation", "_stacks")

contract.expect("ministack.app", "_handle_admin_config_request", "(path, method, body)")
for _module, _name in [*_STORES.values(), _STACKS]:
    contract.expect(_module, _name)


def _health(_: Request) -> Answer:
    return 200, {
        "status": "ok",
        "pid": os.getpid(),
        "guard": os.getppid(),
        "version": PINNED_MINISTACK,
        "endpoint": settings.endpoint,
        "gateway": settings.gateway,
        "region": settings.region,
        "account": settings.account,
        "vpcCidr": str(settings.vpc_cidr),
        "state": str(settings.state),
    }


def _found(_: Request) -> Answer:
    """What the start found of what the last end cut short."""
    return 200, restoring.found


def _instances(_: Request) -> Answer:
    return 200, [_view(instance) for instance in ec2._instances.values()]


def _view(instance: states.Instance) -> dict[str, Any]:
    instance_id = instance["InstanceId"]
    reason: dict[str, str] = instance.get("StateReason") or {}
    pid = lives.pid_of(instance_id)
    return {
        "instanceId": instance_id,
        "imageId": instance["ImageId"],
        "state": states.name(instance),
        "entered": instance.get("_entered", {}),
        "stateReason": reason.get("Message"),
        "privateIp": instance["PrivateIpAddress"],
        "zone": instance["Placement"]["AvailabilityZone"],
        "subnetId": instance["SubnetId"],
        "vpcId": instance["VpcId"],
        "launchTime": instance["LaunchTime"],
        "pid": pid,
        "beyondLoopback": listening.beyond_loopback(pid) if pid else [],
        "console": str(console.file_of(instance_id)),
        "tags": {tag["Key"]: tag["Value"] for tag in ec2._tags.get(instance_id, [])},
    }


def _inventory(_: Request) -> Answer:
    counts: dict[str, int] = {name: len(_store(*place)) for name, place in _STORES.items()}
    stacks = _store(*_STACKS)
    counts["stacks"] = sum(1 for stack in stacks.values() if stack.get("StackStatus") != "DELETE_COMPLETE")
    counts["instances"] = sum(
        1 for instance in ec2._instances.values() if states.name(instance) != "terminated"
    )
    counts["processes"] = lives.count()
    counts["kafkaClusters"] = len(clusters.every())
    counts["kafkaBrokers"] = brokers.count()
    counts["authorities"] = sum(1 for one in authorities.every() if one["Status"] != "DELETED")
    return 200, counts


async def _calls(request: Request) -> Answer:
    """Turns CloudTrail's records of API calls on or off; they are off by default, for speed."""
    wanted = {"cloudtrail._recording_enabled": bool(request.json().get("recorded"))}
    config = json.dumps(wanted).encode()
    await app._handle_admin_config_request("/_ministack/config", "POST", config)
    return 200, {"recorded": wanted["cloudtrail._recording_enabled"]}


def _store(module: str, name: str) -> Any:
    return getattr(importlib.import_module(module), name)


def install() -> None:
    api.route("GET", "/_nanofleet/health", _health)
    api.route("GET", "/_nanofleet/found", _found)
    api.route("GET", "/_nanofleet/instances", _instances)
    api.route("GET", "/_nanofleet/inventory", _inventory)
    api.route("PUT", "/_nanofleet/calls", _calls)
