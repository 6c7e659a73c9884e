"""The emulator's services as entries: (store, key) and value, read without copying them.

A service tells its state as a dict of stores, each of which it copies deeply first. While a look is taken
here, the copies of the services listed below end at the records: all that such a service changes in its copy
is a record's own members.
"""

from __future__ import annotations

import ast
import copy
import json
import marshal
import threading
from collections.abc import Callable, Iterator
from functools import cache
from hashlib import blake2b
from types import FunctionType
from typing import Any, cast

from region.base import contract
from region.base.emulator import persistence, responses

PERSISTENCE = "ministack.core.persistence"
contract.expect(PERSISTENCE, "_json_default", "(obj)")
contract.expect(PERSISTENCE, "_json_object_hook", "(obj)")
contract.expect("ministack.core.responses", "AccountScopedDict")
contract.expect("ministack.core.responses", "AccountRegionScopedDict")

Name = tuple[Any, ...]
"""(kind of store, parts of the key): R of account and region, A of an account, V a value of its own."""

LOOKED_AT = frozenset(
    {
        *("alb", "autoscaling", "cloudformation", "cloudwatch", "cloudwatch_logs", "codebuild", "dynamodb"),
        *("ec2", "ecr", "eventbridge", "iam", "s3", "sns", "sqs", "ssm", "stepfunctions", "waf"),
    }
)
for _service in sorted(LOOKED_AT):
    contract.expect(f"ministack.services.{_service}", "get_state", "()")

_looking = threading.local()


class _Copying:
    """The module `copy` for a service of the emulator."""

    def __getattr__(self, name: str) -> Any:
        return getattr(copy, name)

    @staticmethod
    def deepcopy(value: Any, memo: Any = None) -> Any:
        return _shallow(value) if getattr(_looking, "on", False) else copy.deepcopy(value, memo)


_copying = _Copying()


def look(service: str, get_state: Callable[[], Any]) -> dict[str, Any] | None:
    """The stores of a service as they are now; what is in them may be its own, so change nothing."""
    if service not in LOOKED_AT or not isinstance(get_state, FunctionType):
        return get_state()
    names = get_state.__globals__
    if names.get("copy") is copy:
        names["copy"] = _copying
    _looking.on = True
    try:
        return get_state()
    finally:
        _looking.on = False


def _shallow(value: Any) -> Any:
    if _is_scoped(value):
        made = type(value)()
        for key, record in list(value._data.items()):
            made._data[key] = record.copy() if type(record) is dict else record
        return made
    if type(value) is dict:
        record: dict[Any, Any] = cast("dict[Any, Any]", value)
        return {key: _shallow(one) if _is_scoped(one) else one for key, one in list(record.items())}
    return value


def _is_scoped(value: Any) -> bool:
    return isinstance(value, _scoped())


@cache
def _scoped() -> tuple[type, type]:
    """The emulator's kinds of stores, looked up once: this is asked thousands of times."""
    return responses.AccountRegionScopedDict, responses.AccountScopedDict


def entries(store: Any) -> Iterator[tuple[Name, Any]]:
    """Every entry of a store, first one without a key that tells which kind of store it is."""
    of_region, of_account = _scoped()
    if isinstance(store, of_region):
        yield ("R",), None
        for (account, region, key), value in list(store._data.items()):
            yield ("R", account, region, repr(key)), value
    elif isinstance(store, of_account):
        yield ("A",), None
        for (account, key), value in list(store._data.items()):
            yield ("A", account, repr(key)), value
    else:
        yield ("V",), store


def add(stores: dict[str, Any], store: str, name: Name, value: Any) -> None:
    """The other way round: puts an entry back into its store."""
    kind, *key = name
    if kind == "V":
        stores[store] = value
        return
    made = responses.AccountRegionScopedDict if kind == "R" else responses.AccountScopedDict
    found = stores.setdefault(store, made())
    if key:
        found._data[(*key[:-1], _literal(key[-1]))] = value


def _literal(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def text_of(value: Any) -> bytes:
    return json.dumps(value, default=persistence._json_default).encode()


def value_of(text: bytes) -> Any:
    return json.loads(text, object_hook=persistence._json_object_hook)


def digest_of(value: Any) -> bytes:
    """Tells whether a value has changed. marshal takes a fifth of the time that JSON takes; what it does not
    know, JSON does.
    """
    try:
        data = marshal.dumps(value, 2)
    except ValueError:
        data = text_of(value)
    return blake2b(data, digest_size=16).digest()
