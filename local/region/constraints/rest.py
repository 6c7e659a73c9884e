"""Operation and parameters of a request to a REST API: from its method, path, query, headers and body."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

Query = dict[str, Any]


@dataclass(frozen=True)
class Route:
    operation: str
    path: re.Pattern[str]
    names: tuple[str, ...]
    query: dict[str, str]
    required: tuple[tuple[str, str], ...]
    """Members that the operation needs in the query or the headers: they tell CopyObject from PutObject."""


@cache
def routes_of(model: Any) -> dict[str, list[Route]]:
    """Routes by method; of those that fit, the one that asks for most of the query comes first."""
    found: dict[str, list[Route]] = {}
    for name in model.operation_names:
        http = model.operation_model(name).http
        path, _, query = http["requestUri"].partition("?")
        names = tuple(re.findall(r"\{(\w+)\+?\}", path))
        parts = re.split(r"(\{\w+\+?\})", path)
        pattern = "".join(
            (".+" if part.endswith("+}") else "[^/]+").join("()") if part.startswith("{") else re.escape(part)
            for part in parts
        )
        pairs = [pair.partition("=") for pair in query.split("&") if pair]
        literal = {key: value for key, _, value in pairs}
        required = _required(model.operation_model(name).input_shape)
        route = Route(name, re.compile(f"{pattern}/?"), names, literal, required)
        found.setdefault(http["method"], []).append(route)
    for routes in found.values():
        routes.sort(key=lambda route: (-len(route.query), -len(route.required)))
    return found


def _required(shape: Any) -> tuple[tuple[str, str], ...]:
    places = [] if shape is None else [shape.members[name] for name in shape.required_members]
    return tuple(
        (member.serialization["location"], member.serialization["name"])
        for member in places
        if member.serialization.get("location") in ("querystring", "header")
    )


def find(
    model: Any, method: str, path: str, query: Query, headers: dict[str, str]
) -> tuple[str, dict[str, str]] | None:
    """The operation and the parameters in its path."""
    fitting = [
        (route, match)
        for route in routes_of(model).get(method, [])
        if (match := route.path.fullmatch(path))
        and all(_first(query.get(key)) == value for key, value in route.query.items())
    ]
    whole = [one for one in fitting if _has(one[0], query, headers)]
    for route, match in whole or fitting[-1:]:
        return route.operation, dict(zip(route.names, map(unquote, match.groups()), strict=True))
    return None


def _has(route: Route, query: Query, headers: dict[str, str]) -> bool:
    return all(
        key in query if where == "querystring" else key.lower() in headers for where, key in route.required
    )


def parameters(
    operation: Any, in_path: dict[str, str], query: Query, headers: dict[str, str], body: bytes
) -> dict[str, Any]:
    """The members of the operation's input; a body that cannot be read is left to the service."""
    shape = operation.input_shape
    if shape is None:
        return {}
    payload = shape.serialization.get("payload")
    values = None if payload and not body else _body(shape.members[payload] if payload else shape, body)
    found: dict[str, Any] = {}
    for name, member in shape.members.items():
        where, key = member.serialization.get("location"), member.serialization.get("name", name)
        if where == "uri":
            value: Any = in_path.get(key)
        elif where == "querystring":
            value = query.get(key) if member.type_name == "list" else _typed(_first(query.get(key)), member)
        elif where == "header":
            value = _typed(headers.get(key.lower()), member)
        elif where == "headers":
            value = None
        elif name == payload:
            value = values
        else:
            value = values.get(key) if isinstance(values, dict) else None
        if value is not None:
            found[name] = value
    return found


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


def _typed(value: Any, shape: Any) -> Any:
    if shape.type_name not in ("integer", "long") or not isinstance(value, str):
        return value
    return int(value) if re.fullmatch(r"-?\d+", value) else value


def _body(shape: Any, body: bytes) -> Any:
    if shape.type_name == "blob":
        return body or None
    if shape.type_name not in ("structure", "map", "list") or not body.strip():
        return None if shape.type_name != "structure" else {}
    try:
        if body.lstrip().startswith(b"<"):
            return _element(ElementTree.fromstring(body), shape)
        return json.loads(body)
    except (ValueError, ElementTree.ParseError):
        return None


def _element(node: ElementTree.Element, shape: Any) -> Any:
    """An element of S3's XML; names carry a namespace that does not matter."""
    if shape.type_name == "structure":
        found = {}
        for name, member in shape.members.items():
            key = _tag(name, member)
            below = [child for child in node if child.tag.rpartition("}")[2] == key]
            if not below:
                continue
            flat = member.type_name == "list" and member.serialization.get("flattened")
            found[name] = (
                [_element(one, member.member) for one in below] if flat else _element(below[0], member)
            )
        return found
    if shape.type_name == "list":
        return [_element(child, shape.member) for child in node]
    return _typed(node.text or "", shape)


def _tag(name: str, member: Any) -> str:
    if member.type_name == "list" and member.serialization.get("flattened"):
        return member.serialization.get("name") or member.member.serialization.get("name", name)
    return member.serialization.get("name", name)
