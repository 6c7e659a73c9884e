"""Stack policies: which resources an update may change, replace or delete.

CloudFormation User Guide, "Prevent updates to stack resources": once a stack has a policy, what it does not
allow is denied; a denial wins. A policy that an update brings along holds from its end on, one for this
update only while it lasts. Deleting the stack asks nobody. The sentences are those of public threads and of
recorded answers (localstack's test_stack_policies).
"""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Callable
from typing import Any

from region.base import contract, patch
from region.base.emulator import Response, cloudformation, cloudformation_helpers, engine, handlers, stacks
from region.cloudformation import replacement, typed_values
from region.cloudformation.resource import Properties, ResourceFailed

STACKS = "ministack.services.cloudformation.stacks"
HANDLERS = "ministack.services.cloudformation.handlers"
CHANGE_SETS = "ministack.services.cloudformation.changesets"
contract.expect(STACKS, "_update_keeping_seed", "(*args)")
for _action in ("CreateStack", "UpdateStack", "SetStackPolicy"):
    contract.expect_entry(HANDLERS, "_ACTION_HANDLERS", _action, "(params)")

Record = dict[str, Any]
_POLICY, _AFTER = "_stack_policy", "_region_policy_after"
_ACTIONS = ("Update:Modify", "Update:Replace", "Update:Delete", "Update:*", "*")
_INVALID = "Error validating stack policy: Invalid stack policy"
_BOTH = "You cannot specify both {0}URL and {0}Body"


def denial(policy: str, action: str, logical_id: str, kind: str) -> str | None:
    """Why the policy denies the action on a resource, None when it allows it."""
    statements = json.loads(policy).get("Statement") if policy else None
    if not statements:
        return None
    matching = [
        (number, statement["Effect"])
        for number, statement in enumerate(_listed(statements))
        if _matches(statement, action, logical_id, kind)
    ]
    place = f"[{action}] for resource [LogicalResourceId/{logical_id}]"
    for number, effect in matching:
        if effect == "Deny":
            return f"Action denied by stack policy: Statement [#{number}] does not allow {place};"
    return None if matching else f"Action not allowed by stack policy: no statement allows {place};"


def _matches(statement: Record, action: str, logical_id: str, kind: str) -> bool:
    actions = statement.get("Action")
    acts = _fits(actions, action) if actions is not None else not _fits(statement["NotAction"], action)
    resource = f"LogicalResourceId/{logical_id}"
    resources = statement.get("Resource")
    named = (
        _fits(resources, resource) if resources is not None else not _fits(statement["NotResource"], resource)
    )
    conditions: Record = statement.get("Condition") or {}
    return acts and named and all(_holds(operator, values, kind) for operator, values in conditions.items())


def _holds(operator: str, values: Record, kind: str) -> bool:
    wanted = _listed(values["ResourceType"])
    return kind in wanted if operator == "StringEquals" else _fits(wanted, kind)


def _fits(patterns: Any, text: str) -> bool:
    return any(fnmatch.fnmatchcase(text, str(pattern)) for pattern in _listed(patterns))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _is_valid(policy: str) -> bool:
    try:
        document = json.loads(policy)
    except ValueError:
        return False
    if not isinstance(document, dict):
        return False
    return all(isinstance(one, dict) and _is_whole(one) for one in _listed(document.get("Statement", [])))


def _is_whole(statement: Record) -> bool:
    actions = _listed(statement.get("Action", statement.get("NotAction")))
    condition = statement.get("Condition") or {}
    return (
        statement.get("Effect") in ("Allow", "Deny")
        and all(action in _ACTIONS for action in actions)
        and statement.get("Principal") == "*"
        and ("Resource" in statement) != ("NotResource" in statement)
        and all(key in ("StringEquals", "StringLike") for key in condition)
        and all(list(values) == ["ResourceType"] for values in condition.values())
    )


def _given(params: Record, name: str) -> tuple[str, Response | None]:
    """The policy of a call by body or URL, and why it is refused."""
    body, url = (str(cloudformation_helpers._p(params, f"{name}{form}")) for form in ("Body", "URL"))
    if body and url:
        return "", cloudformation_helpers._error("ValidationError", _BOTH.format(name))
    policy, problem = cloudformation_helpers._resolve_document(
        params, f"{name}Body", f"{name}URL", "Stack policy"
    )
    if problem is None and policy and not _is_valid(policy):
        problem = cloudformation_helpers._error("ValidationError", _INVALID)
    return policy or "", problem


def _set(original: Callable[..., Response], params: Record) -> Response:
    _policy, problem = _given(params, "StackPolicy")
    return problem or original(params)


def _update_stack(original: Callable[..., Response], params: Record) -> Response:
    """The work begins after the answer, so that the policy of this update is there by then."""
    following, problem = _given(params, "StackPolicy")
    during, other = _given(params, "StackPolicyDuringUpdate")
    if problem or other:
        return problem or other or original(params)
    stack = handlers._resolve_stack(str(cloudformation_helpers._p(params, "StackName"))) or {}
    before = str(stack.get(_POLICY) or "")
    answer = original(params)
    if answer[0] < 400:
        stack[_POLICY] = during or before
        stack[_AFTER] = {"done": following or before, "failed": before}
    return answer


async def _deploy(
    original: Callable[..., Any],
    stack_name: str,
    stack_id: str,
    template: Record,
    values: Record,
    disable_rollback: bool,
    *rest: Any,
    **more: Any,
) -> None:
    stack = cloudformation._stacks[stack_name]
    before = more.get("previous_stack") if more.get("is_update") else None
    denied = _removals(stack, before, template, values) if before else {}
    if denied and before:
        for logical_id, reason in denied.items():
            held = before["_resources"][logical_id]
            place = (stack_id, stack_name, logical_id, held["ResourceType"])
            stacks._add_event(*place, "UPDATE_FAILED", reason, held["PhysicalResourceId"])
        failed = f"The following resource(s) failed to update: [{', '.join(denied)}]."
        typed_values.fail(stack, failed, disable_rollback, before)
    else:
        await original(stack_name, stack_id, template, values, disable_rollback, *rest, **more)
    after = stack.pop(_AFTER, None)
    if after is not None:
        stack[_POLICY] = after["done" if stack["StackStatus"] == "UPDATE_COMPLETE" else "failed"]


def _removals(stack: Record, before: Record, template: Record, values: Record) -> dict[str, str]:
    """Why the policy denies the removal of what the new template no longer has, by logical id."""
    holds = engine._evaluate_conditions(template, values)
    wanted = {
        name
        for name, resource in (template.get("Resources") or {}).items()
        if holds.get(resource.get("Condition"), True)
    }
    gone = {name: one for name, one in before["_resources"].items() if name not in wanted}
    reasons = {
        name: denial(str(stack.get(_POLICY) or ""), "Update:Delete", name, one["ResourceType"])
        for name, one in sorted(gone.items())
    }
    return {name: reason for name, reason in reasons.items() if reason}


def _update(
    original: Callable[..., Any], kind: str, physical_id: str, old: Properties, new: Properties, *rest: Any
) -> Any:
    stack = cloudformation._stacks.get(rest[0])
    if stack is not None and old != new:
        action = "Update:Replace" if replacement.needed(kind, old, new) else "Update:Modify"
        reason = denial(str(stack.get(_POLICY) or ""), action, str(rest[1]), kind)
        if reason:
            raise ResourceFailed(reason)
    return original(kind, physical_id, old, new, *rest)


def install() -> None:
    for action, around in (("CreateStack", _set), ("SetStackPolicy", _set), ("UpdateStack", _update_stack)):
        patch.wrap_entry(HANDLERS, "_ACTION_HANDLERS", action, around)
    for module in (HANDLERS, CHANGE_SETS):
        patch.wrap(module, "_deploy_stack_async", _deploy)
    patch.wrap(STACKS, "_update_keeping_seed", _update)
