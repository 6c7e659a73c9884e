"""Values of parameters with a type of AWS's, such as AWS::EC2::VPC::Id: what they name has to exist.

The call is taken. CloudFormation looks the values up before it makes anything, and rolls the stack back: so
it did in published stack events, also where a parameter of Parameter Store holds the value. Somebody who may
not describe such things is told that they do not exist.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from region.base import contract, patch
from region.base.emulator import cloudformation, ec2, get_region, ssm, stacks
from region.cloudformation import service_role
from region.iam import enforcement, roles
from region.instances import images

HANDLERS = "ministack.services.cloudformation.handlers"
CHANGE_SETS = "ministack.services.cloudformation.changesets"
_DEPLOY = (
    "(stack_name, stack_id, template, param_values, disable_rollback, tags, is_update=False, "
    "previous_stack=None, retain_except_on_create=False, imports=None)"
)
for _module in (HANDLERS, CHANGE_SETS):
    contract.expect(_module, "_deploy_stack_async", _DEPLOY)
contract.expect(
    "ministack.services.cloudformation.stacks",
    "_add_event",
    "(stack_id, stack_name, logical_id, resource_type, status, reason='', physical_id='', "
    "detailed_status='')",
)
contract.expect("ministack.services.cloudformation", "_stacks")
contract.expect(
    "ministack.services.ssm", "resolve_parameter_value", "(name_or_arn, version=None, decrypt=False)"
)
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

_KIND = re.compile(r"(?:AWS::SSM::Parameter::Value<)?(List<)?AWS::EC2::(\w+::\w+)>*")
_NAME = "AWS::SSM::Parameter::Name"
# What an operation that fails gives back to the stack.
_KEPT = ("_template", "_resolved_params", "_template_body", "Parameters", "Tags", "Outputs", "_conditions")


_LOOKS = {
    "VPC": "Vpcs",
    "Subnet": "Subnets",
    "SecurityGroup": "SecurityGroups",
    "Image": "Images",
    "Instance": "Instances",
    "Volume": "Volumes",
    "KeyPair": "KeyPairs",
    "AvailabilityZone": "AvailabilityZones",
}


async def _deploy(
    original: Callable[..., Any],
    stack_name: str,
    stack_id: str,
    template: dict[str, Any],
    values: dict[str, dict[str, Any]],
    disable_rollback: bool,
    *rest: Any,
    **more: Any,
) -> None:
    stack = cloudformation._stacks[stack_name]
    missing = [
        f"parameter value {value} for parameter name {name} does not exist"
        for name, parameter in values.items()
        for value in _missing(str(parameter.get("Type", "")), str(parameter["Value"]), stack)
    ]
    if missing:
        before = more["previous_stack"] if more.get("is_update") else None
        fail(stack, f"Parameter validation failed: {', '.join(missing)}", disable_rollback, before)
        return
    await original(stack_name, stack_id, template, values, disable_rollback, *rest, **more)


def _missing(kind: str, text: str, stack: dict[str, Any]) -> list[str]:
    if kind == _NAME:
        return [] if ssm.resolve_parameter_value(text) is not None else [text]
    match = _KIND.fullmatch(kind)
    if match is None:
        return []
    values = [one.strip() for one in text.split(",")] if match[1] else [text]
    look = _LOOKS.get(match[2].partition("::")[0])
    seen = look is None or _may(f"ec2:Describe{look}", stack)
    return [one for one in values if not (seen and _exists(match[2], one))]


def _may(action: str, stack: dict[str, Any]) -> bool:
    """Whether the role of the stack may, or the caller when it has none."""
    role = service_role.role_of(stack)
    return roles.check(role, service_role.SESSION, action, "*") is None if role else enforcement.may(action)


def _exists(kind: str, value: str) -> bool:
    if kind == "Image::Id":
        return images.registered(value) is not None or any(value == stub[0] for stub in ec2._STUB_AMIS)
    if kind == "AvailabilityZone::Name":
        return value in {f"{get_region()}{letter}" for letter in "abc"}
    if kind == "SecurityGroup::GroupName":
        return any(group["GroupName"] == value for group in ec2._security_groups.values())
    store = _STORES.get(kind)
    return store is None or value in getattr(ec2, store)


def fail(stack: dict[str, Any], reason: str, disable_rollback: bool, before: dict[str, Any] | None) -> None:
    """Ends the operation before it has made anything; an update leaves the stack as it was."""

    def tell(status: str, why: str = "") -> None:
        place = (stack["StackId"], stack["StackName"], stack["StackName"])
        stacks._add_event(*place, "AWS::CloudFormation::Stack", status, why, stack["StackId"])
        stack["StackStatus"], stack["StackStatusReason"] = status, why

    if before is not None:
        stack.update({key: before[key] for key in _KEPT if key in before})
    if disable_rollback:
        tell("CREATE_FAILED" if before is None else "UPDATE_FAILED", reason)
    elif before is None:
        tell("ROLLBACK_IN_PROGRESS", f"{reason}. Rollback requested by user.")
        tell("ROLLBACK_COMPLETE")
    else:
        tell("UPDATE_ROLLBACK_IN_PROGRESS", reason)
        tell("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
        tell("UPDATE_ROLLBACK_COMPLETE")


def install() -> None:
    for module in (HANDLERS, CHANGE_SETS):
        patch.wrap(module, "_deploy_stack_async", _deploy)
