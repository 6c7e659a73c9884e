"""Instance records: their place in the network, what they hold, how they are forgotten."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from typing import Any

from region.base import contract
from region.base.emulator import ec2, get_region
from region.base.settings import current as settings
from region.instances import images, states
from region.instances.addresses import Allocator
from region.instances.query import Refused

EC2 = "ministack.services.ec2"
for _name in (
    "_instances",
    "_subnets",
    "_volumes",
    "_tags",
    "_DEFAULT_SUBNET_ID",
    "_iam_instance_profile_associations",
):
    contract.expect(EC2, _name)


def settle(instance: states.Instance, allocator: Allocator, requested: str | None = None) -> None:
    """Gives a new record its state, zone, address and root disk; SubnetFull when no address is left."""
    states.enter(instance, "pending")
    subnet = ec2._subnets.get(instance["SubnetId"]) or ec2._subnets[ec2._DEFAULT_SUBNET_ID]
    instance["SubnetId"] = subnet["SubnetId"]
    instance["VpcId"] = subnet["VpcId"]
    instance["Placement"]["AvailabilityZone"] = subnet["AvailabilityZone"]
    used = in_use(ec2._instances.all_values(), instance)
    if requested in used:
        raise Refused("InvalidIPAddress.InUse", f"Address {requested} is in use.")
    address = requested or allocator.take(subnet["CidrBlock"], used)
    instance["PrivateIpAddress"] = address
    instance["PrivateDnsName"] = f"ip-{address.replace('.', '-')}.{get_region()}.compute.internal"
    # Nothing outside reaches a local instance, so none has a public address.
    instance["PublicIpAddress"] = instance["PublicDnsName"] = ""
    image = images.registered(instance["ImageId"])
    if image:
        instance["Architecture"] = image["Architecture"]
        instance["RootDeviceName"] = image["RootDeviceName"]
    for volume in _volumes(instance):
        volume["AvailabilityZone"] = subnet["AvailabilityZone"]
        volume["SnapshotId"] = images.root_snapshot(image) if image else ""
    instance["_process"] = bool(image) and ipaddress.IPv4Address(address) in settings.vpc_cidr


def in_use(instances: Iterable[states.Instance], but: states.Instance) -> set[str]:
    """The addresses that others hold. One that is about to be terminated has given its own back already: it
    has an empty one, as has a launch that asks for none.
    """
    holding = (one for one in instances if one is not but and states.name(one) != "terminated")
    return set(filter(None, (one["PrivateIpAddress"] for one in holding)))


def find(instance_id: str) -> states.Instance | None:
    return ec2._instances.get(instance_id)


def require(instance_id: str) -> states.Instance:
    """The record of an instance; Refused as EC2 refuses one that is unknown."""
    instance = find(instance_id)
    if instance is None:
        if not re.fullmatch(r"i-([0-9a-f]{8}|[0-9a-f]{17})", instance_id):
            raise Refused("InvalidInstanceID.Malformed", f'Invalid id: "{instance_id}"')
        raise Refused("InvalidInstanceID.NotFound", f"The instance ID '{instance_id}' does not exist")
    return instance


def has_process(instance: states.Instance) -> bool:
    """Whether there is a real process: launched of a registered image, in the region's own VPC."""
    return bool(instance.get("_process"))


def release(instance: states.Instance) -> None:
    """Removes a terminated instance's root disk; its address is free by its state."""
    for volume in _volumes(instance):
        ec2._volumes.pop(volume["VolumeId"], None)
    instance["BlockDeviceMappings"] = []
    instance["_lastAddress"] = instance["PrivateIpAddress"]
    instance["PrivateIpAddress"] = instance["PrivateDnsName"] = ""


def forget(instance: states.Instance) -> None:
    """Removes the record and everything that belongs to it."""
    for volume in _volumes(instance):
        ec2._volumes.pop(volume["VolumeId"], None)
    instance_id = instance["InstanceId"]
    for key, association in ec2._iam_instance_profile_associations.items():
        if association["InstanceId"] == instance_id:
            ec2._iam_instance_profile_associations.pop(key, None)
    ec2._tags.pop(instance_id, None)
    ec2._instances.pop(instance_id, None)


def _volumes(instance: states.Instance) -> list[dict[str, Any]]:
    ids = [mapping["Ebs"]["VolumeId"] for mapping in instance["BlockDeviceMappings"] if "Ebs" in mapping]
    return [ec2._volumes[volume_id] for volume_id in ids if volume_id in ec2._volumes]
