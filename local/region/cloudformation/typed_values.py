"""Values of parameters with a type of EC2's, such as AWS::EC2::VPC::Id: what they name has to exist.

AWS takes the call and rolls the stack back at once, "Parameter validation failed: parameter value vpc-1 for
parameter name VpcId does not exist"; here the call itself is refused with that sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from region.base import contract, patch
from region.base.emulator import ec2
from region.instances import images

_MODULES = tuple(f"ministack.services.cloudformation.{name}" for name in ("engine", "handlers", "changesets"))
for _module in _MODULES:
    contract.expect(_module, "_resolve_parameters")
_STORES = {
    "Instance::Id": "_instances",
    "SecurityGroup::Id": "_security_groups",
    "Subnet::Id": "_subnets",
    "VPC::Id": "_vpcs",
    "Volume::Id": "_volumes",
    "KeyPair::KeyName": "_key_pairs",
}
for _store in _STORES.values():
    contract.expect("ministack.services.ec2", _store)

_TYPE = re.compile(r"(?:List<)?AWS::EC2::(\w+::\w+)>?")


def _resolve(
    original: Callable[..., dict[str, Any]],
    template: dict[str, Any],
    provided_params: list[dict[str, Any]],
    previous_params: dict[str, Any] | None = None,
) -> dict[str, Any]:
    resolved = original(template, provided_params, previous_params)
    missing = [
        f"parameter value {value} for parameter name {name} does not exist"
        for name, parameter in resolved.items()
        for value in _unknown(str(parameter.get("Type", "")), str(parameter["Value"]))
    ]
    # ValidateTemplate gives no values: there is nothing to look up.
    if missing and provided_params:
        raise ValueError(f"Parameter validation failed: {', '.join(missing)}")
    return resolved


def _unknown(kind: str, value: str) -> list[str]:
    match = _TYPE.fullmatch(kind)
    if match is None:
        return []
    values = [one.strip() for one in value.split(",")] if kind.startswith("List<") else [value]
    return [one for one in values if not _exists(match[1], one)]


def _exists(kind: str, value: str) -> bool:
    if kind == "Image::Id":
        return images.registered(value) is not None or any(value == stub[0] for stub in ec2._STUB_AMIS)
    store = _STORES.get(kind)
    return store is None or value in getattr(ec2, store)


def install() -> None:
    for module in _MODULES:
        patch.wrap(module, "_resolve_parameters", _resolve)
