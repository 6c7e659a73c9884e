"""Which ports of one place another place reaches, by the security groups of both.

Amazon VPC User Guide, "Security group rules": everything is closed that no rule opens, the groups of a place
add up, and a connection takes a rule at both ends. Prefix lists name services of AWS, which are no places
here.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

Rule = dict[str, Any]
Ports = list[tuple[int, int]]
"""Ranges, both ends included, sorted and apart."""

ALL: Ports = [(0, 65535)]
_NUMBERS = {"6": "tcp", "17": "udp"}


@dataclass(frozen=True)
class Place:
    """Something with an address. Without a group, as a network load balancer may be, it is open."""

    address: str
    groups: frozenset[str]


def between(caller: Place, target: Place, groups: dict[str, Rule], protocol: str = "tcp") -> Ports:
    """The ports of `target` that `caller` reaches; `groups` are EC2's records by id."""
    leaving = _opened(caller, target, groups, "IpPermissionsEgress", protocol)
    entering = _opened(target, caller, groups, "IpPermissions", protocol)
    return _common(leaving, entering)


def _opened(own: Place, other: Place, groups: dict[str, Rule], side: str, protocol: str) -> Ports:
    if not own.groups:
        return ALL
    rules: list[Rule] = []
    for name in own.groups:
        rules.extend(groups.get(name, {}).get(side) or [])
    return _merged(_ports(rule) for rule in rules if _speaks(rule, protocol) and _names(rule, other))


def _speaks(rule: Rule, protocol: str) -> bool:
    known = str(rule.get("IpProtocol", "-1"))
    return known == "-1" or _NUMBERS.get(known, known) == protocol


def _names(rule: Rule, other: Place) -> bool:
    pairs: list[Rule] = rule.get("UserIdGroupPairs") or []
    ranges: list[Rule] = rule.get("IpRanges") or []
    by_group = any(pair.get("GroupId") in other.groups for pair in pairs)
    return by_group or any(_holds(one.get("CidrIp") or "", other.address) for one in ranges)


@cache
def _holds(cidr: str, address: str) -> bool:
    try:
        return ipaddress.IPv4Address(address) in ipaddress.IPv4Network(cidr, strict=False)
    except ValueError:
        return False


def _ports(rule: Rule) -> tuple[int, int]:
    if str(rule.get("IpProtocol", "-1")) == "-1":
        return ALL[0]
    low = int(rule.get("FromPort", 0))
    return low, int(rule.get("ToPort", low))


def _merged(ranges: Iterable[tuple[int, int]]) -> Ports:
    found: Ports = []
    for low, high in sorted(ranges):
        if found and low <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(high, found[-1][1]))
        else:
            found.append((low, high))
    return found


def _common(one: Ports, other: Ports) -> Ports:
    both = [(max(a, c), min(b, d)) for a, b in one for c, d in other]
    return _merged((low, high) for low, high in both if low <= high)


def holds(ports: Iterable[tuple[int, int]], port: int) -> bool:
    return any(low <= port <= high for low, high in ports)
