"""Targets of load balancers: registered, draining, and as healthy as the gateway reports."""

from __future__ import annotations

import time
from typing import Any

from region.base import contract
from region.base.emulator import alb, ec2
from region.base.settings import current as settings
from region.elb import flows

ALB = "ministack.services.alb"
for _store in ("_lbs", "_tgs", "_listeners", "_rules", "_targets", "_lb_attrs", "_tg_attrs"):
    contract.expect(ALB, _store)
contract.expect("ministack.services.ec2", "_instances")

DEFAULT_DELAY = 300
"""Seconds of deregistration delay unless the target group says otherwise."""

_health: dict[str, dict[str, dict[str, str]]] = {}
"""Target group ARN -> `<id>:<port>` -> the gateway's last report, which it repeats after a restart."""
_draining: dict[str, dict[str, float]] = {}
"""Target group ARN -> `<id>:<port>` -> when its deregistration delay ends."""

REASONS = {
    "registering": ("Elb.RegistrationInProgress", "Target registration is in progress"),
    "initial": ("Elb.InitialHealthChecking", "Initial health checks in progress"),
    "unused": ("Target.NotInUse", "Target group is not configured to receive traffic from the load balancer"),
    "draining": ("Target.DeregistrationInProgress", "Target deregistration is in progress"),
    "absent": ("Target.NotRegistered", "Target is not registered to the target group"),
    "stopped": ("Target.InvalidState", "Target is in the stopped state"),
}


def register(arn: str, target_id: str, port: int | None = None) -> None:
    """Adds a target; one that drains is taken back. Nothing happens when the group is gone."""
    group = alb._tgs.get(arn)
    if group is None:
        return
    port = port or group["Port"]
    _draining.get(arn, {}).pop(f"{target_id}:{port}", None)
    targets = alb._targets.setdefault(arn, [])
    if not any(key_of(group, known) == f"{target_id}:{port}" for known in targets):
        _health.get(arn, {}).pop(f"{target_id}:{port}", None)
        flows.begin(arn, f"{target_id}:{port}", group["Protocol"])
        targets.append({"Id": target_id, "Port": port})


def deregister(arn: str, target_id: str, port: int | None = None, at_once: bool = False) -> None:
    """Takes a target out, at each of its ports unless one is given; it drains unless nothing sends to it."""
    group = alb._tgs.get(arn)
    if group is None:
        return
    left, gone = [], []
    for target in alb._targets.get(arn, []):
        matches = target["Id"] == target_id and port in (None, target.get("Port", group["Port"]))
        (gone if matches else left).append(target)
    alb._targets[arn] = left
    delay = 0.0 if at_once or not in_use(arn) else drain_seconds(arn)
    for target in gone:
        key = key_of(group, target)
        _health.get(arn, {}).pop(key, None)
        flows.end(arn, key, group["Protocol"], address_of(group, target["Id"]))
        if delay > 0:
            _draining.setdefault(arn, {})[key] = time.time() + delay


def is_draining(arn: str, target_id: str) -> bool:
    """Whether a target of that id still has requests to finish, or may have."""
    return any(key.rpartition(":")[0] == target_id for key in draining_keys(arn))


def draining_keys(arn: str) -> list[str]:
    """The targets of a group, as `<id>:<port>`, whose deregistration delay runs."""
    now = time.time()
    return sorted(key for key, until in list(_draining.get(arn, {}).items()) if until > now)


def drain_seconds(arn: str) -> float:
    """The group's deregistration delay, at most NANOFLEET_DRAIN_SECONDS: nobody waits 5 minutes on a
    laptop."""
    delay = float(attribute("_tg_attrs", arn, "deregistration_delay.timeout_seconds", DEFAULT_DELAY))
    return min(delay, settings.drain_seconds)


def state_of(arn: str, target_id: str) -> str:
    """The worst reported state of a target over its ports: `unhealthy`, else `healthy`, else `initial`."""
    reports = [one for key, one in _health.get(arn, {}).items() if key.rpartition(":")[0] == target_id]
    states = {report["state"] for report in reports}
    return next((state for state in ("unhealthy", "healthy") if state in states), "initial")


def in_use(arn: str) -> bool:
    """Whether any listener or rule forwards to a target group."""
    return arn in _forwarded_to()


def balancers_of(arn: str) -> list[str]:
    """The load balancers whose listeners or rules forward to a target group."""
    return sorted({lb for lb, actions in _all_actions() if lb in alb._lbs and arn in _arns(actions)})


def _forwarded_to() -> set[str]:
    return {arn for _lb, actions in _all_actions() for arn in _arns(actions)}


def _all_actions() -> list[tuple[str, list[dict[str, Any]]]]:
    found = [(one["LoadBalancerArn"], one.get("DefaultActions") or []) for one in alb._listeners.values()]
    for rule in alb._rules.values():
        listener = alb._listeners.get(rule["ListenerArn"])
        if listener:
            found.append((listener["LoadBalancerArn"], rule.get("Actions") or []))
    return found


def _arns(actions: list[dict[str, Any]]) -> list[str]:
    return [entry["arn"] for action in actions for entry in weights(action)]


def weights(action: dict[str, Any]) -> list[dict[str, Any]]:
    """Where a forward action leads, as [{arn, weight}]."""
    weighted = [
        {"arn": one["TargetGroupArn"], "weight": int(one.get("Weight", 1))}
        for one in (action.get("ForwardConfig") or {}).get("TargetGroups") or []
    ]
    if weighted or not action.get("TargetGroupArn"):
        return weighted
    return [{"arn": action["TargetGroupArn"], "weight": 1}]


def key_of(group: dict[str, Any], target: dict[str, Any]) -> str:
    """`<id>:<port>` of a target."""
    return f"{target['Id']}:{target.get('Port', group['Port'])}"


def attribute(store: str, arn: str, key: str, default: Any) -> Any:
    """An attribute out of `_lb_attrs` or `_tg_attrs`."""
    attributes = getattr(alb, store).get(arn, [])
    return next((one["Value"] for one in attributes if one.get("Key") == key), default)


def health_of(arn: str, key: str) -> tuple[str, str, str]:
    """(state, reason, description) of `<id>:<port>` for DescribeTargetHealth; no reason while healthy."""
    group = alb._tgs[arn]
    if key in draining_keys(arn):
        return ("draining", *REASONS["draining"])
    if not any(key_of(group, target) == key for target in alb._targets.get(arn, [])):
        return ("unused", *REASONS["absent"])
    if not in_use(arn):
        return ("unused", *REASONS["unused"])
    if address_of(group, key.rpartition(":")[0]) is None:
        return ("unused", *REASONS["stopped"])
    report = _health.get(arn, {}).get(key)
    registering = flows.is_registering(arn, key)
    if report is None or registering:
        return ("initial", *REASONS["registering" if registering else "initial"])
    return report["state"], report["reason"], report["description"]


def address_of(group: dict[str, Any], target_id: str) -> str | None:
    """Where a target is reached; None unless its instance runs."""
    if group.get("TargetType") == "ip":
        return target_id
    record = ec2._instances.get(target_id)
    if record is None or record["State"]["Name"] != "running":
        return None
    return record.get("PrivateIpAddress") or None


def take_report(arn: str, key: str, health: dict[str, str]) -> None:
    """Keeps the gateway's report on a target; a draining one that it calls unused has drained."""
    if key in _draining.get(arn, {}):
        if health["state"] == "unused":
            _draining[arn].pop(key)
        return
    if key in flows.stale(arn):
        return
    report = {name: health.get(name, "") for name in ("state", "reason", "description")}
    _health.setdefault(arn, {})[key] = report


def sweep() -> None:
    """Forgets targets whose delay is over and reports of groups that are gone."""
    now = time.time()
    known = {key[-1] for key, _group in alb._tgs.all_items()}
    flows.forget(known)
    for store in (_draining, _health):
        for arn in [arn for arn in store if arn not in known]:
            store.pop(arn, None)
    for waiting in list(_draining.values()):
        for key in [key for key, until in list(waiting.items()) if until <= now]:
            waiting.pop(key, None)
