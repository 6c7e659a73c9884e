"""DescribeTable's counts are old: DynamoDB updates them about every six hours.

API reference, "TableDescription": "Recent changes might not be reflected in this value." So a new table
counts nothing for that long, whatever it holds.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from region.base import contract, patch
from region.base.emulator import dynamodb
from region.base.settings import current as settings

DYNAMODB = "ministack.services.dynamodb"
contract.expect(DYNAMODB, "_table_description", "(name)")
contract.expect(DYNAMODB, "_tables")

Table = dict[str, Any]
# Kept with the table, so that a restart makes the counts no younger.
_COUNTED = "_region_counted"


def counted(table: Table) -> tuple[int, int]:
    """(items, bytes) as they were counted last."""
    known = table.setdefault(_COUNTED, {"at": table["CreationDateTime"], "items": 0, "bytes": 0})
    if time.time() - known["at"] >= settings.count_seconds:
        items = [item for row in table["items"].values() for item in row.values()]
        known.update(at=time.time(), items=len(items), bytes=sum(map(_size, items)))
    return known["items"], known["bytes"]


def _size(item: Table) -> int:
    """About what DynamoDB counts: the names and the values."""
    return len(json.dumps(item, default=str, separators=(",", ":")))


def _describe(original: Callable[[str], Table], name: str) -> Table:
    told = original(name)
    told["ItemCount"], told["TableSizeBytes"] = counted(dynamodb._tables[name])
    return told


def install() -> None:
    patch.wrap(DYNAMODB, "_table_description", _describe)
