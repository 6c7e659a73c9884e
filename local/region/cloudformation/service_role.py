"""A stack that was given a role changes its resources with that role's permissions, and with nobody else's.

AWS CloudFormation User Guide, "AWS CloudFormation service role": the role stays with the stack until another
one is given. A stack without one uses the caller's permissions, which are not checked here.
"""

from __future__ import annotations

import contextvars
from collections.abc import Callable
from typing import Any

from region.base import contract, patch
from region.base.emulator import change_sets, cloudformation
from region.cloudformation import handler_calls, replacement, role_calls
from region.cloudformation.change import Change, Properties, tags
from region.cloudformation.resource import ResourceFailed
from region.iam import roles

STACKS = "ministack.services.cloudformation.stacks"
HANDLERS = "ministack.services.cloudformation.handlers"
CHANGE_SETS = "ministack.services.cloudformation.changesets"
for _action in ("CreateStack", "UpdateStack", "DeleteStack", "CreateChangeSet", "ExecuteChangeSet"):
    contract.expect_entry(HANDLERS, "_ACTION_HANDLERS", _action, "(params)")
contract.expect(STACKS, "_provision_keeping_seed", "(*args)")
contract.expect(STACKS, "_update_keeping_seed", "(*args)")
contract.expect(
    STACKS, "_delete_resource", "(resource_type, physical_id, props, stack_name=None, logical_id=None)"
)
contract.expect("ministack.services.cloudformation", "_stacks")
contract.expect("ministack.services.cloudformation", "_change_sets")
contract.expect(CHANGE_SETS, "_find_change_set", "(cs_name, stack_name='')")
contract.expect(CHANGE_SETS, "_import_resources_async", "(cs, stack, new_stack)")
contract.expect(CHANGE_SETS, "_import_resource", "(resource_type, identifier)")

# As CloudFormation calls itself in the sessions of such a role.
SESSION = "AWSCloudFormation"
_ROLE = "_region_role"
_importing: contextvars.ContextVar[str] = contextvars.ContextVar("region_importing", default="")


def install() -> None:
    for action in ("CreateStack", "UpdateStack", "DeleteStack"):
        patch.wrap_entry(HANDLERS, "_ACTION_HANDLERS", action, _remember)
    patch.wrap_entry(HANDLERS, "_ACTION_HANDLERS", "CreateChangeSet", _remember_for_later)
    patch.wrap_entry(HANDLERS, "_ACTION_HANDLERS", "ExecuteChangeSet", _take_over)
    patch.wrap(STACKS, "_provision_keeping_seed", _create)
    patch.wrap(STACKS, "_update_keeping_seed", _update)
    patch.wrap(STACKS, "_delete_resource", _delete)
    patch.wrap(CHANGE_SETS, "_import_resources_async", _import)
    patch.wrap(CHANGE_SETS, "_import_resource", _read)


def _remember(original: Callable[[dict[str, Any]], Any], params: dict[str, Any]) -> Any:
    """The work begins after the answer, so that the stack has its role by then."""
    answer = original(params)
    role, name = _first(params, "RoleARN"), _first(params, "StackName")
    stack = _stack(name.split("/")[1] if name.startswith("arn:") else name)
    if role and stack is not None and answer[0] < 400:
        stack[_ROLE] = role
    return answer


def _remember_for_later(original: Callable[[dict[str, Any]], Any], params: dict[str, Any]) -> Any:
    """The role of a change set becomes the stack's when it is executed."""
    before = set(cloudformation._change_sets)
    answer = original(params)
    for key in set(cloudformation._change_sets) - before:
        cloudformation._change_sets[key][_ROLE] = _first(params, "RoleARN")
    return answer


def _take_over(original: Callable[[dict[str, Any]], Any], params: dict[str, Any]) -> Any:
    _key, found = change_sets._find_change_set(_first(params, "ChangeSetName"), _first(params, "StackName"))
    answer = original(params)
    stack = _stack(found["StackName"]) if found else None
    if found and stack is not None and found.get(_ROLE) and answer[0] < 400:
        stack[_ROLE] = found[_ROLE]
    return answer


def role_of(stack: dict[str, Any]) -> str:
    """The role that a stack was given, empty when it has none."""
    return str(stack.get(_ROLE) or "")


def _first(params: dict[str, Any], name: str) -> str:
    value = params.get(name, "")
    return str(value[0] if isinstance(value, list) and value else value or "")


def _stack(name: str | None) -> dict[str, Any] | None:
    return cloudformation._stacks.get(name) if name else None


def _create(original: Callable[..., Any], kind: str, logical_id: str, props: Properties, stack: str) -> Any:
    _ask(Change("create", kind, stack, logical_id, new=props))
    return original(kind, logical_id, props, stack)


def _update(original: Callable[..., Any], kind: str, physical_id: str, old: Properties, *rest: Any) -> Any:
    new, stack, logical_id = rest[:3]
    if old != new and replacement.needed(kind, old, new):
        _ask(Change("create", kind, stack, logical_id, new=new))
    elif old != new:
        _ask(Change("update", kind, stack, logical_id, physical_id, old, new))
    return original(kind, physical_id, old, *rest)


def _delete(
    original: Callable[..., Any],
    resource_type: str,
    physical_id: str,
    props: Properties,
    stack_name: str | None = None,
    logical_id: str | None = None,
) -> Any:
    _ask(Change("delete", resource_type, stack_name or "", logical_id or "", physical_id, old=props))
    return original(resource_type, physical_id, props, stack_name, logical_id)


async def _import(
    original: Callable[..., Any], change_set: dict[str, Any], stack: dict[str, Any], *rest: Any
) -> Any:
    known = _importing.set(stack["StackName"])
    try:
        return await original(change_set, stack, *rest)
    finally:
        _importing.reset(known)


def _read(original: Callable[..., Any], kind: str, identifier: dict[str, str]) -> Any:
    """An import reads what it takes up."""
    _ask(Change("read", kind, _importing.get(), "", str(list(identifier.values())[-1])))
    return original(kind, identifier)


def _ask(change: Change) -> None:
    """Fails the change with the handler's sentence when the stack has a role that may not make it."""
    stack = _stack(change.stack)
    role = role_of(stack or {})
    if not stack or not role:
        return
    tagged = Change(**{**change.__dict__, "stack_tags": tags(stack)})
    calls = role_calls.needed(tagged)
    for call in handler_calls.needed(tagged) if calls is None else calls:
        denial = roles.check(role, SESSION, call.action, call.resource, call.context)
        if denial:
            raise ResourceFailed(
                f'Resource handler returned message: "{denial}" (HandlerErrorCode: AccessDenied)'
            )
