"""The brokers of a cluster: how many run here, where each is, and its folder."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from region.base import contract
from region.base.emulator import ec2
from region.base.settings import current as settings
from region.kafka import trust
from region.kafka.refusals import bad
from region.kafka.wanted import Wanted

contract.expect("ministack.services.ec2", "_subnets")

# Addresses of a subnet that instances never get; `.10` is the network load balancer's.
_OFFSETS = (11, 12, 13, 14, 15, 5, 6, 7, 8, 9)
# How many controllers there are; two would be no better than one.
VOTERS = 3


@dataclass(frozen=True)
class Member:
    """One broker: `number` counts from 1."""

    number: int
    addresses: tuple[str, ...]
    voters: int
    zone: str
    home: Path
    wanted: Wanted
    secret_name: str
    cluster: str

    @property
    def address(self) -> str:
        return self.addresses[self.number - 1]

    @property
    def votes(self) -> bool:
        """Whether it is also one of the controllers, which are machines of their own on MSK."""
        return self.number <= self.voters


def running(wanted: Wanted) -> int:
    """How many brokers run: as many as were asked for, or NANOFLEET_KAFKA_BROKERS."""
    return min(wanted.brokers, settings.kafka_brokers or wanted.brokers)


def place(wanted: Wanted, count: int, taken: Iterable[str], have: Iterable[str] = ()) -> list[str]:
    """Addresses for `count` brokers, each in the next subnet; the ones that are there stay."""
    used, found = set(taken), list(have)
    for number in range(len(found), count):
        subnet = ec2._subnets[wanted.subnets[number % len(wanted.subnets)]]
        network = ipaddress.IPv4Network(subnet["CidrBlock"])
        free = [str(network[offset]) for offset in _OFFSETS if str(network[offset]) not in used]
        if not free:
            raise bad(f"No address is left for a broker in {subnet['SubnetId']}.", "clientSubnets")
        found.append(free[0])
        used.add(free[0])
    return found


def of(record: dict[str, Any], wanted: Wanted) -> list[Member]:
    """All brokers of a cluster's record."""
    home = trust.folder() / record["ClusterArn"].rsplit("/", 1)[-1]
    addresses = tuple(record["Addresses"])
    return [
        Member(
            number=number,
            addresses=addresses,
            voters=record["Voters"],
            zone=str(ec2._subnets[wanted.subnets[(number - 1) % len(wanted.subnets)]]["AvailabilityZone"]),
            home=home / f"broker-{number}",
            wanted=wanted,
            secret_name=record["Secret"],
            cluster=record["ClusterName"],
        )
        for number in range(1, len(addresses) + 1)
    ]
