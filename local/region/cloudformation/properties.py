"""What is wrong with the properties of a resource by its schema: unknown keys and missing ones.

The sentences are those of public threads (cloudformation-coverage-roadmap#1514, iac-model-evaluation#29).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from region.cloudformation import registry

Schema = registry.Schema
_DEEPEST = 12


def problems(kind: str, values: Any) -> list[str]:
    """Each as CloudFormation says it, such as `#: extraneous key [KeySchem] is not permitted`.

    Values that are only known when the stack is deployed count as given.
    """
    root = registry.schema(kind)
    return [] if root is None or not isinstance(values, dict) else list(_wrong(root, root, values, "#", 0))


def failed(logical_id: str, found: list[str]) -> str:
    lines = "\n".join(found)
    return f"Properties validation failed for resource {logical_id} with message:\n{lines}"


def _wrong(schema: Schema, root: Schema, value: Any, place: str, depth: int) -> Iterator[str]:
    schema = _resolved(schema, root)
    if depth > _DEEPEST or _is_function(value):
        return
    yield from _alternatives(schema, root, value, place, depth)
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _wrong(schema.get("items") or {}, root, item, f"{place}/{index}", depth + 1)
    elif isinstance(value, dict) and isinstance(schema.get("properties"), dict):
        yield from _keys(schema, value, place)
        for key, item in value.items():
            yield from _wrong(schema["properties"].get(key) or {}, root, item, f"{place}/{key}", depth + 1)


def _alternatives(schema: Schema, root: Schema, value: Any, place: str, depth: int) -> Iterator[str]:
    """Of shapes that a value may have, the one that it comes closest to."""
    kind = "array" if isinstance(value, list) else "object"
    for key in ("oneOf", "anyOf"):
        shapes = [_resolved(one, root) for one in schema.get(key) or []]
        fitting = [
            one for one in shapes if kind in one.get("type", ()) and ("items" in one or "properties" in one)
        ]
        tried = [list(_wrong(one, root, value, place, depth + 1)) for one in fitting]
        yield from min(tried, key=len, default=[])


def _keys(schema: Schema, value: dict[str, Any], place: str) -> Iterator[str]:
    for key in schema.get("required") or []:
        if key not in value:
            yield f"{place}: required key [{key}] not found"
    if schema.get("additionalProperties") is False and not schema.get("patternProperties"):
        for key in value:
            if key not in schema["properties"]:
                yield f"{place}: extraneous key [{key}] is not permitted"


def _resolved(schema: Schema, root: Schema) -> Schema:
    for _step in range(_DEEPEST):
        pointer = schema.get("$ref", "") if isinstance(schema, dict) else ""
        if not pointer:
            break
        found: Any = root
        for step in str(pointer).removeprefix("#/").split("/"):
            found = found.get(step, {}) if isinstance(found, dict) else {}
        schema = found
    return schema if isinstance(schema, dict) else {}


def _is_function(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and len(value) == 1
        and any(key in ("Ref", "Condition") or key.startswith("Fn::") for key in value)
    )
