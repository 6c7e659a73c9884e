"""What the gateway learns about the load balancers, and what it reports.

It asks `GET /_nanofleet/elb?version=N` (held until something differs from version N, at most 20 s) and
reports by `PUT /_nanofleet/elb/health`. The JSON is the one of local/gateway/state.ts.
"""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

from region.base import api, contract
from region.base.emulator import alb, ec2
from region.elb import flows
from region.elb.group_attributes import ALGORITHM, ROUND_ROBIN
from region.elb.targets import (
    DEFAULT_DELAY,
    address_of,
    attribute,
    balancers_of,
    draining_keys,
    key_of,
    take_report,
    weights,
)
from region.reach import places, rules

ALB = "ministack.services.alb"
for _store in ("_lbs", "_tgs", "_listeners", "_rules", "_targets"):
    contract.expect(ALB, _store)
contract.expect("ministack.services.ec2", "_instances")
contract.expect("ministack.services.ec2", "_tags")

HOLD = 20.0
"""Seconds a long poll is held at most."""
LOOK = 0.1
"""Seconds between two looks at the state while a poll is held."""
SERVED_CONDITIONS = ("host-header", "path-pattern")

_version: dict[str, Any] = {"number": int(time.time()), "text": ""}


def snapshot() -> dict[str, Any]:
    """The ElbState of local/gateway/state.ts without its version."""
    return {
        "loadBalancers": [_balancer(lb) for _arn, lb in sorted(alb._lbs.items())],
        "targetGroups": [_group(group) for _arn, group in sorted(alb._tgs.items())],
        "consulServers": _consul_servers(),
    }


def _balancer(lb: dict[str, Any]) -> dict[str, Any]:
    arn = lb["LoadBalancerArn"]
    listeners = [one for _arn, one in sorted(alb._listeners.items()) if one["LoadBalancerArn"] == arn]
    mappings = lb.get("SubnetMappings") or []
    return {
        "arn": arn,
        "name": lb["LoadBalancerName"],
        "type": lb["Type"],
        "addresses": [one["PrivateIPv4Address"] for one in mappings if one.get("PrivateIPv4Address")],
        "idleTimeout": int(attribute("_lb_attrs", arn, "idle_timeout.timeout_seconds", 60)),
        "listeners": [_listener(one) for one in listeners],
    }


def _listener(listener: dict[str, Any]) -> dict[str, Any]:
    rules: list[dict[str, Any]] = [
        {
            "arn": rule["RuleArn"],
            "priority": int(rule["Priority"]),
            "conditions": [_condition(one) for one in rule.get("Conditions") or []],
            "actions": _actions(rule.get("Actions") or []),
        }
        for _arn, rule in sorted(alb._rules.items())
        if rule["ListenerArn"] == listener["ListenerArn"] and not rule.get("IsDefault")
    ]
    return {
        "arn": listener["ListenerArn"],
        "port": listener["Port"],
        "protocol": listener["Protocol"],
        "defaultActions": _actions(listener.get("DefaultActions") or []),
        # A condition that the gateway does not know could only be ignored, so its rule is left out.
        "rules": [
            rule for rule in rules if all(one["field"] in SERVED_CONDITIONS for one in rule["conditions"])
        ],
    }


def _condition(condition: dict[str, Any]) -> dict[str, Any]:
    return {"field": condition["Field"], "values": list(condition.get("Values") or [])}


def _actions(actions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    ordered = sorted(actions, key=lambda action: int(action.get("Order", 1)))
    return [served for served in map(_action, ordered) if served]


def _action(action: dict[str, Any]) -> dict[str, Any] | None:
    kind = action["Type"]
    if kind == "forward":
        return {"type": kind, "targetGroups": weights(action)}
    if kind == "fixed-response":
        fixed = action.get("FixedResponseConfig") or {}
        return {
            "type": kind,
            "statusCode": int(fixed.get("StatusCode", 200)),
            "contentType": fixed.get("ContentType", "text/plain"),
            "body": fixed.get("MessageBody", ""),
        }
    if kind == "redirect":
        config = action.get("RedirectConfig") or {}
        names = ("Protocol", "Host", "Port", "Path", "Query")
        parts = {name.lower(): str(config[name]) for name in names if name in config}
        status = 302 if str(config.get("StatusCode")).endswith("302") else 301
        return {"type": kind, "statusCode": status, **parts}
    return None


def _group(group: dict[str, Any]) -> dict[str, Any]:
    arn = group["TargetGroupArn"]
    keys = [key_of(group, target) for target in alb._targets.get(arn, [])]
    registered = [(key, "registered") for key in keys if not flows.is_registering(arn, key)]
    stale = flows.stale(arn)
    draining = [(key, "draining") for key in draining_keys(arn) if key not in stale]
    port = str(group.get("HealthCheckPort") or "traffic-port")
    return {
        "arn": arn,
        "name": group["TargetGroupName"],
        "protocol": group["Protocol"],
        "port": group["Port"],
        "deregistrationDelay": int(
            attribute("_tg_attrs", arn, "deregistration_delay.timeout_seconds", DEFAULT_DELAY)
        ),
        "algorithm": attribute("_tg_attrs", arn, ALGORITHM, ROUND_ROBIN),
        "healthCheck": {
            "protocol": group.get("HealthCheckProtocol", "HTTP"),
            "port": None if port == "traffic-port" else int(port),
            "path": group.get("HealthCheckPath") or "/",
            "matcher": (group.get("Matcher") or {}).get("HttpCode") or "200",
            "interval": group.get("HealthCheckIntervalSeconds", 30),
            "timeout": group.get("HealthCheckTimeoutSeconds", 5),
            "healthyThreshold": group.get("HealthyThresholdCount", 5),
            "unhealthyThreshold": group.get("UnhealthyThresholdCount", 2),
        },
        "targets": [_target(group, key, state) for key, state in registered + draining]
        + [{**_target(group, key, "registered"), "address": address} for key, address in stale.items()],
    }


def _target(group: dict[str, Any], key: str, state: str) -> dict[str, Any]:
    target_id, _colon, port = key.rpartition(":")
    address = address_of(group, target_id)
    described = {"id": target_id, "port": int(port), "address": address, "state": state}
    return {**described, "blocked": True} if _blocked(group, target_id, address, int(port)) else described


def _blocked(group: dict[str, Any], target_id: str, address: str | None, port: int) -> bool:
    """Whether the security groups let no load balancer of the group reach the target."""
    instance = ec2._instances.get(target_id)
    senders = [alb._lbs[arn] for arn in balancers_of(group["TargetGroupArn"])]
    if instance is None or address is None or not senders:
        return False
    target, known = rules.Place(address, places.groups_of(instance)), places.groups()
    origins = [place for lb in senders for place in places.places_of(lb)]
    if not origins:
        return False
    protocol = "udp" if group["Protocol"] == "UDP" else "tcp"
    return not any(rules.holds(rules.between(one, target, known, protocol), port) for one in origins)


def _consul_servers() -> list[str]:
    marked = [
        record["PrivateIpAddress"]
        for instance_id, record in ec2._instances.items()
        if record["State"]["Name"] == "running"
        and {"Key": "consulcloud", "Value": "consulserver"} in ec2._tags.get(instance_id, [])
    ]
    return sorted(marked)


async def _poll(request: api.Request) -> api.Answer:
    known = request.query.get("version", "")
    deadline = time.monotonic() + HOLD
    while True:
        state = _versioned()
        if str(state["version"]) != known or time.monotonic() >= deadline:
            return 200, state
        await asyncio.sleep(LOOK)


def _versioned() -> dict[str, Any]:
    state = snapshot()
    text = json.dumps(state)
    if text != _version["text"]:
        _version["number"] += 1
        _version["text"] = text
    return {"version": _version["number"], **state}


def _report(request: api.Request) -> api.Answer:
    for arn, reported in request.json().items():
        for key, health in reported.items():
            take_report(arn, key, health)
    return 200, {}


def install() -> None:
    api.route("GET", "/_nanofleet/elb", _poll)
    api.route("PUT", "/_nanofleet/elb/health", _report)
