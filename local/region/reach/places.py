"""Who has which address in the region's network, and in which security groups."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from region.base import contract
from region.base.emulator import alb, ec2
from region.instances import records, states
from region.reach.rules import Place

EC2 = "ministack.services.ec2"
for _name in ("_instances", "_security_groups", "_subnets", "_tags"):
    contract.expect(EC2, _name)
contract.expect("ministack.services.alb", "_lbs")


@dataclass(frozen=True)
class Named:
    """A place with what people call it: app and service, or else the instance's id."""

    place: Place
    instance: str
    app: str
    service: str


def instances() -> list[Named]:
    """Those with a process, from `pending` until they are gone."""
    found = [
        _named(instance_id, instance)
        for instance_id, instance in list(ec2._instances.items())
        if records.has_process(instance)
        and instance["PrivateIpAddress"]
        and states.name(instance) in ("pending", "running", "stopping", "shutting-down")
    ]
    return sorted(found, key=lambda named: named.instance)


def _named(instance_id: str, instance: states.Instance) -> Named:
    tags = {tag["Key"]: tag["Value"] for tag in ec2._tags.get(instance_id, [])}
    service = tags.get("nanofleet:service") or instance_id
    place = Place(instance["PrivateIpAddress"], groups_of(instance))
    return Named(place, instance_id, tags.get("nanofleet:app", ""), service)


def balancers() -> list[Place]:
    """The private addresses of network load balancers, which the gateway serves."""
    return [place for lb in list(alb._lbs.values()) if lb["Type"] == "network" for place in places_of(lb)]


# What other services have in the network, such as the brokers of Kafka clusters.
elsewhere: list[Callable[[], list[Place]]] = []


def others() -> list[Place]:
    """The places that are neither instances nor load balancers."""
    return [place for places in elsewhere for place in places()]


def places_of(lb: dict[str, Any]) -> list[Place]:
    """Where a load balancer's connections come from: its own addresses, or one of each of its subnets."""
    given: list[str] = lb.get("SecurityGroups") or _default_groups(lb)
    groups = frozenset(given)
    mappings: list[dict[str, Any]] = lb.get("SubnetMappings") or []
    own = [one["PrivateIPv4Address"] for one in mappings if one.get("PrivateIPv4Address")]
    return [Place(address, groups) for address in own or _any_addresses(lb)]


def groups_of(instance: states.Instance) -> frozenset[str]:
    """Its groups; one that was launched without any is in its VPC's own ("RunInstances")."""
    given: list[dict[str, str]] = instance.get("SecurityGroups") or []
    return frozenset([str(one["GroupId"]) for one in given] or _default_group(str(instance.get("VpcId"))))


def _default_groups(lb: dict[str, Any]) -> list[str]:
    """An application load balancer that names no group is in its VPC's own ("CreateLoadBalancer")."""
    given: list[str] = lb.get("Subnets") or []
    if lb["Type"] != "application" or not given:
        return []
    return default_groups(given[0])


def default_groups(subnet_id: str) -> list[str]:
    """The group that a subnet's VPC has of its own."""
    subnet: dict[str, Any] = ec2._subnets.get(subnet_id) or {}
    return _default_group(str(subnet.get("VpcId")))


def _default_group(vpc_id: str) -> list[str]:
    return [
        group_id
        for group_id, group in list(ec2._security_groups.items())
        if group["GroupName"] == "default" and group["VpcId"] == vpc_id
    ]


def _any_addresses(lb: dict[str, Any]) -> list[str]:
    given: list[str] = lb.get("Subnets") or []
    subnets = [ec2._subnets.get(subnet_id) for subnet_id in given]
    # The first four addresses of a subnet are AWS's own.
    return [str(ipaddress.IPv4Network(subnet["CidrBlock"])[4]) for subnet in subnets if subnet]


def groups() -> dict[str, Any]:
    return dict(ec2._security_groups.items())
