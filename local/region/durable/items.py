"""DynamoDB's items: which ones changed since the last look, so that a table is never read as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from region.base import contract, patch
from region.base.emulator import dynamodb

DYNAMODB = "ministack.services.dynamodb"
contract.expect(DYNAMODB, "_set_item", "(table, pk_val, sk_val, item)")
contract.expect(DYNAMODB, "_remove_item", "(table, pk_val, sk_val)")
contract.expect(DYNAMODB, "_items_replaced", "(table)")
contract.expect(DYNAMODB, "_tables")

Place = tuple[str, str, str, str, str]
"""Account, region, table, partition key, sort key."""

STORE = "items"
_changed: set[Place] = set()
# The tables of the last look: the items of one that is gone, or was made anew, go with it.
_known: dict[tuple[str, str, str], Any] = {}
noted: Callable[[], None] = lambda: None  # noqa: E731 -- commits.py puts its own here


def changes() -> Iterator[tuple[Place, Any]]:
    """Every item that changed since the last call, None for one that is gone."""
    tables: dict[tuple[str, str, str], Any] = dict(dynamodb._tables.all_items())
    places = {_changed.pop() for _ in range(len(_changed))}
    for name, table in _known.items():
        if tables.get(name) is not table:
            places.update(_places(name, table))
    for name, table in tables.items():
        if _known.get(name) is not table:
            places.update(_places(name, table))
    _known.clear()
    _known.update(tables)
    for place in places:
        table = tables.get(place[:3])
        yield place, table["items"].get(place[3], {}).get(place[4]) if table else None


def again(places: list[Place]) -> None:
    """They could not be written."""
    _changed.update(places)


def known() -> None:
    """Everything as it is now is on disk already: it was just read from there."""
    _changed.clear()
    _known.clear()
    _known.update(dynamodb._tables.all_items())


def _places(name: tuple[str, str, str], table: Any) -> list[Place]:
    return [(*name, key, sort) for key, sorts in list(table["items"].items()) for sort in list(sorts)]


def _name(table: Any) -> tuple[str, str, str]:
    parts = table["TableArn"].split(":")
    return parts[4], parts[3], table["TableName"]


def _set(original: Callable[..., Any], table: Any, key: str, sort: str, item: Any) -> Any:
    old = original(table, key, sort, item)
    _changed.add((*_name(table), key, sort))
    noted()
    return old


def _remove(original: Callable[..., Any], table: Any, key: str, sort: str) -> Any:
    old = original(table, key, sort)
    _changed.add((*_name(table), key, sort))
    noted()
    return old


def _replaced(original: Callable[..., None], table: Any) -> None:
    original(table)
    _changed.update(_places(_name(table), table))
    noted()


def install() -> None:
    patch.wrap(DYNAMODB, "_set_item", _set)
    patch.wrap(DYNAMODB, "_remove_item", _remove)
    patch.wrap(DYNAMODB, "_items_replaced", _replaced)
