"""Parameters out of a form, as the query APIs send them: `Tags.member.1.Key=a` becomes a list of tags."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

Node = dict[str, Any]


def parameters(body: str, shape: Any, ec2: bool) -> dict[str, Any]:
    """The members of `shape` that the form names, numbers as numbers; what is unknown is left out."""
    root: Node = {}
    for key, value in parse_qsl(body, keep_blank_values=True):
        node = root
        *path, last = key.split(".")
        for part in path:
            below = node.setdefault(part, {})
            if not isinstance(below, dict):
                break  # a value where others have members: the service says so
            node = below
        else:
            node[last] = value
    read = _structure(root, shape, ec2)
    return read if isinstance(read, dict) else {}


def _read(node: Any, shape: Any, ec2: bool) -> Any:
    readers = {"structure": _structure, "list": _list, "map": _map}
    if shape.type_name in readers:
        return readers[shape.type_name](node, shape, ec2)
    return None if isinstance(node, dict) else _scalar(node, shape.type_name)


def _scalar(text: str, kind: str) -> Any:
    if kind not in ("integer", "long", "float", "double"):
        return text
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return text


def _structure(node: Any, shape: Any, ec2: bool) -> Any:
    if not isinstance(node, dict):
        return None
    found = {}
    for name, member in shape.members.items():
        key = _key(name, member, ec2)
        if key in node:
            found[name] = _read(node[key], member, ec2)
    return found


def _key(name: str, member: Any, ec2: bool) -> str:
    """The name on the wire (botocore's serializers for `query` and `ec2`)."""
    written = member.serialization
    if ec2:
        own = written.get("name")
        return written.get("queryName") or (own[0].upper() + own[1:] if own else name)
    if member.type_name == "list" and written.get("flattened") and member.member.serialization.get("name"):
        return member.member.serialization["name"]
    return written.get("name", name)


def _list(node: Any, shape: Any, ec2: bool) -> Any:
    if not isinstance(node, dict):
        return [] if node == "" else None
    items = node
    if not ec2 and not shape.serialization.get("flattened"):
        items = node.get(shape.member.serialization.get("name", "member"), {})
    if not isinstance(items, dict):
        return None
    numbers = sorted((key for key in items if key.isdigit()), key=int)
    return [_read(items[number], shape.member, ec2) for number in numbers]


def _map(node: Any, shape: Any, ec2: bool) -> Any:
    if not isinstance(node, dict):
        return None
    entries = node if shape.serialization.get("flattened") else node.get("entry", {})
    if not isinstance(entries, dict):
        return None
    key, value = (
        shape.key.serialization.get("name", "key"),
        shape.value.serialization.get("name", "value"),
    )
    pairs = [entry for entry in entries.values() if isinstance(entry, dict) and key in entry]
    return {entry[key]: _read(entry.get(value, ""), shape.value, ec2) for entry in pairs}
