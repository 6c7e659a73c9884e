"""Target groups by ELB's API: made and changed with values that ELB takes, removed when unused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from region.base import contract, patch
from region.base.emulator import Response, alb
from region.elb import attributes, group_attributes, health_checks
from region.elb.targets import in_use

ALB = "ministack.services.alb"
for _action in (
    "CreateTargetGroup",
    "ModifyTargetGroup",
    "ModifyTargetGroupAttributes",
    "DeleteTargetGroup",
):
    contract.expect_entry(ALB, "_ACTION_MAP", _action, "(params)")
contract.expect(ALB, "_p", "(params, key, default='')")
contract.expect(ALB, "_error", "(code, message, status=400)")

HEALTH_CHECK = ("Protocol", "HealthCheckProtocol", "HealthCheckPath", *health_checks.RANGES)


def _given(params: dict[str, Any]) -> dict[str, Any]:
    matcher = alb._p(params, "Matcher.HttpCode")
    given = {name: alb._p(params, name) for name in HEALTH_CHECK}
    return given | ({"Matcher": {"HttpCode": matcher}} if matcher else {})


def _create_target_group(original: Callable[..., Response], params: dict[str, Any]) -> Response:
    values = health_checks.completed(_given(params))
    problem = health_checks.problem(values)
    if problem:
        return alb._error("ValidationError", problem)
    return original({**params, **{name: str(values[name]) for name in HEALTH_CHECK if name in values}})


def _modify_target_group(original: Callable[..., Response], params: dict[str, Any]) -> Response:
    group = alb._tgs.get(alb._p(params, "TargetGroupArn"))
    if group is not None:
        # The emulator keeps a path and a matcher for health checks that have none.
        kept = {name: group[name] for name in HEALTH_CHECK if name != "HealthCheckPath"}
        values = {**kept, **{name: value for name, value in _given(params).items() if value}}
        problem = health_checks.problem(values)
        if problem:
            return alb._error("ValidationError", problem)
    return original(params)


def _modify_attributes(original: Callable[..., Response], params: dict[str, Any]) -> Response:
    group = alb._tgs.get(alb._p(params, "TargetGroupArn"))
    if group is not None:
        problem = group_attributes.problem(group["Protocol"], attributes.given(params))
        if problem:
            return alb._error("ValidationError", problem)
    return original(params)


def _delete_target_group(original: Callable[..., Response], params: dict[str, Any]) -> Response:
    arn = alb._p(params, "TargetGroupArn")
    if arn in alb._tgs and in_use(arn):
        message = f"Target group '{arn}' is currently in use by a listener or a rule"
        return alb._error("ResourceInUse", message)
    return original(params)


def install() -> None:
    for action, around in (
        ("CreateTargetGroup", _create_target_group),
        ("ModifyTargetGroup", _modify_target_group),
        ("ModifyTargetGroupAttributes", _modify_attributes),
        ("DeleteTargetGroup", _delete_target_group),
    ):
        patch.wrap_entry(ALB, "_ACTION_MAP", action, around)
