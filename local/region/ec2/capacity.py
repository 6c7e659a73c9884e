"""What an account may start: the architecture of instance types, their processors, the account's quotas.

Amazon EC2 User Guide, "Naming conventions", "On-Demand Instance quotas" and "Error codes".
"""

from __future__ import annotations

import re
from collections.abc import Callable

from region.base import contract, patch, quotas
from region.base.emulator import ec2
from region.instances import images, states
from region.instances.query import Parameters, Refused, Response, answering, first, number

EC2 = "ministack.services.ec2"
contract.expect(EC2, "_addresses")
contract.expect_entry(EC2, "_ACTION_MAP", "AllocateAddress", "(p)")

_TYPE = re.compile(r"([a-z]+)\d+([a-z-]*)\.(?:(\d*)(nano|micro|small|medium|large|xlarge|metal))")
# Families of the quota "Running On-Demand Standard instances".
_STANDARD = set("acdhimrtz")
_REQUEST = "http://aws.amazon.com/contact-us/ec2-request"


def architecture_of(instance_type: str) -> str:
    """A `g` behind the generation is a Graviton processor."""
    match = _TYPE.match(instance_type)
    family, letters = (match[1], match[2]) if match else ("", "")
    return "arm64" if "g" in letters or family == "a" else "x86_64"


def processors_of(instance_type: str) -> int:
    match = _TYPE.match(instance_type)
    if match is None:
        return 2
    family, letters, times, size = match.groups()
    if size in ("xlarge", "metal"):
        return 4 * int(times or 1) if size == "xlarge" else 96
    one = instance_type.startswith(("t2.nano", "t2.micro", "t2.small"))
    # Graviton's medium has one processor, but for the burstable families.
    one = one or (
        size == "medium" and family != "t" and architecture_of(f"{family}1{letters}.medium") == "arm64"
    )
    return 1 if one else 2


def check(parameters: Parameters) -> None:
    """Refused when the image is of another architecture, or the account has no processors left."""
    kind = first(parameters, "InstanceType") or "m1.small"
    image = images.registered(first(parameters, "ImageId"))
    _check_architecture(kind, str((image or {}).get("Architecture") or ""))
    _check_processors(kind, number(parameters, "MaxCount", 1))


def _check_architecture(kind: str, wanted: str) -> None:
    if wanted in ("", architecture_of(kind)):
        return
    raise Refused(
        "InvalidParameterValue",
        f"The architecture '{architecture_of(kind)}' of the specified instance type does not match the "
        f"architecture '{wanted}' of the specified AMI. Specify an instance type and an AMI that have "
        "matching architectures, and try again. You can use 'describe-instance-types' or "
        "'describe-images' to discover the architecture of the instance type or AMI.",
    )


def _check_processors(kind: str, count: int) -> None:
    quota = quotas.imposed(quotas.PROCESSORS)
    if quota is None or kind[0] not in _STANDARD:
        return
    running = [
        processors_of(instance["InstanceType"])
        for instance in ec2._instances.values()
        if states.name(instance) in ("pending", "running") and instance["InstanceType"][0] in _STANDARD
    ]
    if sum(running) + count * processors_of(kind) > quota:
        raise Refused(
            "VcpuLimitExceeded",
            f"You have requested more vCPU capacity than your current vCPU limit of {quota:.0f} "
            "allows for the instance bucket that the specified instance type belongs to. Please visit "
            f"{_REQUEST} to request an adjustment to this limit.",
        )


def _allocate(original: Callable[[Parameters], Response], parameters: Parameters) -> Response:
    quota = quotas.imposed(quotas.ADDRESSES)
    if quota is not None and quota <= len(ec2._addresses):
        raise Refused("AddressLimitExceeded", "The maximum number of addresses has been reached.")
    return original(parameters)


def install() -> None:
    patch.wrap_entry(EC2, "_ACTION_MAP", "AllocateAddress", answering(_allocate))
