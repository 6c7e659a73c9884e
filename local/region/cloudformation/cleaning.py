"""The cleanup of an update, as stack events tell it: what was replaced or removed is deleted at the end.

CloudFormation User Guide, "Understand update behaviors of stack resources" and the status
UPDATE_COMPLETE_CLEANUP_IN_PROGRESS in "Understand stack creation events".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from region.base import contract, patch
from region.base.emulator import cloudformation, stacks

STACKS = "ministack.services.cloudformation.stacks"
contract.expect(
    STACKS, "_delete_resource", "(resource_type, physical_id, props, stack_name=None, logical_id=None)"
)
contract.expect(
    STACKS,
    "_add_event",
    "(stack_id, stack_name, logical_id, resource_type, status, reason='', physical_id='', "
    "detailed_status='')",
)

_CLEANING = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"


def _delete(
    original: Callable[..., Any],
    resource_type: str,
    physical_id: str,
    props: dict[str, Any],
    stack_name: str | None = None,
    logical_id: str | None = None,
) -> Any:
    stack = cloudformation._stacks.get(stack_name) if stack_name else None
    if stack is None or stack["StackStatus"] not in ("UPDATE_IN_PROGRESS", _CLEANING):
        return original(resource_type, physical_id, props, stack_name, logical_id)
    place = (stack["StackId"], stack_name)
    if stack["StackStatus"] != _CLEANING:
        stack["StackStatus"] = _CLEANING
        stacks._add_event(
            *place, stack_name, "AWS::CloudFormation::Stack", _CLEANING, physical_id=stack["StackId"]
        )

    def tell(status: str) -> None:
        stacks._add_event(*place, logical_id, resource_type, status, physical_id=physical_id)

    tell("DELETE_IN_PROGRESS")
    gone = original(resource_type, physical_id, props, stack_name, logical_id)
    tell("DELETE_COMPLETE")
    return gone


def install() -> None:
    patch.wrap(STACKS, "_delete_resource", _delete)
