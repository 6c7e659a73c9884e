"""Updates that CloudFormation takes for none.

AWS CloudFormation User Guide, "DeletionPolicy attribute": a changed policy alone changes no resource. It is
taken over with a change of the resource's properties or metadata; by itself the answer is "No updates are to
be performed."
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from region.base import contract, patch

HANDLERS = "ministack.services.cloudformation.handlers"
contract.expect(
    HANDLERS,
    "_stack_has_no_updates",
    "(stack, template, param_values, tags, use_previous_template=False, tags_given=False)",
)

_POLICIES = ("DeletionPolicy", "UpdateReplacePolicy")


def install() -> None:
    patch.wrap(HANDLERS, "_stack_has_no_updates", _has_none)


def _has_none(
    original: Callable[..., bool], stack: dict[str, Any], template: dict[str, Any], *rest: Any
) -> bool:
    standing = stack.get("_template", {})
    if template != standing and _bare(template) == _bare(standing):
        return original(stack, standing, *rest)
    return original(stack, template, *rest)


def _bare(template: dict[str, Any]) -> dict[str, Any]:
    resources = {
        name: {key: value for key, value in resource.items() if key not in _POLICIES}
        for name, resource in (template.get("Resources") or {}).items()
    }
    return {**template, "Resources": resources}
