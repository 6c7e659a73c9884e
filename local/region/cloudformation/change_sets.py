"""What a change set says of a stack.

Resources whose condition does not hold do not exist in either template. A long one has pages. One whose
templates cannot be deployed fails: CloudFormation User Guide, "Validate stack deployments".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from region.base import contract, patch
from region.base.emulator import Response, cloudformation, cloudformation_helpers, engine
from region.cloudformation import early_validation, retyped

CHANGE_SETS = "ministack.services.cloudformation.changesets"
HANDLERS = "ministack.services.cloudformation.handlers"
ENGINE = "ministack.services.cloudformation.engine"
contract.expect(CHANGE_SETS, "_resolve_props_for_diff", "(template, params, stack_name, stack_id)")
contract.expect(ENGINE, "_evaluate_conditions", "(template, params)")
contract.expect("ministack.services.cloudformation", "_change_sets")
for _action in ("DescribeChangeSet", "CreateChangeSet"):
    contract.expect_entry(HANDLERS, "_ACTION_HANDLERS", _action, "(params)")

Record = dict[str, Any]
PAGE = 100
_END = "</ResourceChange></member>"


def _standing(original: Callable[..., Record], template: Record, values: Record, *rest: Any) -> Record:
    resolved = original(template, values, *rest)
    if not resolved:
        return resolved
    holds = engine._evaluate_conditions(template, values)
    kept = {
        name: resource
        for name, resource in resolved["Resources"].items()
        if holds.get(resource.get("Condition"), True)
    }
    return {**resolved, "Resources": kept}


def _create(original: Callable[..., Response], params: Record) -> Response:
    before = set(cloudformation._change_sets)
    answer = original(params)
    for key in set(cloudformation._change_sets) - before:
        made = cloudformation._change_sets[key]
        if made["Status"] == "CREATE_COMPLETE" and made["ExecutionStatus"] == "AVAILABLE":
            _check(made)
    return answer


def _check(made: Record) -> None:
    stack = cloudformation._stacks[made["StackName"]]
    changed = retyped.names(stack, made["_template"])
    reason = retyped.REFUSED.format(", ".join(changed)) if changed else ""
    if not reason and made["ChangeSetType"] != "IMPORT" and not made.get("_disable_validation"):
        reason = early_validation.of_change_set(stack, made)
    if reason:
        made.update(Status="FAILED", ExecutionStatus="UNAVAILABLE", StatusReason=reason, Changes=[])


def _describe(original: Callable[..., Response], params: Record) -> Response:
    token = str(cloudformation_helpers._p(params, "NextToken"))
    kind, _colon, offset = token.partition(":")
    if token and (kind != "DescribeChangeSet" or not offset.isdigit()):
        return cloudformation_helpers._error("ValidationError", "Invalid NextToken")
    status, headers, body = original(params)
    head, begin, rest = body.decode().partition("<Changes>")
    changes, end, tail = rest.partition("</Changes>")
    told = changes.split(_END)[:-1]
    first = int(offset or 0)
    shown = "".join(f"{one}{_END}" for one in told[first : first + PAGE])
    more = f"<NextToken>DescribeChangeSet:{first + PAGE}</NextToken>" if first + PAGE < len(told) else ""
    return status, headers, f"{head}{begin}{shown}{end}{more}{tail}".encode()


def install() -> None:
    patch.wrap(CHANGE_SETS, "_resolve_props_for_diff", _standing)
    patch.wrap_entry(HANDLERS, "_ACTION_HANDLERS", "CreateChangeSet", _create)
    patch.wrap_entry(HANDLERS, "_ACTION_HANDLERS", "DescribeChangeSet", _describe)
