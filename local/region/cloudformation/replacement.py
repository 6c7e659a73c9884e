"""Which changes replace a resource: the registry's schemas say, for change sets and for updates alike.

CloudFormation CLI User Guide, "Resource type schema": a change of one of createOnlyProperties makes a new
resource; one of conditionalCreateOnlyProperties may. Of a table the template reference adds what the schema
leaves out: "Replacement if you edit an existing AttributeDefinition", and indexes of a table's own partition
cannot be changed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from region.base import contract, patch
from region.cloudformation import registry
from region.cloudformation.resource import PROVISIONERS, Properties
from region.cloudformation.tables import TABLE

STACKS = "ministack.services.cloudformation.stacks"
for _module in (PROVISIONERS, STACKS):
    contract.expect(_module, "_property_recreation", "(resource_type, name)")
    contract.expect(_module, "_replacing_change", "(resource_type, old_props, new_props)")
    contract.expect(
        _module,
        "_custom_named_replacement_error",
        "(resource_type, old_props, new_props, physical_id=None)",
    )

ALWAYS, CONDITIONALLY, NEVER = "Always", "Conditionally", "Never"
_ALSO_CONDITIONAL = {TABLE: ("AttributeDefinitions", "LocalSecondaryIndexes")}
RENAME = (
    "CloudFormation cannot update a stack when a custom-named resource requires replacing."
    " Rename {name} and update the stack again."
)


def recreation(kind: str, name: str) -> str:
    """Whether a change of the property makes a new resource, as a change set tells it."""
    if (name,) in registry.paths(kind, "createOnlyProperties"):
        return ALWAYS
    parts = [*registry.paths(kind, "createOnlyProperties")]
    parts += registry.paths(kind, "conditionalCreateOnlyProperties")
    if name in {path[0] for path in parts} or name in _ALSO_CONDITIONAL.get(kind, ()):
        return CONDITIONALLY
    return NEVER


def needed(kind: str, old: Properties, new: Properties) -> bool:
    """Whether a change from `old` to `new` makes a new resource."""
    only = registry.paths(kind, "createOnlyProperties")
    if any(_at(old, path) != _at(new, path) for path in only):
        return True
    return kind == TABLE and _other_table(old, new)


def _at(value: Any, path: registry.Path) -> Any:
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _other_table(old: Properties, new: Properties) -> bool:
    if any(old.get(name) != new.get(name) for name in ("KeySchema", "LocalSecondaryIndexes")):
        return True
    before, after = _types(old), _types(new)
    return any(after.get(name, kind) != kind for name, kind in before.items())


def _types(table: Properties) -> dict[str, str]:
    return {one["AttributeName"]: one["AttributeType"] for one in table.get("AttributeDefinitions") or []}


def name_property(kind: str) -> str | None:
    """The property that gives a resource a name of one's own, None where there is none."""
    only = {path[0] for path in registry.paths(kind, "createOnlyProperties") if len(path) == 1}
    named = registry.identifier(kind)
    candidates = [*(named if len(named) == 1 else ()), f"{kind.rsplit('::', 1)[-1]}Name", "Name", "GroupName"]
    return next((one for one in candidates if one in only), None)


def _recreation(original: Callable[[str, str], str], kind: str, name: str) -> str:
    return original(kind, name) if registry.schema(kind) is None else recreation(kind, name)


def _replaces(original: Callable[..., bool], kind: str, old: Properties, new: Properties) -> bool:
    return original(kind, old, new) if registry.schema(kind) is None else needed(kind, old, new)


def _refused(
    original: Callable[..., str | None], kind: str, old: Properties, new: Properties, physical_id: str = ""
) -> str | None:
    if registry.schema(kind) is None:
        return original(kind, old, new, physical_id)
    own = name_property(kind)
    name = old.get(own) if own else None
    if not own or not name or name != new.get(own) or not needed(kind, old, new):
        return None
    return RENAME.format(name=physical_id or name)


def install() -> None:
    for module in (PROVISIONERS, STACKS):
        patch.wrap(module, "_property_recreation", _recreation)
        patch.wrap(module, "_replacing_change", _replaces)
        patch.wrap(module, "_custom_named_replacement_error", _refused)
