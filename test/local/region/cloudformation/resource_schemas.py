"""CloudFormation's resource schemas, as cfn-lint holds them, and what breaks each of their constraints."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import regex as re

Schema = dict[str, Any]
Path = tuple[str | int, ...]
DEEPEST = 4
"""Levels of properties below a resource."""
TEXTS = (
    "a",
    "abcdefgh",
    "1",
    "/a",
    "a-b",
    "arn:aws:iam::123456789012:role/abc",
    "vpc-12345678",
    "10.0.0.0/16",
)
BAD = ("\x01", "é ~", "!", "a b", "", "{", "-", "z" * 400)


def resolved(schema: Schema, root: Schema) -> Schema:
    while "$ref" in schema:
        found: Any = root
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        schema = found
    return schema


def kind_of(schema: Schema) -> str:
    kind = schema.get("type", "object" if "properties" in schema else "")
    return next((one for one in kind if one != "null"), "") if isinstance(kind, list) else kind


def sample(schema: Schema, root: Schema) -> Any:
    """The least that a schema takes, as far as it says; None when it says too little."""
    schema = resolved(schema, root)
    if schema.get("enum"):
        return schema["enum"][0]
    kind = kind_of(schema)
    if kind == "object":
        return {name: sample(schema["properties"][name], root) for name in schema.get("required", [])}
    if kind == "array":
        return [sample(schema.get("items", {}), root) for _ in range(schema.get("minItems", 0))]
    if kind in ("integer", "number"):
        return schema.get("minimum", 1)
    return False if kind == "boolean" else _text(schema)


def _text(schema: Schema) -> str:
    low, high = schema.get("minLength", 0), schema.get("maxLength", 5000)
    for text in TEXTS:
        whole = text if len(text) >= low else text * -(-low // len(text))
        if len(whole) <= high and re.search(schema.get("pattern", ""), whole):
            return whole
    return "a" * max(low, 1)


def broken(root: Schema) -> Iterator[tuple[Path, str, Any]]:
    """A path below Properties, which constraint it is about, and a value that breaks it."""
    seen: set[tuple[str, str]] = set()
    for path, schema in _places(root, root, (), ()):
        for constraint, value in _violations(schema):
            key = (str(schema), constraint)
            if key not in seen:
                seen.add(key)
                yield path, constraint, value


def _places(
    schema: Schema, root: Schema, path: Path, above: tuple[str, ...]
) -> Iterator[tuple[Path, Schema]]:
    read_only = {name.removeprefix("/properties/") for name in root.get("readOnlyProperties", [])}
    for name, found in schema.get("properties", {}).items():
        if not path and name in read_only:
            continue
        yield from _below(found, root, (*path, name), above)


def _below(found: Schema, root: Schema, path: Path, above: tuple[str, ...]) -> Iterator[tuple[Path, Schema]]:
    name = found.get("$ref", "")
    if (name and name in above) or len(path) > DEEPEST:
        return
    schema = resolved(found, root)
    yield path, schema
    inside = (*above, name) if name else above
    if kind_of(schema) == "object":
        yield from _places(schema, root, path, inside)
    elif kind_of(schema) == "array":
        yield from _below(schema.get("items", {}), root, (*path, 0), inside)


def _violations(schema: Schema) -> Iterator[tuple[str, Any]]:
    kind = kind_of(schema)
    if schema.get("enum"):
        yield "enum", "no-such-value"
    if kind == "string" and not schema.get("enum"):
        yield from _broken_text(schema)
    if kind in ("integer", "number"):
        if "minimum" in schema:
            yield "minimum", schema["minimum"] - 1
        if "maximum" in schema and schema["maximum"] < 2**31 - 1:
            yield "maximum", schema["maximum"] + 1
        yield "type", "many"
    if kind == "boolean":
        yield "type", "perhaps"
    if kind == "array" and schema.get("minItems"):
        yield "minItems", []
    if kind == "object" and "properties" in schema and schema.get("additionalProperties") is False:
        yield "additionalProperties", {"NoSuchProperty": "a"}


def _broken_text(schema: Schema) -> Iterator[tuple[str, Any]]:
    if schema.get("maxLength", 5000) < 5000:
        yield "maxLength", "a" * (schema["maxLength"] + 1)
    if schema.get("minLength", 0) > 1:
        yield "minLength", "a" * (schema["minLength"] - 1)
    if schema.get("pattern"):
        bad = [text for text in BAD if not re.search(schema["pattern"], text)]
        if bad:
            yield "pattern", bad[0]


def with_value(properties: dict[str, Any], root: Schema, path: Path, value: Any) -> dict[str, Any]:
    """A copy with the value at the path; what is missing on the way is made as small as it may be."""
    made = copy.deepcopy(properties)
    node: Any = made
    schema = root
    for step, following in zip(path, (*path[1:], None), strict=True):
        inner = schema.get("items", {}) if isinstance(step, int) else schema["properties"][step]
        schema = resolved(inner, root)
        if following is None:
            fresh = value
        else:
            fresh = [] if isinstance(following, int) else _known(node, step) or sample(schema, root)
        if isinstance(node, list):
            node[:] = [fresh]
        else:
            node[step] = fresh
        node = fresh
    return made


def _known(node: Any, step: str | int) -> Any:
    found = node.get(step) if isinstance(node, dict) else None
    return (
        found
        if isinstance(found, dict) and not any(key.startswith("Fn::") or key == "Ref" for key in found)
        else None
    )
