"""Operations of stacks that the end of the region cut short.

CloudFormation itself goes on where it was. Here the operation is not known any more, only what it was asked
for and what it has made: a creation and an update are rolled back, a deletion is taken up again.
"""

from __future__ import annotations

import asyncio
import copy
import functools
import inspect
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from region.autoscaling.groups import all_here
from region.base import contract, patch
from region.base.emulator import cloudformation, now_iso, request_scope, stacks
from region.cloudformation.typed_values import CHANGE_SETS, HANDLERS
from region.durable import restoring

logger = logging.getLogger("region.cloudformation")

STACKS = "ministack.services.cloudformation.stacks"
contract.expect(STACKS, "_delete_stack_async", "(stack_name, stack_id, retain_resources=(), force=False)")
contract.expect(
    STACKS, "_roll_back_operation", "(stack_name, stack_id, stack, operation, reason_override='')"
)

Stack = dict[str, Any]
UNDER_WAY = "_under_way"
_GROUP = "AWS::AutoScaling::AutoScalingGroup"
_WHY = "The local region ended while the stack was changed"


Work = Coroutine[Any, Any, None]


def _deploy(original: Callable[..., Work], *given: Any, **named: Any) -> Work:
    """Keeps with the stack what a rollback needs, until the operation has ended by itself.

    At once, not with the first step of the operation: the call that asks for it is answered before.
    """
    call = inspect.signature(original).bind(*given, **named)
    call.apply_defaults()
    asked = call.arguments
    before: Stack = asked["previous_stack"] or {}
    stack = cloudformation._stacks[asked["stack_name"]]
    stack[UNDER_WAY] = {
        "is_update": bool(asked["is_update"]),
        "previous_stack": asked["previous_stack"],
        "template": asked["template"],
        "param_values": asked["param_values"],
        "retain_except_on_create": bool(asked["retain_except_on_create"]),
        "stack_tags": stack.get("Tags") or [],
        "previous_tags": before.get("Tags") or [],
        "imports": asked["imports"] or {},
    }
    return _to_its_end(stack, original(*given, **named))


async def _to_its_end(stack: Stack, work: Work) -> None:
    await work
    stack.pop(UNDER_WAY, None)


def recover() -> None:
    """At the start, on the event loop: ends or takes up again what was under way."""
    for (account, region, name), stack in list(cloudformation._stacks.all_items()):
        status = str(stack.get("StackStatus"))
        if not status.endswith("_IN_PROGRESS") or status == "REVIEW_IN_PROGRESS":
            stack.pop(UNDER_WAY, None)
            continue
        with request_scope(account, region):
            work = _delete(name, stack) if status == "DELETE_IN_PROGRESS" else _roll_back(name, stack)
            asyncio.get_running_loop().create_task(work)
        restoring.say(f"stack {name} was {status}: {'deleted further' if 'DEL' in status else 'rolled back'}")


def _delete(name: str, stack: Stack) -> Work:
    return stacks._delete_stack_async(name, stack["StackId"])


async def _roll_back(name: str, stack: Stack) -> None:
    operation = copy.deepcopy(stack.get(UNDER_WAY))
    if operation is None:
        # Its first step never came: nothing was made.
        created = str(stack["StackStatus"]).startswith(("CREATE", "ROLLBACK"))
        stack["StackStatus"] = "ROLLBACK_COMPLETE" if created else "UPDATE_ROLLBACK_COMPLETE"
        stack["StackStatusReason"] = _WHY
        return
    _adopt(stack, operation["template"])
    before = (operation["previous_stack"] or {}).get("_resources", {})
    made = stack.setdefault("_resources", {})
    operation["created"] = [key for key, record in made.items() if record != before.get(key)]
    try:
        await stacks._roll_back_operation(name, stack["StackId"], stack, operation, _WHY)
    finally:
        stack.pop(UNDER_WAY, None)


def _adopt(stack: Stack, template: dict[str, Any]) -> None:
    """A group is made on a thread of its own: the stack may not have noted it yet."""
    for group in all_here():
        tags = {tag["Key"]: tag["Value"] for tag in group.get("Tags", [])}
        key = tags.get("aws:cloudformation:logical-id", "")
        if tags.get("aws:cloudformation:stack-id") != stack["StackId"] or key in stack["_resources"]:
            continue
        stack["_resources"][key] = {
            "PhysicalResourceId": group["AutoScalingGroupName"],
            "ResourceType": _GROUP,
            "ResourceStatus": "CREATE_COMPLETE",
            "LogicalResourceId": key,
            "Properties": template.get("Resources", {}).get(key, {}).get("Properties", {}),
            "Attributes": {},
            "Timestamp": now_iso(),
        }


def install() -> None:
    for module in (HANDLERS, CHANGE_SETS):
        # A plain function, which patch.wrap would turn into a coroutine.
        original = patch.replace(module, "_deploy_stack_async", None)
        patch.replace(module, "_deploy_stack_async", functools.partial(_deploy, original))
