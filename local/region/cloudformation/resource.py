"""One resource of a template: how its type is made and unmade, and how it fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from region.base import contract
from region.base.emulator import provisioners

PROVISIONERS = "ministack.services.cloudformation.provisioners"
CREATE = "(logical_id, props, stack_name)"
UPDATE = "(physical_id, old_props, new_props, stack_name, logical_id=None)"
DELETE = "(physical_id, props)"

contract.expect(PROVISIONERS, "_ec2_apply_tags", "(physical_id, props, old_props=None)")
contract.expect(PROVISIONERS, "_delete_predecessor", "(delete_fn, *args, **kwargs)")

Properties = dict[str, Any]
Created = tuple[str, dict[str, Any]]


class ResourceFailed(ValueError):
    """A resource that EC2 refuses; the message becomes the stack event's reason."""


@dataclass(frozen=True)
class ResourceType:
    """How one type is made and unmade; everything but tags replaces it unless `update` says otherwise."""

    create: Callable[[str, Properties, str], Created]
    delete: Callable[[str, Properties], None]
    attributes: Callable[[str], dict[str, Any]]
    tag_owner: Callable[[str], str] = str

    def row(self) -> dict[str, Any]:
        return {
            "create": self.create,
            "update": self.update,
            "update_with_logical_id": True,
            "delete": self.delete,
        }

    def update(
        self, physical_id: str, old: Properties, new: Properties, stack: str, logical_id: str
    ) -> Created:
        if _without_tags(old) == _without_tags(new):
            provisioners._ec2_apply_tags(self.tag_owner(physical_id), new, old)
            return physical_id, self.attributes(physical_id)
        made = self.create(logical_id, new, stack)
        provisioners._delete_predecessor(self.delete, physical_id, old)
        return made


def _without_tags(properties: Properties) -> Properties:
    return {name: value for name, value in properties.items() if name != "Tags"}


def required(properties: Properties, name: str, resource_type: str) -> str:
    if not properties.get(name):
        raise ResourceFailed(f"{resource_type}: property {name} is required")
    return str(properties[name])
