"""Requests that satisfy an API's model, and for each of its constraints one that violates it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from region.constraints.patterns import compiled

LONGEST = 2_000_000
"""Characters: what is longer is no request of a test."""
GOOD = (
    "abcdefgh",
    "a",
    "1",
    "/a/",
    "/a",
    "A1",
    "0",
    "a1b2c3d4",
    "arn:aws:iam::123456789012:role/abc",
    "arn:aws:lambda:eu-west-1:123456789012:function:abc",
    "arn:aws:states:eu-west-1:123456789012:stateMachine:abc",
    "arn:aws:s3:::abc",
    "arn:aws:sns:eu-west-1:123456789012:abc",
    "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/abc/1234567890123456",
    "arn:aws:kms:eu-west-1:123456789012:key/abc",
    "arn:aws:codebuild:eu-west-1:123456789012:project/abc",
    "arn:aws:lambda:eu-west-1:123456789012:code-signing-config:csc-0123456789abcdef0",
    "arn:aws:elasticfilesystem:eu-west-1:123456789012:access-point/fsap-01234567890123456",
    "arn:aws:s3files:eu-west-1:123456789012:file-system/fs-01234567890123456/access-point/fsap-01234567890123456",
    "arn:aws:lambda:eu-west-1:123456789012:layer:abc:1",
    "arn:aws:lambda:eu-west-1:123456789012:capacity-provider:abc",
    "arn:aws:lambda:eu-west-1::runtime:0123456789012345678901234567890123456789012345678901234567890123",
    "/mnt/a",
    "123456789012",
    "i-0123456789abcdef0",
    "sg-0123456789abcdef0",
    "subnet-0123456789abcdef0",
    "lt-0123456789abcdef0",
    "vpc-0123456789abcdef0",
    "snap-0123456789abcdef0",
    "r-ab12",
    "https://a.example/b",
    "s3://abc/def",
    "$LATEST",
    "abc.def.ghi",
    "123456789012.dkr.ecr.eu-west-1.amazonaws.com/abc:1",
    "0123456789abcdef" * 4,
    "YWJj" * 11,
    "AQID",
    "Root=1-00000000-000000000000000000000000",
    "eu-west-1",
    "2020-01-01",
)
BAD = ("\x01", "é", "!", "?", " ", "{", "a b", "~", "a\nb", "€", "\t", "..", "-", "0x", "A", "z" * 30, "1")


@dataclass(frozen=True)
class Violation:
    """`request` breaks one constraint, that of the value at `place`."""

    place: str
    kind: str
    request: dict[str, Any]


class Unknown(Exception):
    """No sample satisfies a shape."""


def valid(shape: Any) -> Any:
    """The smallest value that the model allows."""
    kind, meta = shape.type_name, shape.metadata
    if kind == "structure":
        return {name: valid(shape.members[name]) for name in shape.required_members}
    if kind == "list":
        return [valid(shape.member) for _ in range(meta.get("min", 0))]
    if kind == "map":
        return {f"{valid(shape.key)}{n or ''}": valid(shape.value) for n in range(meta.get("min", 0))}
    return _string(shape) if kind == "string" else _simple(kind, meta)


def _simple(kind: str, meta: dict[str, Any]) -> Any:
    if kind == "boolean":
        return True
    least = max(meta.get("min", 1), 1)
    if kind == "blob":
        return b"x" * least
    return 1_700_000_000 if kind == "timestamp" else min(least, meta.get("max", least))


def _string(shape: Any) -> str:
    if shape.enum:
        return shape.enum[0]
    meta = shape.metadata
    low, high = meta.get("min", 0), meta.get("max", LONGEST)
    pattern = compiled(meta["pattern"]) if meta.get("pattern") else None
    for text in GOOD:
        whole = text if len(text) >= low else text * -(-low // len(text))
        if low <= len(whole) <= high and (pattern is None or pattern.fullmatch(whole)):
            return whole
    raise Unknown(f"{shape.name}: no sample of {meta}")


def violations(shape: Any) -> Iterator[Violation]:
    """One violation of each constraint below an operation's input: once for each shape and kind."""
    seen: set[tuple[str, str]] = set()
    for place, at in _places(shape, (), ()):
        for kind, value in _broken(at):
            if (at.name, kind) in seen or not _sendable(shape, place, kind):
                continue
            seen.add((at.name, kind))
            try:
                request = _with(shape, place, value)
            except Unknown:
                continue
            yield Violation(".".join(place), kind, request)


def _places(
    shape: Any, place: tuple[str, ...], above: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Any]]:
    if place:
        yield place, shape
    if shape.name in above or getattr(shape, "is_eventstream", False):
        return
    inside = (*above, shape.name)
    if shape.type_name == "structure":
        for name in shape.required_members:
            yield (*place, name), _Required(shape, name)
        for name, member in shape.members.items():
            yield from _places(member, (*place, name), inside)
    elif shape.type_name == "list":
        yield from _places(shape.member, (*place, "[]"), inside)
    elif shape.type_name == "map":
        yield from _places(shape.value, (*place, "{}"), inside)


class _Required:
    """A member that must be there."""

    type_name = "required"

    def __init__(self, shape: Any, member: str) -> None:
        self.name = f"{shape.name}.{member}"
        self.metadata: dict[str, Any] = {}


ABSENT = object()


def _broken(shape: Any) -> Iterator[tuple[str, Any]]:
    kind = shape.type_name
    if kind == "required":
        yield "required", ABSENT
    elif kind == "string":
        yield from _broken_text(shape)
    elif kind in ("integer", "long", "float", "double"):
        yield from _broken_number(shape.metadata)
    elif kind in ("list", "map"):
        yield from _broken_many(shape)


def _broken_text(shape: Any) -> Iterator[tuple[str, Any]]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if shape.enum:
        yield "enum", "no-such-value"
    if low:
        yield "min", "a" * (low - 1)
    if high is not None and high < LONGEST and not shape.enum:
        yield "max", "a" * (high + 1)
    if shape.metadata.get("pattern"):
        pattern, least = compiled(shape.metadata["pattern"]), low or 0
        texts = [text if len(text) >= least else text * least for text in BAD]
        bad = [text for text in texts if pattern.fullmatch(text) is None and len(text) <= (high or LONGEST)]
        if bad:
            yield "pattern", bad[0]


def _broken_number(meta: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    low, high = meta.get("min"), meta.get("max")
    if low is not None:
        yield "min", low - 1
    if high is not None and high < 2**31 - 1:
        yield "max", high + 1


def _broken_many(shape: Any) -> Iterator[tuple[str, Any]]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low:
        yield "min", [] if shape.type_name == "list" else {}
    if high is not None and high <= 1000:
        try:
            yield "max", _many(shape, high + 1)
        except Unknown:
            return


def _many(shape: Any, count: int) -> Any:
    if shape.type_name == "list":
        return [_filled(shape.member, valid(shape.member))] * count
    return {f"{valid(shape.key)}{number}": valid(shape.value) for number in range(count)}


def _filled(shape: Any, value: Any, without: str = "") -> Any:
    """A structure with at least one member: a form cannot say that there is an empty one."""
    if value == {} and shape.type_name == "structure":
        for name, member in shape.members.items():
            if name != without and member.type_name in ("string", "integer", "boolean"):
                return {name: valid(member)}
        raise Unknown(f"{shape.name}: nothing else to say")
    return value


def _sendable(shape: Any, place: tuple[str, ...], kind: str) -> bool:
    """What is in a path or a header has a length; a client writes missing idempotency tokens itself."""
    if place[-1] == "ChecksumAlgorithm" or (place, kind) == (("RequestItems",), "required"):
        return False  # the client reads it itself
    member = shape.members[place[0]]
    where = member.serialization.get("location")
    if where in ("uri", "header", "headers", "querystring"):
        return kind in ("enum", "max") and where != "headers" and len(place) == 1
    return not (kind == "required" and len(place) == 1 and member.metadata.get("idempotencyToken"))


def _with(shape: Any, place: tuple[str, ...], value: Any, nested: bool = False) -> Any:
    if not place:
        return value
    head, rest = place[0], place[1:]
    if head == "[]":
        made = [valid(shape.member) for _ in range(max(shape.metadata.get("min", 1), 1))]
        return [_with(shape.member, rest, value, True), *made[1:]]
    if head == "{}":
        return {valid(shape.key): _with(shape.value, rest, value, True)}
    found = valid(shape)
    if not rest and value is ABSENT:
        found.pop(head, None)
        return _filled(shape, found, head) if nested else found
    return {**found, head: _with(shape.members[head], rest, value, True)}
