"""The Elastic Load Balancing API where the emulator's falls short: targets, static addresses, weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from region.base import contract, loops, patch
from region.base.emulator import Response, alb, ec2
from region.elb import attributes, gateway, target_groups
from region.elb.targets import (
    balancers_of,
    deregister,
    draining_keys,
    health_of,
    key_of,
    register,
    sweep,
)

ALB = "ministack.services.alb"
for _store in ("_lbs", "_tgs", "_listeners", "_rules", "_targets"):
    contract.expect(ALB, _store)
contract.expect(ALB, "_p", "(params, key, default='')")
contract.expect(ALB, "_xml", "(status, action, inner)")
contract.expect(ALB, "_empty", "(action)")
contract.expect(ALB, "_error", "(code, message, status=400)")
contract.expect(ALB, "_esc")
contract.expect(ALB, "_parse_targets_param", "(params, prefix='Targets')")
contract.expect(ALB, "_parse_actions", "(params, prefix='DefaultActions')")
contract.expect(ALB, "_lb_xml", "(lb)")
contract.expect(ALB, "_tg_xml", "(tg)")
contract.expect(ALB, "_action_xml", "(a)")
for _action in (
    *(
        "RegisterTargets",
        "DeregisterTargets",
        "DescribeTargetHealth",
        "CreateLoadBalancer",
        "DeleteLoadBalancer",
    ),
    *("CreateRule", "DeleteListener"),
):
    contract.expect_entry(ALB, "_ACTION_MAP", _action, "(params)")
contract.expect("ministack.services.ec2", "_subnets")


def _register_targets(params: dict[str, Any]) -> Response:
    arn = alb._p(params, "TargetGroupArn")
    if arn not in alb._tgs:
        return alb._error("TargetGroupNotFound", f"Target groups '{arn}' not found")
    for target in alb._parse_targets_param(params):
        register(arn, target["Id"], target.get("Port"))
    return alb._empty("RegisterTargets")


def _deregister_targets(params: dict[str, Any]) -> Response:
    arn = alb._p(params, "TargetGroupArn")
    if arn not in alb._tgs:
        return alb._error("TargetGroupNotFound", f"Target groups '{arn}' not found")
    for target in alb._parse_targets_param(params):
        deregister(arn, target["Id"], target.get("Port"))
    return alb._empty("DeregisterTargets")


def _describe_target_health(params: dict[str, Any]) -> Response:
    arn = alb._p(params, "TargetGroupArn")
    group = alb._tgs.get(arn)
    if group is None:
        return alb._error("TargetGroupNotFound", f"Target groups '{arn}' not found")
    asked = [key_of(group, target) for target in alb._parse_targets_param(params)]
    registered = [key_of(group, target) for target in alb._targets.get(arn, [])]
    members = "".join(_health_xml(arn, key) for key in asked or registered + draining_keys(arn))
    inner = f"<TargetHealthDescriptions>{members}</TargetHealthDescriptions>"
    return alb._xml(200, "DescribeTargetHealth", inner)


def _health_xml(arn: str, key: str) -> str:
    target_id, _colon, port = key.rpartition(":")
    state, reason, description = health_of(arn, key)
    why = f"<Reason>{alb._esc(reason)}</Reason>" if reason else ""
    why += f"<Description>{alb._esc(description)}</Description>" if description else ""
    return (
        f"<member><Target><Id>{alb._esc(target_id)}</Id><Port>{port}</Port></Target>"
        f"<HealthCheckPort>{port}</HealthCheckPort>"
        f"<TargetHealth><State>{state}</State>{why}</TargetHealth></member>"
    )


def set_mappings(lb: dict[str, Any], mappings: list[dict[str, str]]) -> None:
    """Keeps an NLB's subnet mappings, which also say its subnets and its VPC."""
    if mappings:
        lb["SubnetMappings"] = mappings
        lb["Subnets"] = [mapping["SubnetId"] for mapping in mappings]
    vpcs = [ec2._subnets[subnet]["VpcId"] for subnet in lb.get("Subnets") or [] if subnet in ec2._subnets]
    if vpcs:
        lb["VpcId"] = vpcs[0]


def _create_balancer(original: Callable[..., Response], params: dict[str, Any]) -> Response:
    response = original(params)
    if response[0] == 200:
        name = alb._p(params, "Name")
        lb = next(one for one in alb._lbs.values() if one["LoadBalancerName"] == name)
        set_mappings(lb, _mappings(params))
        return alb._xml(200, "CreateLoadBalancer", f"<LoadBalancers>{alb._lb_xml(lb)}</LoadBalancers>")
    return response


def _mappings(params: dict[str, Any]) -> list[dict[str, str]]:
    found = []
    while subnet := alb._p(params, f"SubnetMappings.member.{len(found) + 1}.SubnetId"):
        prefix = f"SubnetMappings.member.{len(found) + 1}"
        entry = {"SubnetId": subnet}
        for name in ("PrivateIPv4Address", "AllocationId"):
            if alb._p(params, f"{prefix}.{name}"):
                entry[name] = alb._p(params, f"{prefix}.{name}")
        found.append(entry)
    return found


def _delete_balancer(original: Callable[..., Response], params: dict[str, Any]) -> Response:
    """Listeners and rules go with their load balancer."""
    arn = alb._p(params, "LoadBalancerArn")
    listeners = [key for key, one in alb._listeners.items() if one["LoadBalancerArn"] == arn]
    for key in listeners:
        alb._ACTION_MAP["DeleteListener"]({"ListenerArn": key})
    return original(params)


def _create_rule(original: Callable[..., Response], params: dict[str, Any]) -> Response:
    listener, priority = alb._p(params, "ListenerArn"), alb._p(params, "Priority")
    if any(r["ListenerArn"] == listener and str(r["Priority"]) == priority for r in alb._rules.values()):
        return alb._error("PriorityInUse", f"Priority '{priority}' is currently in use")
    return original(params)


def _parse_actions(
    original: Any, params: dict[str, Any], prefix: str = "DefaultActions"
) -> list[dict[str, Any]]:
    """The actions with their ForwardConfig, which the emulator leaves out."""
    actions = original(params, prefix)
    for number, action in enumerate(actions, 1):
        groups: list[dict[str, Any]] = []
        base = f"{prefix}.member.{number}.ForwardConfig.TargetGroups.member"
        while arn := alb._p(params, f"{base}.{len(groups) + 1}.TargetGroupArn"):
            weight = alb._p(params, f"{base}.{len(groups) + 1}.Weight", "1")
            groups.append({"TargetGroupArn": arn, "Weight": int(weight)})
        keep_weights(action, groups)
    return actions


def keep_weights(action: dict[str, Any], groups: list[dict[str, Any]]) -> None:
    """Adds a forward action's weighted target groups, which the emulator leaves out."""
    if groups:
        action["ForwardConfig"] = {"TargetGroups": groups}
        if len(groups) == 1:
            action["TargetGroupArn"] = groups[0]["TargetGroupArn"]


def _action_xml(original: Any, action: dict[str, Any]) -> str:
    groups = (action.get("ForwardConfig") or {}).get("TargetGroups") or []
    members = "".join(
        f"<member><TargetGroupArn>{one['TargetGroupArn']}</TargetGroupArn><Weight>{one['Weight']}</Weight></member>"
        for one in groups
    )
    forward = f"<ForwardConfig><TargetGroups>{members}</TargetGroups></ForwardConfig>" if members else ""
    return original(action).replace("</member>", f"{forward}</member>", 1)


def _lb_xml(original: Any, lb: dict[str, Any]) -> str:
    """The emulator's XML with each subnet in its own zone and with the static addresses."""
    text = original({**lb, "Subnets": []})
    mappings = {one["SubnetId"]: one.get("PrivateIPv4Address", "") for one in lb.get("SubnetMappings") or []}
    zones = ""
    for subnet in lb.get("Subnets") or []:
        zone = (ec2._subnets.get(subnet) or {}).get("AvailabilityZone", "")
        address = mappings.get(subnet)
        inner = f"<member><PrivateIPv4Address>{address}</PrivateIPv4Address></member>" if address else ""
        zones += (
            f"<member><ZoneName>{zone}</ZoneName><SubnetId>{subnet}</SubnetId>"
            f"<LoadBalancerAddresses>{inner}</LoadBalancerAddresses></member>"
        )
    return text.replace(
        "<AvailabilityZones></AvailabilityZones>", f"<AvailabilityZones>{zones}</AvailabilityZones>"
    )


def _tg_xml(original: Any, group: dict[str, Any]) -> str:
    return original({**group, "LoadBalancerArns": balancers_of(group["TargetGroupArn"])})


def install() -> None:
    gateway.install()
    attributes.install()
    for action, handler in (
        ("RegisterTargets", _register_targets),
        ("DeregisterTargets", _deregister_targets),
        ("DescribeTargetHealth", _describe_target_health),
    ):
        patch.entry(ALB, "_ACTION_MAP", action, handler)
    for action, around in (
        ("CreateLoadBalancer", _create_balancer),
        ("DeleteLoadBalancer", _delete_balancer),
        ("CreateRule", _create_rule),
    ):
        patch.wrap_entry(ALB, "_ACTION_MAP", action, around)
    for name, around in (
        ("_parse_actions", _parse_actions),
        ("_action_xml", _action_xml),
        ("_lb_xml", _lb_xml),
        ("_tg_xml", _tg_xml),
    ):
        patch.wrap(ALB, name, around)
    target_groups.install()
    loops.every(0.25, sweep)
