"""What a cluster is asked to be, by the properties of its template: what MSK refuses of them.

Sentences: aws/aws-cdk#25565 (versions), hashicorp/terraform-provider-aws#35151 (machines); those about zones
and subnets are MSK's as public threads quote them, the others are ours.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from region.authorities import records as authorities
from region.authorities.refusals import Refused as UnknownAuthority
from region.base import contract
from region.base.emulator import ec2
from region.kafka import configurations, offered
from region.kafka.refusals import bad

contract.expect("ministack.services.ec2", "_subnets")
contract.expect("ministack.services.ec2", "_security_groups")

LARGEST_VOLUME = 16384


@dataclass(frozen=True)
class Wanted:
    name: str
    version: str
    brokers: int
    machine: str
    volume: int
    subnets: tuple[str, ...]
    groups: tuple[str, ...]
    configuration: tuple[str, int] | None
    authorities: tuple[str, ...]
    """Whose certificates let clients in; without one nobody has to show any."""
    anonymous: bool
    plaintext: bool
    tls: bool


def read(properties: dict[str, Any], check: bool = True) -> Wanted:
    """The properties of an AWS::MSK::Cluster; Refused as MSK refuses them, unless checked before."""
    nodes = properties["BrokerNodeGroupInfo"]
    access = properties.get("ClientAuthentication") or {}
    tls = access.get("Tls") or {}
    listed = [str(one) for one in tls.get("CertificateAuthorityArnList") or []]
    transit = ((properties.get("EncryptionInfo") or {}).get("EncryptionInTransit") or {}).get(
        "ClientBroker"
    ) or "TLS"
    configuration = properties.get("ConfigurationInfo") or {}
    storage = (nodes.get("StorageInfo") or {}).get("EBSStorageInfo") or {}
    wanted = Wanted(
        name=str(properties["ClusterName"]),
        version=str(properties["KafkaVersion"]),
        brokers=int(properties["NumberOfBrokerNodes"]),
        machine=str(nodes["InstanceType"]),
        volume=int(storage.get("VolumeSize") or 100),
        subnets=tuple(map(str, nodes["ClientSubnets"])),
        groups=tuple(map(str, nodes.get("SecurityGroups") or ())),
        configuration=(str(configuration["Arn"]), int(configuration["Revision"])) if configuration else None,
        authorities=tuple(listed) if _is_on(tls, bool(listed)) else (),
        anonymous=_is_on(access.get("Unauthenticated") or {}, not access),
        plaintext=transit != "TLS",
        tls=transit != "PLAINTEXT",
    )
    if check:
        _check(wanted)
        _check_access(wanted, access)
    return wanted


def _is_on(part: dict[str, Any], otherwise: bool) -> bool:
    return str(part.get("Enabled", otherwise)).lower() == "true"


def _check(wanted: Wanted) -> None:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}", wanted.name):
        raise bad("The parameter value contains one or more characters that are not valid.", "clusterName")
    if wanted.version not in offered.VERSIONS:
        raise configurations.unsupported(wanted.version)
    if wanted.machine not in offered.MACHINES:
        known = ", ".join(sorted(offered.MACHINES))
        raise bad(f"Unsupported InstanceType specified. Valid values: [{known}]", "instanceType")
    if not 1 <= wanted.volume <= LARGEST_VOLUME:
        raise bad(f"The volume size must be between 1 GiB and {LARGEST_VOLUME} GiB.", "volumeSize")
    _check_places(wanted)
    if wanted.configuration:
        configurations.properties(*wanted.configuration)


def _check_places(wanted: Wanted) -> None:
    if len(set(wanted.subnets)) not in (2, 3):
        raise bad("Specify either two or three client subnets.", "clientSubnets")
    subnets = [ec2._subnets.get(one) for one in wanted.subnets]
    if None in subnets:
        raise bad("One or more subnets aren't valid.", "clientSubnets")
    zones = {one["AvailabilityZone"] for one in subnets}
    if len(zones) != len(subnets):
        raise bad(
            "The number of Availability Zones in the BrokerAZDistribution parameter must be equal to the"
            " number of client subnets.",
            "clientSubnets",
        )
    if wanted.brokers % len(subnets):
        raise bad(
            "The number of broker nodes must be a multiple of Availability Zones in the Client Subnets"
            " parameter.",
            "numberOfBrokerNodes",
        )
    if any(group not in ec2._security_groups for group in wanted.groups):
        raise bad("One or more security groups aren't valid.", "securityGroups")


def _check_access(wanted: Wanted, access: dict[str, Any]) -> None:
    sasl = access.get("Sasl") or {}
    if any(_is_on(sasl.get(kind) or {}, False) for kind in ("Iam", "Scram")):
        raise bad("The local region's brokers know certificates only, not SASL.", "sasl")
    if not wanted.authorities and not wanted.anonymous:
        raise bad("Specify at least one client authentication method.", "clientAuthentication")
    for arn in wanted.authorities:
        try:
            record = authorities.read(arn)
        except UnknownAuthority as cause:
            raise bad(f"The certificate authority {arn} doesn't exist.", "tls") from cause
        if record["Status"] != "ACTIVE":
            raise bad(f"The certificate authority {arn} isn't active.", "tls")
