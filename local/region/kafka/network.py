"""Where brokers are in the region's network, and in which security groups."""

from __future__ import annotations

from region.kafka import clusters
from region.reach import places
from region.reach.rules import Place


def brokers() -> list[Place]:
    """Those of all clusters; one that names no group is in its VPC's own ("CreateCluster")."""
    found: list[Place] = []
    for record in clusters.every():
        wanted = clusters.read_kept(record)
        groups = frozenset(wanted.groups or places.default_groups(wanted.subnets[0]))
        found += [Place(address, groups) for address in record["Addresses"]]
    return found


def install() -> None:
    places.elsewhere.append(brokers)
