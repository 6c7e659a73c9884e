"""What CloudFormation finds before it touches anything: wrong properties, and names that are taken.

CloudFormation User Guide, "Validate stack deployments": property syntax and name conflicts are checked when a
stack is created or updated and when a change set is made; DescribeEvents has the details. The status reason
of a change set is that of public threads (aws/aws-cdk-cli#970). What escapes fails in the resource's handler.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

from region.base import contract, patch
from region.base.emulator import (
    Response,
    change_sets,
    cloudformation,
    cloudformation_helpers,
    engine,
    handlers,
    provisioners,
    stacks,
)
from region.cloudformation import properties, taken
from region.cloudformation.resource import PROVISIONERS, Properties, ResourceFailed

STACKS = "ministack.services.cloudformation.stacks"
HANDLERS = "ministack.services.cloudformation.handlers"
CHANGE_SETS = "ministack.services.cloudformation.changesets"
contract.expect(
    STACKS,
    "_validation_errors",
    "(resources_defs, ordered, param_values, conditions, mappings, stack_name, stack_id, "
    "owned_buckets=frozenset())",
)
contract.expect(
    STACKS,
    "_operation_event",
    "(stack_id, operation_id, event_type, operation_type='CREATE_STACK', **fields)",
)
contract.expect(
    STACKS,
    "_static_property",
    "(raw, resources_defs, param_values, conditions, mappings, stack_name, stack_id)",
)
contract.expect(PROVISIONERS, "_STACK_TAG_PROPERTY")
contract.expect("ministack.services.cloudformation", "_change_sets")
contract.expect(STACKS, "_provision_keeping_seed", "(*args)")
contract.expect(STACKS, "_update_keeping_seed", "(*args)")
contract.expect("ministack.services.cloudformation.engine", "_topological_sort", "(resources, conditions)")
contract.expect_entry(HANDLERS, "_ACTION_HANDLERS", "DescribeEvents", "(params)")
contract.expect(HANDLERS, "_OPERATION_EVENT_FIELDS")
contract.expect(CHANGE_SETS, "_find_change_set", "(cs_name, stack_name='')")

Record = dict[str, Any]
Error = tuple[str, str, str, str, str]
_HOOKS = {
    "PROPERTY_VALIDATION": "AWS::EarlyValidation::PropertyValidation",
    "NAME_CONFLICT_VALIDATION": "AWS::EarlyValidation::ResourceExistenceCheck",
}
_FAILED = (
    "The following hook(s)/validation failed: [{}]. To troubleshoot Early Validation errors, use the"
    " DescribeEvents API for detailed failure information."
)


def _errors(
    original: Callable[..., list[Error]],
    definitions: Record,
    ordered: list[str],
    *given: Any,
    **more: Any,
) -> list[Error]:
    stack = cloudformation._stacks.get(given[3]) or {}
    adopted = _adopted(stack)
    found = [
        one
        for one in original(definitions, ordered, *given, **more)
        if one[0] not in adopted or one[2] != "NAME_CONFLICT_VALIDATION"
    ]
    own = {one.get("PhysicalResourceId") for one in (stack.get("_resources") or {}).values()}
    for logical_id in ordered:
        kind = definitions[logical_id].get("Type", "")
        values = definitions[logical_id].get("Properties") or {}
        place = f"/Resources/{logical_id}"
        found += [
            (logical_id, kind, "PROPERTY_VALIDATION", f"{place}/Properties{_within(problem)}", problem)
            for problem in properties.problems(kind, values)
        ]
        name = None if logical_id in adopted else _name(kind, values, definitions, given)
        if name and name not in own and taken.exists(kind, name) and not _is_own(stack, logical_id, kind):
            found.append((logical_id, kind, "NAME_CONFLICT_VALIDATION", place, taken.conflict(kind, name)))
    return found


def _adopted(stack: Record) -> set[str]:
    """What the change set that is being executed takes up because it exists (ImportExistingResources)."""
    busy = [
        one
        for one in cloudformation._change_sets.values()
        if one["StackId"] == stack.get("StackId") and one["ExecutionStatus"] == "EXECUTE_IN_PROGRESS"
    ]
    return {logical_id for one in busy for logical_id in one.get("_import_existing") or {}}


def _within(problem: str) -> str:
    return problem.partition(":")[0].removeprefix("#")


def _name(kind: str, values: Record, definitions: Record, given: tuple[Any, ...]) -> str | None:
    """The name that the template gives, if it is known by now; the emulator looks after buckets."""
    own = taken.NAMES.get(kind)
    if own is None or kind == taken.BUCKET or not values.get(own):
        return None
    found = stacks._static_property(values[own], definitions, *given[:5])
    return found if isinstance(found, str) else None


def _is_own(stack: Record, logical_id: str, kind: str) -> bool:
    """Queues and topics are known by other ids than their names."""
    held = (stack.get("_resources") or {}).get(logical_id)
    return held is not None and held["ResourceType"] == kind and kind in (taken.QUEUE, taken.TOPIC)


def of_change_set(stack: Record, made: Record) -> str:
    """Why the change set fails, empty when nothing is wrong; keeps the events that tell more."""
    template, values = made["_template"], made["_resolved_params"]
    definitions = template.get("Resources") or {}
    conditions = engine._evaluate_conditions(template, values)
    imported = set(made.get("_import_existing") or {})
    try:
        ordered = [one for one in engine._topological_sort(definitions, conditions) if one not in imported]
    except ValueError:
        return ""
    owned = {one.get("PhysicalResourceId") for one in (stack.get("_resources") or {}).values()}
    found = stacks._validation_errors(
        definitions,
        ordered,
        values,
        conditions,
        template.get("Mappings", {}),
        stack["StackName"],
        stack["StackId"],
        frozenset(owned),
    )
    made["_events"] = [_event(stack["StackId"], str(uuid.uuid4()), error) for error in found]
    hooks = sorted({_HOOKS[error[2]] for error in found})
    return _FAILED.format(", ".join(hooks)) if hooks else ""


def _event(stack_id: str, operation: str, error: Error) -> Record:
    logical_id, kind, name, path, reason = error
    return stacks._operation_event(
        stack_id,
        operation,
        "VALIDATION_ERROR",
        "CREATE_CHANGESET",
        LogicalResourceId=logical_id,
        ResourceType=kind,
        ValidationFailureMode="FAIL",
        ValidationName=name,
        ValidationStatus="FAILED",
        ValidationStatusReason=reason,
        ValidationPath=path,
    )


def _describe(original: Callable[..., Response], params: Record) -> Response:
    """The emulator knows the events of stacks."""
    name = str(cloudformation_helpers._p(params, "ChangeSetName"))
    if not name:
        return original(params)
    _key, found = change_sets._find_change_set(name, str(cloudformation_helpers._p(params, "StackName")))
    if found is None:
        return cloudformation_helpers._error("ChangeSetNotFound", f"ChangeSet [{name}] does not exist", 404)
    events = "".join(f"<member>{_fields(event)}</member>" for event in found.get("_events") or [])
    inner = f"<DescribeEventsResult><OperationEvents>{events}</OperationEvents></DescribeEventsResult>"
    return cloudformation_helpers._xml(200, "DescribeEventsResponse", inner)


def _fields(event: Record) -> str:
    told = [name for name in handlers._OPERATION_EVENT_FIELDS if event.get(name)]
    return "".join(f"<{name}>{escape(str(event[name]))}</{name}>" for name in told)


def _create(original: Callable[..., Any], kind: str, logical_id: str, props: Properties, *rest: Any) -> Any:
    _handle(kind, logical_id, props)
    return original(kind, logical_id, props, *rest)


def _update(original: Callable[..., Any], kind: str, physical_id: str, old: Any, new: Any, *rest: Any) -> Any:
    if old != new:
        _handle(kind, str(rest[1]), new)
    return original(kind, physical_id, old, new, *rest)


def _handle(kind: str, logical_id: str, props: Properties) -> None:
    """Without the tags: the emulator has put the stack's among them by now."""
    tags = provisioners._STACK_TAG_PROPERTY.get(kind, ("",))[0]
    found = properties.problems(kind, {name: value for name, value in props.items() if name != tags})
    if found:
        raise ResourceFailed(properties.failed(logical_id, found))


def install() -> None:
    patch.wrap(STACKS, "_validation_errors", _errors)
    patch.wrap(STACKS, "_provision_keeping_seed", _create)
    patch.wrap(STACKS, "_update_keeping_seed", _update)
    patch.wrap_entry(HANDLERS, "_ACTION_HANDLERS", "DescribeEvents", _describe)
