"""What EC2 says of an account and a region before anything is launched: types, where they are, encryption."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

from region.base import contract, patch
from region.base.emulator import ec2
from region.base.settings import current as settings
from region.instances.query import Parameters, Refused, Response, answering, filters, first, listed

EC2 = "ministack.services.ec2"
contract.expect(EC2, "_ACTION_MAP")
contract.expect(EC2, "_xml", "(status, root_tag, inner)")
contract.expect_entry(EC2, "_ACTION_MAP", "DescribeInstanceTypes", "(p)")
contract.expect_entry(EC2, "_ACTION_MAP", "CreateSubnet", "(p)")
PROVISIONERS = "ministack.services.cloudformation.provisioners"
contract.expect(PROVISIONERS, "_ec2_subnet_zone", "(props)")

# vCPUs by size, and the families that have them (EC2 page "Instance types").
_VCPUS = {
    "nano": 2,
    "micro": 2,
    "small": 2,
    "medium": 2,
    "large": 2,
    "xlarge": 4,
    "2xlarge": 8,
    "4xlarge": 16,
}
_SMALLER = {("t2", "nano"): 1, ("t2", "micro"): 1, ("t2", "small"): 1}
_FAMILIES = {
    **{family: ("x86_64", 7) for family in ("t2", "t3", "t3a")},
    "t4g": ("arm64", 7),
    **{family: ("x86_64", 4) for family in ("m5", "m6i", "m7i", "c5", "c6i", "c7i", "r5", "r6i", "r7i")},
    **{family: ("arm64", 5) for family in ("m6g", "m7g", "c6g", "c7g", "r6g", "r7g")},
}


def _describe(name: str) -> tuple[str, int] | None:
    """Architecture and vCPUs of a type; None when there is no such type here."""
    match = re.fullmatch(r"([a-z0-9]+)\.([a-z0-9]+)", name)
    if match is None or match[1] not in _FAMILIES or match[2] not in _VCPUS:
        return None
    return _FAMILIES[match[1]][0], _SMALLER.get((match[1], match[2]), _VCPUS[match[2]])


def _types(parameters: Parameters) -> Response:
    asked = listed(parameters, "InstanceType") or ["t3.micro", "t3.small", "t4g.micro", "t4g.small"]
    unknown = [name for name in asked if _describe(name) is None]
    if unknown:
        raise Refused(
            "InvalidInstanceType",
            f"The following supplied instance types do not exist: [{', '.join(unknown)}]",
        )
    items = ""
    for name in asked:
        architecture, vcpus = _describe(name) or ("", 0)
        items += (
            f"<item><instanceType>{name}</instanceType><currentGeneration>true</currentGeneration>"
            f"<hypervisor>nitro</hypervisor><processorInfo><supportedArchitectures><item>{architecture}</item>"
            f"</supportedArchitectures></processorInfo><vCpuInfo><defaultVCpus>{vcpus}</defaultVCpus></vCpuInfo>"
            "</item>"
        )
    return _answer("DescribeInstanceTypes", f"<instanceTypeSet>{items}</instanceTypeSet>")


def _offerings(parameters: Parameters) -> Response:
    kind = first(parameters, "LocationType") or "region"
    if kind not in ("region", "availability-zone"):
        raise Refused("InvalidParameterValue", f"Value ({kind}) for parameter LocationType is invalid.")
    places = [settings.region] if kind == "region" else [settings.region + zone for zone in settings.zones]
    wanted = filters(parameters)
    unknown = set(wanted) - {"instance-type", "location"}
    if unknown:
        raise Refused("InvalidParameterValue", f"The filter '{min(unknown)}' is invalid")
    names = [name for name in wanted.get("instance-type", ["t3.micro", "t3.small"]) if _describe(name)]
    chosen = [place for place in places if place in wanted.get("location", places)]
    items = "".join(
        f"<item><instanceType>{escape(name)}</instanceType><location>{place}</location>"
        f"<locationType>{kind}</locationType></item>"
        for name in names
        for place in chosen
    )
    return _answer(
        "DescribeInstanceTypeOfferings", f"<instanceTypeOfferingSet>{items}</instanceTypeOfferingSet>"
    )


def _refuse_zone(zone: str) -> str | None:
    """EC2's sentence for a subnet in a zone that the account does not see."""
    zones = [settings.region + letter for letter in settings.zones]
    if zone in zones:
        return None
    return (
        f"Value ({zone}) for parameter availabilityZone is invalid. Subnets can currently only be created in "
        f"the following availability zones: {', '.join(zones)}."
    )


def _create_subnet(original: Callable[..., Response], parameters: Parameters) -> Response:
    zone = first(parameters, "AvailabilityZone")
    if zone and (problem := _refuse_zone(zone)):
        raise Refused("InvalidParameterValue", problem)
    return original(parameters)


def _subnet_zone(original: Callable[..., str], properties: dict[str, Any]) -> str:
    zone = original(properties)
    if problem := _refuse_zone(zone):
        raise ValueError(problem)
    return zone


def _encryption(_parameters: Parameters) -> Response:
    return _answer("GetEbsEncryptionByDefault", "<ebsEncryptionByDefault>false</ebsEncryptionByDefault>")


def _key(_parameters: Parameters) -> Response:
    return _answer("GetEbsDefaultKmsKeyId", "<kmsKeyId>alias/aws/ebs</kmsKeyId>")


def _answer(action: str, inner: str) -> Response:
    return ec2._xml(200, f"{action}Response", inner)


def install() -> None:
    for action, handler in (
        ("DescribeInstanceTypes", _types),
        ("DescribeInstanceTypeOfferings", _offerings),
        ("GetEbsEncryptionByDefault", _encryption),
        ("GetEbsDefaultKmsKeyId", _key),
    ):
        patch.entry(EC2, "_ACTION_MAP", action, answering(handler))
    subnet = patch.entry(EC2, "_ACTION_MAP", "CreateSubnet", None)
    patch.entry(EC2, "_ACTION_MAP", "CreateSubnet", answering(functools.partial(_create_subnet, subnet)))
    patch.wrap(PROVISIONERS, "_ec2_subnet_zone", _subnet_zone)
