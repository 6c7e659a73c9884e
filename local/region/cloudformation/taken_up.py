"""Security groups that a stack takes up: the emulator imports other types only."""

from __future__ import annotations

from typing import Any

from region.base import contract, patch
from region.base.emulator import ec2, provisioners
from region.cloudformation.resource import PROVISIONERS, Created

CHANGE_SETS = "ministack.services.cloudformation.changesets"
contract.expect(CHANGE_SETS, "_IMPORT_LOOKUPS")
contract.expect(PROVISIONERS, "_RESOURCE_HANDLERS")
contract.expect("ministack.services.ec2", "_security_groups")

GROUP = "AWS::EC2::SecurityGroup"


def _import(identifier: dict[str, str]) -> Created:
    group = identifier["Id"]
    vpc: dict[str, Any] = ec2._security_groups[group]
    return group, {"Id": group, "GroupId": group, "VpcId": vpc["VpcId"]}


def _problem(group: str) -> str | None:
    if group in ec2._security_groups:
        return None
    return f"Resource of type '{GROUP}' with identifier '{group}' was not found."


def install() -> None:
    provisioners._RESOURCE_HANDLERS[GROUP]["import"] = _import
    patch.entry(CHANGE_SETS, "_IMPORT_LOOKUPS", GROUP, (("Id",), _problem))
