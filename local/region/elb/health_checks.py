"""How a target group asks its targets: the values that ELB fills in, and those it refuses beside each other.

The API reference's "CreateTargetGroup" and the page "Health checks for Network Load Balancer target groups".
"Health check interval must be greater than the timeout." is ELB's sentence (terraform-linters/
tflint-ruleset-aws#404, kubernetes-sigs/aws-load-balancer-controller#2951); it publishes none of the others.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

TRANSPORT = ("TCP", "UDP", "TCP_UDP", "TLS")
"""Protocols at a network load balancer; health checks of such a group are TCP unless it says otherwise."""

WEB = ("HTTP", "HTTPS")
RANGES = {
    "HealthCheckIntervalSeconds": (5, 300),
    "HealthCheckTimeoutSeconds": (2, 120),
    "HealthyThresholdCount": (2, 10),
    "UnhealthyThresholdCount": (2, 10),
}
LONGEST_PATH = 1024


def completed(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with those that ELB takes when none is given: they depend on both protocols."""
    group = values.get("Protocol") or "HTTP"
    transport = group in TRANSPORT
    asked = values.get("HealthCheckProtocol") or ("TCP" if transport else "HTTP")
    # 10 s for TCP and HTTPS, 6 s for HTTP at a network load balancer; 5 s at an application load balancer.
    timeout = (6 if asked == "HTTP" else 10) if transport else 5
    return {
        "Protocol": group,
        "HealthCheckProtocol": asked,
        "HealthCheckIntervalSeconds": 30,
        "HealthCheckTimeoutSeconds": timeout,
        "HealthyThresholdCount": 5,
        "UnhealthyThresholdCount": 2,
    } | {key: value for key, value in values.items() if value not in (None, "")}


def problem(values: Mapping[str, Any]) -> str | None:
    """Why ELB refuses these values, which are complete; None when it takes them."""
    group, asked = values["Protocol"], values["HealthCheckProtocol"]
    for name, (least, most) in RANGES.items():
        if not least <= int(values[name]) <= most:
            low = int(values[name]) < least
            bound = f"greater than or equal to {least}" if low else f"less than or equal to {most}"
            return (
                f"1 validation error detected: Value '{values[name]}' at '{name[0].lower()}{name[1:]}' "
                f"failed to satisfy constraint: Member must have value {bound}"
            )
    interval, timeout = int(values["HealthCheckIntervalSeconds"]), int(values["HealthCheckTimeoutSeconds"])
    # At a network load balancer the two may be equal (aws/aws-cdk#16445).
    if timeout > interval or (timeout == interval and group not in TRANSPORT):
        return "Health check interval must be greater than the timeout."
    if asked not in (*WEB, "TCP"):
        return f"Health check protocol '{asked}' is not supported"
    if asked == "TCP" and group not in TRANSPORT:
        return f"Health check protocol 'TCP' is not supported for target groups with the protocol '{group}'"
    if asked == "TCP":
        return _not_for_tcp(values)
    return _path(values.get("HealthCheckPath", "/")) or _matcher(values.get("Matcher"), group)


def _not_for_tcp(values: Mapping[str, Any]) -> str | None:
    for name in ("HealthCheckPath", "Matcher"):
        if values.get(name):
            return f"{name} cannot be specified for health checks with the protocol 'TCP'"
    return None


def _path(path: str) -> str | None:
    if path.startswith("/") and len(path) <= LONGEST_PATH:
        return None
    return f"Health check path '{path}' must begin with a '/' and have at most {LONGEST_PATH} characters"


def _matcher(matcher: Any, group: str) -> str | None:
    codes = (matcher or {}).get("HttpCode") if isinstance(matcher, dict) else matcher
    if not codes:
        return None
    most = 599 if group in TRANSPORT else 499
    for part in str(codes).split(","):
        ends = part.split("-")
        fits = re.fullmatch(r"\d{3}(-\d{3})?", part) and all(200 <= int(end) <= most for end in ends)
        if not fits or int(ends[0]) > int(ends[-1]):
            return f"Health check matcher HTTP code '{codes}' must be within '200-{most}' inclusive"
    return None
