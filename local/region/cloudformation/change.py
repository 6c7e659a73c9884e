"""One change of one resource of a stack, as the permissions that it needs see it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from region.base.emulator import get_account_id, get_region
from region.base.partition import ARN

Properties = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """`verb` is create, read, update or delete; `old` or `new` is empty where there is none."""

    verb: str
    type: str
    stack: str
    logical_id: str
    physical_id: str = ""
    old: Properties = field(default_factory=dict)
    new: Properties = field(default_factory=dict)
    stack_tags: dict[str, str] = field(default_factory=dict)

    @property
    def properties(self) -> Properties:
        """Those that the resource has, or will have."""
        return self.new or self.old

    @property
    def account(self) -> str:
        return str(get_account_id())

    def arn(self, service: str, rest: str) -> str:
        return f"{ARN}:{service}:{get_region()}:{self.account}:{rest}"


def tags(properties: Properties) -> dict[str, str]:
    """The tags among the properties of a resource, in either of CloudFormation's two forms."""
    given = properties.get("Tags") or []
    if isinstance(given, dict):
        return {str(key): str(value) for key, value in given.items()}
    return {str(tag["Key"]): str(tag.get("Value", "")) for tag in given if isinstance(tag, dict)}
