"""Parameters of an Auto Scaling Query request, and refusals in Auto Scaling's form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from region.autoscaling.groups import Group, find
from region.base import contract
from region.base.emulator import Response, autoscaling

MODULE = "ministack.services.autoscaling"
contract.expect(MODULE, "_p", "(params, key)")
contract.expect(MODULE, "_parse_member_list", "(params, prefix)")
contract.expect(MODULE, "_parse_nested", "(params, prefix)")
contract.expect(MODULE, "_xml", "(status, root_tag, inner)")
contract.expect(MODULE, "_error", "(code, message, status=400)")
contract.expect(MODULE, "_member_xml", "(value)")

Params = dict[str, Any]


class Refused(ValueError):
    """A request that Auto Scaling refuses; `code` is the error code, the message is AWS's."""

    def __init__(self, message: str, code: str = "ValidationError") -> None:
        super().__init__(message)
        self.code = code


def value(params: Params, key: str) -> str:
    """The value of a parameter, empty when it is absent."""
    return autoscaling._p(params, key)


def values(params: Params, prefix: str) -> list[str]:
    """The values of `prefix.member.1`, `.2` …"""
    return autoscaling._parse_member_list(params, prefix)


def needed(params: Params) -> Group:
    """The group that AutoScalingGroupName names; Refused when there is none."""
    return existing(value(params, "AutoScalingGroupName"))


def existing(name: str) -> Group:
    """The group of that name; Refused when there is none."""
    group = find(name)
    if group is None:
        raise Refused(f"AutoScalingGroup name not found - AutoScalingGroup {name} not found")
    return group


def whole(params: Params, key: str) -> int | None:
    """A number that is not negative, None when it is absent."""
    text = value(params, key)
    if text == "":
        return None
    if not text.isdigit():
        raise Refused(f"{key} must be a number that is not negative, not {text}")
    return int(text)


def nested(params: Params, prefix: str) -> dict[str, Any]:
    """A structure such as MixedInstancesPolicy; empty when it is absent."""
    found = autoscaling._parse_nested(params, prefix)
    return found if isinstance(found, dict) else {}


def answering(action: str, handler: Callable[[Params], str]) -> Callable[[Params], Response]:
    """A handler of the inside of a result as one of responses; Refused becomes AWS's error."""

    def answer(params: Params) -> Response:
        try:
            inner = handler(params)
        except Refused as refusal:
            return refused(refusal)
        return autoscaling._xml(200, f"{action}Response", f"<{action}Result>{inner}</{action}Result>")

    return answer


def refused(refusal: Refused) -> Response:
    """The error response."""
    return autoscaling._error(refusal.code, autoscaling._member_xml(str(refusal)))
