"""Names that CloudFormation makes up: `Stack-LogicalId-RANDOM`, another one for each resource that it makes.

The emulator derives them from the stack and the logical id, unless a resource has a seed of its own: so each
gets one. An imported resource keeps the name that it has.
"""

from __future__ import annotations

import contextvars
import uuid
from collections.abc import Callable
from typing import Any

from region.base import contract, patch
from region.base.emulator import provisioners
from region.cloudformation.resource import CREATE, PROVISIONERS, UPDATE, Created, Properties
from region.cloudformation.taken import LOG_GROUP

STACKS = "ministack.services.cloudformation.stacks"
CHANGE_SETS = "ministack.services.cloudformation.changesets"
contract.expect(STACKS, "_provision_keeping_seed", "(*args)")
contract.expect(STACKS, "_provision_resource", "(resource_type, logical_id, props, stack_name)")
contract.expect(CHANGE_SETS, "_import_resources_async", "(cs, stack, new_stack)")
contract.expect(PROVISIONERS, "_NAME_SEED")
contract.expect(
    PROVISIONERS, "_physical_name", "(stack_name, logical_id, *, lowercase=False, max_len=128, seeded=True)"
)
contract.expect(PROVISIONERS, "_cwlogs_create", CREATE)
contract.expect(PROVISIONERS, "_cwlogs_update", UPDATE)

# A seed that begins so is the name itself.
_ITSELF = "="
_LONGEST_LOG_GROUP = 512
_drawn: contextvars.ContextVar[str] = contextvars.ContextVar("region_name_seed", default="")


def _create(original: Callable[..., Any], *args: Any) -> Any:
    """Outermost, as what is asked about a new resource needs its name."""
    seed = uuid.uuid4().hex
    drawn, known = _drawn.set(seed), provisioners._NAME_SEED.set(seed)
    try:
        return original(*args)
    finally:
        provisioners._NAME_SEED.reset(known)
        _drawn.reset(drawn)


def _provision(original: Callable[..., Created], *args: Any) -> Created:
    """The emulator has cleared the seed by now."""
    if _drawn.get() and not provisioners._NAME_SEED.get():
        provisioners._NAME_SEED.set(_drawn.get())
    return original(*args)


def _name(original: Callable[..., str], stack: str, logical_id: str, **form: Any) -> str:
    seed = provisioners._NAME_SEED.get() if form.get("seeded", True) else ""
    return seed.removeprefix(_ITSELF) if seed.startswith(_ITSELF) else original(stack, logical_id, **form)


async def _import(
    original: Callable[..., Any], change_set: dict[str, Any], stack: dict[str, Any], *rest: Any
) -> Any:
    await original(change_set, stack, *rest)
    for entry in change_set["_resources_to_import"]:
        record = stack["_resources"].get(entry["LogicalResourceId"])
        if record is not None:
            record["_name_seed"] = _ITSELF + _bare(record["PhysicalResourceId"])


def _bare(physical_id: str) -> str:
    """The name in an ARN or a queue's address; the emulator adds a FIFO queue's ending to it."""
    last = physical_id.rsplit("/", 1)[-1] if "://" in physical_id else physical_id.rsplit(":", 1)[-1]
    return last.removesuffix(".fifo") if last != physical_id else physical_id


def _create_group(
    original: Callable[..., Created], logical_id: str, props: Properties, stack: str
) -> Created:
    name = props.get("LogGroupName") or provisioners._physical_name(
        stack, logical_id, max_len=_LONGEST_LOG_GROUP
    )
    return original(logical_id, {**props, "LogGroupName": name}, stack)


def _update_group(
    original: Callable[..., Created], physical_id: str, old: Properties, new: Properties, *rest: Any
) -> Created:
    named = {**new, "LogGroupName": new.get("LogGroupName") or physical_id}
    return original(physical_id, old, named, *rest)


HOOKS: tuple[tuple[str, str, str, Callable[..., Any]], ...] = (
    (LOG_GROUP, "create", "_cwlogs_create", _create_group),
    (LOG_GROUP, "update", "_cwlogs_update", _update_group),
)


def install() -> None:
    patch.wrap(PROVISIONERS, "_physical_name", _name)
    patch.wrap(STACKS, "_provision_resource", _provision)
    patch.wrap(STACKS, "_provision_keeping_seed", _create)
    patch.wrap(CHANGE_SETS, "_import_resources_async", _import)
