"""The tree of values that the metadata service shows: `/latest/meta-data/…`, user data, identity document."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from functools import partial

from region.base import contract
from region.base.emulator import ec2
from region.base.partition import DOMAIN, NAME
from region.base.settings import current as settings
from region.instances import states
from region.instances.user_data import user_data
from region.metadata import credentials

contract.expect("ministack.services.ec2", "_tags")
contract.expect("ministack.services.ec2", "_vpcs")
contract.expect("ministack.services.ec2", "_az_id_for_zone_name", "(zone_name)")

Values = dict[str, Callable[[], "str | None"]]

_contributors: list[Callable[[states.Instance], Values]] = []


def contribute(values: Callable[[states.Instance], Values]) -> None:
    """Also shows what `values` says about an instance; for rooms that know more about it than EC2."""
    _contributors.append(values)


def look_up(instance: states.Instance, path: str) -> str | None:
    """The value at `path` (`/latest/…` or a dated version), a listing for a folder, None if there is none."""
    parts = [part for part in path.split("/") if part]
    if not parts:
        return "latest"
    values = _values(instance)
    key = "/".join(parts[1:])
    if key in values:
        return values[key]()
    return _listing(values, key)


def _listing(values: Values, folder: str) -> str | None:
    """Names below `folder`, those with more below them marked by `/`, one per line."""
    prefix = f"{folder}/" if folder else ""
    below = [key[len(prefix) :] for key in values if key.startswith(prefix)]
    names = {name.partition("/")[0] + ("/" if "/" in name else "") for name in below}
    return "\n".join(sorted(names)) if names else None


def _values(instance: states.Instance) -> Values:
    zone = instance["Placement"]["AvailabilityZone"]
    values: dict[str, str] = {
        "meta-data/ami-id": instance["ImageId"],
        "meta-data/ami-launch-index": str(instance["AmiLaunchIndex"]),
        "meta-data/hostname": instance["PrivateDnsName"],
        "meta-data/instance-action": "none",
        "meta-data/instance-id": instance["InstanceId"],
        "meta-data/instance-life-cycle": "on-demand",
        "meta-data/instance-type": instance["InstanceType"],
        "meta-data/local-hostname": instance["PrivateDnsName"],
        "meta-data/local-ipv4": instance["PrivateIpAddress"],
        "meta-data/mac": _mac(instance),
        "meta-data/placement/availability-zone": zone,
        "meta-data/placement/availability-zone-id": ec2._az_id_for_zone_name(zone),
        "meta-data/placement/region": zone[:-1],
        "meta-data/reservation-id": f"r-{instance['InstanceId'][2:]}",
        "meta-data/security-groups": "\n".join(group["GroupName"] for group in instance["SecurityGroups"]),
        "meta-data/services/domain": DOMAIN,
        "meta-data/services/partition": NAME,
    }
    lazy: Values = {key: partial(str, value) for key, value in values.items()}
    interface = f"meta-data/network/interfaces/macs/{_mac(instance)}"
    lazy[f"{interface}/vpc-ipv4-cidr-blocks"] = lambda: _blocks(instance)
    lazy["dynamic/instance-identity/document"] = lambda: _document(instance, zone)
    if instance.get("UserData"):
        lazy["user-data"] = lambda: user_data(instance).decode("utf-8", "replace")
    options: dict[str, str] = instance.get("MetadataOptions") or {}
    if options.get("InstanceMetadataTags") == "enabled":
        for tag in ec2._tags.get(instance["InstanceId"], []):
            lazy[f"meta-data/tags/instance/{tag['Key']}"] = partial(str, tag["Value"])
    lazy |= _role_values(instance)
    for contributor in _contributors:
        lazy |= contributor(instance)
    return lazy


def _mac(instance: states.Instance) -> str:
    """EC2 gives locally administered addresses; ours is made from the private one."""
    return ":".join(["0a", "00", *(f"{int(part):02x}" for part in instance["PrivateIpAddress"].split("."))])


def _blocks(instance: states.Instance) -> str | None:
    vpc: dict[str, str] = ec2._vpcs.get(instance["VpcId"]) or {}
    return vpc.get("CidrBlock")


def _role_values(instance: states.Instance) -> Values:
    profile = instance.get("IamInstanceProfile")
    if not profile:
        return {}
    role = credentials.role_of(instance)
    info = {
        "Code": "Success",
        "LastUpdated": _now(),
        "InstanceProfileArn": profile["Arn"],
        "InstanceProfileId": profile["Id"],
    }
    values: Values = {"meta-data/iam/info": lambda: json.dumps(info, indent=2)}
    if role:
        path = f"meta-data/iam/security-credentials/{role['RoleName']}"
        values[path] = lambda: json.dumps(credentials.of_instance(instance, role), indent=2)
    return values


def _document(instance: states.Instance, zone: str) -> str:
    return json.dumps(
        {
            "accountId": settings.account,
            "architecture": instance["Architecture"],
            "availabilityZone": zone,
            "imageId": instance["ImageId"],
            "instanceId": instance["InstanceId"],
            "instanceType": instance["InstanceType"],
            "pendingTime": instance["LaunchTime"],
            "privateIp": instance["PrivateIpAddress"],
            "region": zone[:-1],
            "version": "2017-09-30",
        },
        indent=2,
    )


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
