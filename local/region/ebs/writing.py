"""StartSnapshot, PutSnapshotBlock and CompleteSnapshot.

EBS User Guide, "Create snapshots using EBS direct APIs", "Idempotency for StartSnapshot API" and "Service
quotas for EBS direct APIs"; EBS API Reference, the three operations.
"""

from __future__ import annotations

import hashlib
import json
import time
from base64 import b64encode
from typing import Any

from region.base.emulator import ec2
from region.ebs import blocks, records
from region.ebs.refusals import Refused, invalid

MOST_PENDING = 100
_LARGEST = 64 * 1024
_TOKEN_SECONDS = 24 * 60 * 60

Parameters = dict[str, Any]
Answer = tuple[int, dict[str, str], Parameters | bytes]

# Client token -> what was asked with it, the snapshot, and when.
_tokens: dict[str, tuple[str, str, float]] = {}


def start(asked: Parameters, _data: bytes) -> Answer:
    size, parent = int(asked["VolumeSize"]), str(asked.get("ParentSnapshotId") or "")
    if size > _LARGEST:
        raise invalid("INVALID_VOLUME_SIZE", f"The volume size {size} GiB is above {_LARGEST} GiB.")
    if parent and "Encrypted" in asked:
        raise invalid("INVALID_PARAMETER_VALUE", "ParentSnapshotId and Encrypted exclude each other.")
    token, fingerprint = str(asked.get("ClientToken") or ""), json.dumps(asked, sort_keys=True)
    name = _repeated(token, fingerprint)
    if not name:
        _check(size, parent)
        name = records.made(size, asked)
        if parent:
            blocks.inherit(records.folder(name), records.folder(parent))
        if token:
            _tokens[token] = (fingerprint, name, time.time())
    return 201, {}, _described(name)


def _repeated(token: str, fingerprint: str) -> str:
    """The snapshot that an earlier request with this token started; empty when there was none."""
    asked, name, since = _tokens.get(token, ("", "", 0.0))
    if not name or time.time() - since > _TOKEN_SECONDS or name not in ec2._snapshots:
        return ""
    if asked != fingerprint:
        raise Refused("ConflictException", "", "The client token was used for another request.")
    return name


def _check(size: int, parent: str) -> None:
    if records.pending() >= MOST_PENDING:
        text = f"The account has {MOST_PENDING} pending snapshots."
        raise Refused("ConcurrentLimitExceededException", "", text)
    if parent:
        least = int(records.readable(parent)["VolumeSize"])
        if size < least:
            raise invalid("INVALID_VOLUME_SIZE", f"{size} GiB is less than the {least} GiB of the parent.")


def _described(name: str) -> Parameters:
    record = ec2._snapshots[name]
    parent = {"ParentSnapshotId": record["ParentSnapshotId"]} if record["ParentSnapshotId"] else {}
    return parent | {
        "SnapshotId": name,
        "OwnerId": record["OwnerId"],
        "Status": record["State"],
        "StartTime": record["StartedAt"],
        "VolumeSize": record["VolumeSize"],
        "BlockSize": blocks.BLOCK_SIZE,
        "Description": record["Description"],
        "Tags": ec2._tags.get(name) or [],
        "SseType": "sse-ebs" if record["Encrypted"] else "none",
    }


def put(asked: Parameters, data: bytes) -> Answer:
    name, index = str(asked["SnapshotId"]), int(asked["BlockIndex"])
    record = records.writable(name)
    size = int(record["VolumeSize"])
    if index * blocks.BLOCK_SIZE >= size << 30:
        raise invalid("INVALID_BLOCK", f"The block {index} is beyond the volume of {size} GiB.")
    if int(asked["DataLength"]) != blocks.BLOCK_SIZE or len(data) != blocks.BLOCK_SIZE:
        text = f"A block has {blocks.BLOCK_SIZE} bytes, this one has {len(data)}."
        raise invalid("INVALID_PARAMETER_VALUE", text)
    digest = b64encode(hashlib.sha256(data).digest()).decode()
    if asked["Checksum"] != digest:
        raise invalid("INVALID_BLOCK", f"The checksum of block {index} is not that of its data.")
    blocks.put(records.folder(name), index, data)
    record["WrittenAt"], record["Progress"] = time.time(), f"{asked.get('Progress') or 0}%"
    return 201, checksum_headers(digest), {}


def complete(asked: Parameters, _data: bytes) -> Answer:
    name = str(asked["SnapshotId"])
    record = records.writable(name)
    changed = blocks.written(records.folder(name))
    count = int(asked["ChangedBlocksCount"])
    if count != len(changed):
        text = f"{len(changed)} blocks were written, ChangedBlocksCount is {count}."
        raise invalid("INVALID_PARAMETER_VALUE", text)
    digest = b64encode(blocks.checksum(changed)).decode()
    if asked.get("Checksum", digest) != digest:
        raise invalid("INVALID_PARAMETER_VALUE", "The checksum is not that of the blocks in their order.")
    record["SealedAt"] = time.time()
    records.settle(name)
    return 202, {}, {"Status": record["State"]}


def checksum_headers(digest: str) -> dict[str, str]:
    return {"x-amz-Checksum": digest, "x-amz-Checksum-Algorithm": "SHA256"}
