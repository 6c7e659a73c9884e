"""CloudFormation's schedules with their time zone, and what EventBridge Scheduler refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from region.base import contract
from region.base.emulator import scheduler
from region.cloudformation.resource import CREATE, PROVISIONERS, Created, Properties, ResourceFailed
from region.scheduler import schedules

contract.expect(PROVISIONERS, "_scheduler_schedule_create", CREATE)
contract.expect(PROVISIONERS, "_scheduler_schedule_update", "(physical_id, old_props, new_props, stack_name)")

TYPE = "AWS::Scheduler::Schedule"


def _create(original: Callable[..., Created], logical_id: str, props: Properties, stack: str) -> Created:
    _check(props)
    created = original(logical_id, props, stack)
    _complete(created[0], props)
    return created


def _update(
    original: Callable[..., Created], physical_id: str, old: Properties, new: Properties, stack: str
) -> Created:
    _check(new)
    updated = original(physical_id, old, new, stack)
    _complete(updated[0], new)
    return updated


def _check(props: Properties) -> None:
    try:
        schedules.check(props)
    except schedules.Refused as error:
        raise ResourceFailed(str(error)) from error


def _complete(name: str, props: Properties) -> None:
    record: dict[str, Any] = scheduler._schedules[f"{props.get('GroupName', 'default')}/{name}"]
    record["ScheduleExpressionTimezone"] = props.get("ScheduleExpressionTimezone") or "UTC"


HOOKS = (
    (TYPE, "create", "_scheduler_schedule_create", _create),
    (TYPE, "update", "_scheduler_schedule_update", _update),
)
