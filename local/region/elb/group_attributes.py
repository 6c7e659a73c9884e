"""Attributes of target groups: the keys and values that ELB takes.

Elastic Load Balancing API Reference, "TargetGroupAttribute". AWS publishes no sentence for a value out of
range; ours names the key and the value.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

ALGORITHM = "load_balancing.algorithm.type"
ROUND_ROBIN = "round_robin"

_APPLICATION = ("HTTP", "HTTPS")
_CHOICES = {
    ALGORITHM: (ROUND_ROBIN, "least_outstanding_requests", "weighted_random"),
    "load_balancing.algorithm.anomaly_mitigation": ("on", "off"),
}


def problem(protocol: str, attributes: Iterable[dict[str, Any]]) -> str | None:
    """Why ELB refuses these attributes of a group with this protocol; None when it takes them."""
    for one in attributes:
        key, value = str(one.get("Key", "")), str(one.get("Value", ""))
        choices = _CHOICES.get(key)
        if choices is None:
            continue
        name = f"target group attribute '{key}'"
        if protocol not in _APPLICATION:
            return f"The {name} is not supported on target groups with protocol {protocol}"
        if value not in choices:
            return f"The value '{value}' of {name} must be one of {', '.join(choices)}"
    return None
