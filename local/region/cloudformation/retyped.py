"""A resource cannot become one of another type under the same logical id; the sentence is that of
aws/aws-sam-cli#6786."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from region.base import contract, patch
from region.base.emulator import Response, cloudformation_helpers, engine, handlers

HANDLERS = "ministack.services.cloudformation.handlers"
contract.expect_entry(HANDLERS, "_ACTION_HANDLERS", "UpdateStack", "(params)")
contract.expect(HANDLERS, "_resolve_stack", "(stack_name)")
contract.expect("ministack.services.cloudformation.engine", "_parse_template", "(template_body)")
contract.expect(
    "ministack.services.cloudformation.helpers", "_resolve_document", "(params, body_key, url_key, label)"
)

REFUSED = (
    "Update of resource type is not permitted. The new template modifies resource type of the following"
    " resources: [{}]"
)


def names(stack: dict[str, Any], template: dict[str, Any]) -> list[str]:
    """The resources of the stack that have another type in the template."""
    wanted = template.get("Resources") or {}
    return sorted(
        name
        for name, resource in (stack.get("_resources") or {}).items()
        if name in wanted and wanted[name].get("Type") != resource["ResourceType"]
    )


def _update(original: Callable[..., Response], params: dict[str, Any]) -> Response:
    stack = handlers._resolve_stack(cloudformation_helpers._p(params, "StackName"))
    body, problem = cloudformation_helpers._resolve_document(
        params, "TemplateBody", "TemplateURL", "Template"
    )
    changed = [] if stack is None or problem or not body else names(stack, _parsed(body))
    if changed:
        return cloudformation_helpers._error("ValidationError", REFUSED.format(", ".join(changed)))
    return original(params)


def _parsed(body: str) -> dict[str, Any]:
    """Empty when it cannot be read, for which the call itself is refused."""
    try:
        return engine._parse_template(body)
    except Exception:
        return {}


def install() -> None:
    patch.wrap_entry(HANDLERS, "_ACTION_HANDLERS", "UpdateStack", _update)
