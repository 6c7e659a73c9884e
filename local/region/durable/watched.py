"""What of the services is looked at, how deep, and what has changed there since it was last written.

Most calls change a record or two, so a call looks at its own service as a whole and at the others only as far
as records refer to each other across services: a group to a template's version, a stack to all that it made.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, cast

from region.base import contract
from region.base.emulator import app, responses
from region.durable import items, stores
from region.durable.journal import Row

contract.expect("ministack.app", "_build_persistence_save_dict", "()")

OWN = frozenset({"dynamodb", "sqs", "s3"})
"""Services whose calls change nothing elsewhere that other records refer to."""
_ASIDE = frozenset({"cloudwatch", "cloudwatch_logs", "lambda"})
"""Services that a call of another one leaves alone: nothing refers to what changes in them by itself."""

TOUCHED, WHOLE, LAZY = range(3)
"""How deep a look goes: at records that refer to others, at all, and also at lines and points."""


@dataclass
class _Known:
    digest: bytes
    mark: Any


Key = tuple[str, str, stores.Name]
_known: dict[tuple[str, str], dict[stores.Name, _Known]] = {}


@dataclass
class Change:
    """Rows to write; `written` is called when they are on disk, `lost` when they are not."""

    rows: list[Row]
    written: Callable[[], None]
    lost: Callable[[], None]


def changes(whole: set[str], everything: bool = False, lazy: bool = False) -> Change:
    """What changed in the services named in `whole`, and in what refers to them; or everywhere."""
    rows: list[Row] = []
    found: list[tuple[Key, _Known | None]] = []
    for service, get_state in app._build_persistence_save_dict().items():
        own = everything or service in whole
        if own or (not whole <= OWN and service in stores.LOOKED_AT and service not in _ASIDE):
            depth = LAZY if lazy else WHOLE if own else TOUCHED
            for key, value, known in _changed(service, get_state, depth):
                rows.append((_key(*key), None if known is None else stores.text_of(value)))
                found.append((key, known))
    places: list[items.Place] = []
    for place, item in items.changes():
        places.append(place)
        rows.append((_key("dynamodb", items.STORE, place), None if item is None else stores.text_of(item)))
    return Change(rows, lambda: _remember(found), lambda: items.again(places))


def _changed(
    service: str, get_state: Callable[[], Any], depth: int
) -> Iterator[tuple[Key, Any, _Known | None]]:
    state = stores.look(service, get_state)
    for store, held in _split(service, state or {}):
        known = _known.get((service, store), {})
        seen: set[stores.Name] = set()
        for name, value in held:
            seen.add(name)
            before = known.get(name)
            mark = _mark(service, store, value)
            if before is not None and not _is_due(service, store, before.mark, mark, depth):
                continue
            digest = stores.digest_of(value)
            if before is None or before.digest != digest:
                yield (service, store, name), value, _Known(digest, mark)
        for name in known.keys() - seen:
            yield (service, store, name), None, None


def _split(service: str, state: dict[str, Any]) -> Iterator[tuple[str, Iterator[tuple[stores.Name, Any]]]]:
    for store, held in state.items():
        if (service, store) == ("dynamodb", "tables"):
            yield store, ((name, _table(value)) for name, value in stores.entries(held))
        elif (service, store) == ("cloudwatch_logs", "log_groups"):
            groups = list(stores.entries(held))
            yield store, ((name, {**value, "streams": {}} if value else value) for name, value in groups)
            yield "log_streams", _streams(groups)
        else:
            yield store, stores.entries(held)


# As the emulator counts.
_ITEM_BYTES = 200
_COUNTED = ("items", "ItemCount", "TableSizeBytes")


def _table(value: Any) -> Any:
    return value and {name: part for name, part in value.items() if name not in _COUNTED}


def _streams(groups: list[tuple[stores.Name, Any]]) -> Iterator[tuple[stores.Name, Any]]:
    for name, group in groups:
        streams: dict[str, Any] = group["streams"] if group else {}
        for stream, held in list(streams.items()):
            yield (*name, stream), held


def _mark(service: str, store: str, value: Any) -> Any:
    """What tells without a closer look that a record has come to another state."""
    record = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
    if (service, store) == ("cloudformation", "stacks"):
        return record.get("StackStatus")
    if (service, store) == ("dynamodb", "backups"):
        # All rows of a table: nothing but its state changes.
        return json.dumps(record.get("BackupDetails"), default=str)
    if (service, store) == ("stepfunctions", "executions"):
        return record.get("status"), len(record.get("events") or ())
    return None


def _is_due(service: str, store: str, before: Any, now: Any, depth: int) -> bool:
    """Whether an entry that is on disk has to be looked at again."""
    match service, store:
        case ("cloudwatch_logs", "log_streams") | ("cloudwatch", "metrics"):
            return depth == LAZY
        case "cloudformation", "stacks":
            return depth >= WHOLE or before != now or str(now).endswith("_IN_PROGRESS")
        case "dynamodb", "backups":
            return before != now
        case "cloudformation", _:
            return depth >= WHOLE
        case "stepfunctions", "executions":
            # One that has ended is not changed any more.
            return before != now or (depth >= WHOLE and now is not None and now[0] == "RUNNING")
        case _:
            return True


def _key(service: str, store: str, name: tuple[Any, ...]) -> bytes:
    return json.dumps([service, store, *name]).encode()


def _remember(found: list[tuple[Key, _Known | None]]) -> None:
    for (service, store, name), known in found:
        names = _known.setdefault((service, store), {})
        if known is None:
            names.pop(name, None)
        else:
            names[name] = known


def know(state: dict[bytes, bytes]) -> None:
    """What was just restored is known by its name only: the next look at everything writes it again, and
    removes what the services did not take.
    """
    for key in state:
        service, store, *name = json.loads(key)
        if store != items.STORE:
            _known.setdefault((service, store), {})[tuple(name)] = _Known(b"", None)
    items.known()


def payloads(state: dict[bytes, bytes]) -> dict[str, dict[str, Any]]:
    """The state of each service as its own restore takes it."""
    found: dict[str, dict[str, Any]] = {}
    parts: list[tuple[str, list[Any], bytes]] = []
    for key, text in state.items():
        service, store, *name = json.loads(key)
        if store in (items.STORE, "log_streams"):
            parts.append((store, name, text))
        else:
            stores.add(found.setdefault(service, {}), store, tuple(name), stores.value_of(text))
    for table in found.get("dynamodb", {}).get("tables", responses.AccountRegionScopedDict()).all_values():
        table.update({"items": {}, "ItemCount": 0, "TableSizeBytes": 0})
    for store, name, text in parts:
        if store == items.STORE:
            _put_item(found, name, stores.value_of(text))
        else:
            _put_stream(found, name, stores.value_of(text))
    return found


def _put_item(found: dict[str, dict[str, Any]], place: list[str], item: Any) -> None:
    account, region, name, key, sort = place
    table = found["dynamodb"]["tables"].get_scoped(account, region, name)
    if table is not None:
        table["items"].setdefault(key, {})[sort] = item
        table["ItemCount"] += 1
        table["TableSizeBytes"] += _ITEM_BYTES


def _put_stream(found: dict[str, dict[str, Any]], name: list[str], held: Any) -> None:
    *group, stream = name
    kind, *key = group
    groups: dict[str, Any] = {}
    stores.add(groups, "found", (kind, *key), None)
    place = next(iter(groups["found"]._data))
    record = found["cloudwatch_logs"]["log_groups"]._data.get(place)
    if record is not None:
        record["streams"][stream] = held
