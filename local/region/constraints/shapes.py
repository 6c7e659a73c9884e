"""Checks of values against a shape of an API model, compiled once for each operation.

The sentences are those that AWS's services answer with: "1 validation error detected: Value 'x' at 'name'
failed to satisfy constraint: Member must have length less than or equal to 64".
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from region.constraints.patterns import compiled


@dataclass(frozen=True)
class Violation:
    """`value` is None when the member is missing, and also when it is a secret."""

    place: str
    value: str | None
    rule: str
    missing: bool = False

    def __str__(self) -> str:
        value = " null" if self.missing else "" if self.value is None else f" '{self.value}'"
        return f"Value{value} at '{self.place}' failed to satisfy constraint: {self.rule}"


Found = list[Violation]
Check = Callable[[Any, str, Found], None]
_NUMBERS = ("integer", "long", "float", "double")


def check_of(shape: Any, known: dict[str, Check] | None = None) -> Check | None:
    """What values of a shape must satisfy, None when the model asks for nothing."""
    known = {} if known is None else known
    if shape is None:
        return None
    if shape.name in known:
        return known[shape.name]
    # A shape may contain itself: what is compiled inside it calls this one later.
    made: list[Check | None] = [None]
    known[shape.name] = lambda value, place, found: made[0] and made[0](value, place, found)
    made[0] = _compile(shape, known)
    if made[0] is None:
        del known[shape.name]
    return made[0]


def _compile(shape: Any, known: dict[str, Check]) -> Check | None:
    kind = shape.type_name
    if kind == "structure":
        return _structure(shape, known)
    if kind == "list":
        return _list(shape, known)
    if kind == "map":
        return _map(shape, known)
    if kind == "string":
        return _string(shape)
    if kind in _NUMBERS:
        return _number(shape)
    return _blob(shape) if kind == "blob" else None


def _structure(shape: Any, known: dict[str, Check]) -> Check | None:
    if getattr(shape, "is_document_type", False) or getattr(shape, "is_eventstream", False):
        return None
    required = [name for name in shape.required_members]
    checks = [
        (name, check)
        for name, member in shape.members.items()
        if (check := check_of(member, known)) is not None
    ]
    if not required and not checks:
        return None

    def check_structure(value: Any, place: str, found: Found) -> None:
        if not isinstance(value, dict):
            return
        for name in required:
            if value.get(name) is None:
                found.append(Violation(_below(place, name), None, "Member must not be null", missing=True))
        for name, check in checks:
            if value.get(name) is not None:
                check(value[name], _below(place, name), found)

    return check_structure


def _list(shape: Any, known: dict[str, Check]) -> Check | None:
    item, sizes = check_of(shape.member, known), _sizes(shape)
    if item is None and not sizes:
        return None

    def check_list(value: Any, place: str, found: Found) -> None:
        if not isinstance(value, list):
            return
        _measure(len(value), str(value), place, sizes, found)
        if item is not None:
            for number, one in enumerate(value, 1):
                item(one, f"{place}.{number}.member", found)

    return check_list


def _map(shape: Any, known: dict[str, Check]) -> Check | None:
    key, item, sizes = check_of(shape.key, known), check_of(shape.value, known), _sizes(shape)
    if key is None and item is None and not sizes:
        return None

    def check_map(value: Any, place: str, found: Found) -> None:
        if not isinstance(value, dict):
            return
        _measure(len(value), str(value), place, sizes, found)
        for name, one in value.items():
            if key is not None:
                key(name, f"{place}.key", found)
            if item is not None:
                item(one, f"{place}.{name}.member", found)

    return check_map


def _string(shape: Any) -> Check | None:
    allowed, sizes, pattern = shape.enum, _sizes(shape), shape.metadata.get("pattern")
    wanted = compiled(pattern) if pattern else None
    secret = bool(shape.metadata.get("sensitive"))
    if not allowed and not sizes and wanted is None:
        return None
    names = frozenset(allowed)

    def check_string(value: Any, place: str, found: Found) -> None:
        if not isinstance(value, str):
            return
        shown = None if secret else value
        if names and value not in names:
            rule = f"Member must satisfy enum value set: [{', '.join(allowed)}]"
            found.append(Violation(place, shown, rule))
        if sizes:
            _measure(len(value), shown, place, sizes, found)
        if wanted is not None and wanted.fullmatch(value) is None:
            rule = f"Member must satisfy regular expression pattern: {pattern}"
            found.append(Violation(place, shown, rule))

    return check_string


def _number(shape: Any) -> Check | None:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is None and high is None:
        return None

    def check_number(value: Any, place: str, found: Found) -> None:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return
        if low is not None and value < low:
            rule = f"Member must have value greater than or equal to {low}"
            found.append(Violation(place, str(value), rule))
        if high is not None and value > high:
            rule = f"Member must have value less than or equal to {high}"
            found.append(Violation(place, str(value), rule))

    return check_number


def _blob(shape: Any) -> Check | None:
    sizes = _sizes(shape)
    if not sizes:
        return None

    def check_blob(value: Any, place: str, found: Found) -> None:
        try:
            length = len(value if isinstance(value, bytes) else base64.b64decode(value, validate=True))
        except (binascii.Error, ValueError, TypeError):
            return  # the service says that it is no blob
        _measure(length, None, place, sizes, found)

    return check_blob


Sizes = list[tuple[str, int]]


def _sizes(shape: Any) -> Sizes:
    return [(end, shape.metadata[end]) for end in ("min", "max") if shape.metadata.get(end) is not None]


def _measure(length: int, value: str | None, place: str, sizes: Sizes, found: Found) -> None:
    for end, bound in sizes:
        if end == "min" and length < bound:
            rule = f"Member must have length greater than or equal to {bound}"
            found.append(Violation(place, value, rule))
        elif end == "max" and length > bound:
            found.append(Violation(place, value, f"Member must have length less than or equal to {bound}"))


def _below(place: str, name: str) -> str:
    member = name[0].lower() + name[1:]
    return f"{place}.{member}" if place else member
