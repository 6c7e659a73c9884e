"""ListSnapshotBlocks, ListChangedBlocks and GetSnapshotBlock.

EBS User Guide, "Read snapshots using EBS direct APIs": a block is read with the token that a list gave for
it, which names the block of that snapshot and expires after seven days.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from base64 import b64decode, b64encode
from typing import Any

from region.base import root_key
from region.ebs import blocks, records
from region.ebs.refusals import invalid
from region.ebs.writing import Answer, Parameters, checksum_headers

_PAGE = 10_000
_EXPIRES_SECONDS = 7 * 24 * 60 * 60


def listed(asked: Parameters, _data: bytes) -> Answer:
    name = str(asked["SnapshotId"])
    record = records.readable(name)
    found = list(blocks.of(records.folder(name)))
    page, following = _page(found, asked)
    shown = [{"BlockIndex": index, "BlockToken": _token(name, index)} for index in page]
    return 200, {}, {"Blocks": shown} | _size(record) | following


def changed(asked: Parameters, _data: bytes) -> Answer:
    second, first = str(asked["SecondSnapshotId"]), str(asked.get("FirstSnapshotId") or "")
    record = records.readable(second)
    new = blocks.of(records.folder(second))
    old: dict[int, bytes] = {}
    if first:
        if record.get("ParentSnapshotId") != first:
            raise invalid("UNRELATED_SNAPSHOTS", f"The snapshot '{second}' was not made from '{first}'.")
        records.readable(first)
        old = blocks.of(records.folder(first))
    page, following = _page([index for index in new if old.get(index) != new[index]], asked)
    shown = [_change(index, first if index in old else "", second) for index in page]
    return 200, {}, {"ChangedBlocks": shown} | _size(record) | following


def _change(index: int, first: str, second: str) -> dict[str, Any]:
    before = {"FirstBlockToken": _token(first, index)} if first else {}
    return before | {"BlockIndex": index, "SecondBlockToken": _token(second, index)}


def _page(indexes: list[int], asked: Parameters) -> tuple[list[int], Parameters]:
    begin = int(asked.get("StartingBlockIndex") or 0)
    if asked.get("NextToken"):
        begin = _begin(str(asked["NextToken"]))
    rest = [index for index in indexes if index >= begin]
    most = int(asked.get("MaxResults") or _PAGE)
    following = {"NextToken": b64encode(str(rest[most]).encode()).decode()} if len(rest) > most else {}
    return rest[:most], following


def _begin(token: str) -> int:
    try:
        return int(b64decode(token, validate=True))
    except ValueError as cause:
        raise invalid("INVALID_PAGE_TOKEN", "The page token is not one of this list.") from cause


def _size(record: Parameters) -> Parameters:
    expires = time.time() + _EXPIRES_SECONDS
    return {"VolumeSize": record["VolumeSize"], "BlockSize": blocks.BLOCK_SIZE, "ExpiryTime": expires}


def get(asked: Parameters, _data: bytes) -> Answer:
    name, index = str(asked["SnapshotId"]), int(asked["BlockIndex"])
    records.readable(name)
    if not hmac.compare_digest(str(asked["BlockToken"]), _token(name, index)):
        raise invalid("INVALID_BLOCK_TOKEN", f"The token is not that of block {index} of '{name}'.")
    data = blocks.get(records.folder(name), index)
    digest = b64encode(hashlib.sha256(data).digest()).decode()
    headers = {"Content-Type": "application/octet-stream", "x-amz-Data-Length": str(len(data))}
    return 200, headers | checksum_headers(digest), data


def _token(name: str, index: int) -> str:
    known = root_key.derived(f"block {index} of {name}")
    return b64encode(bytes.fromhex(known)).decode()
