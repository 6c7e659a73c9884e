"""Snapshots that are written block by block: their records among EC2's, and what time does to them.

EBS User Guide, "Create snapshots using EBS direct APIs"; EBS API Reference, StartSnapshot: a snapshot that is
not completed within its timeout after the last block is cancelled.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from region.base import contract
from region.base.emulator import ec2, responses
from region.base.settings import current as settings
from region.ebs import blocks
from region.ebs.refusals import invalid, not_found

EC2 = "ministack.services.ec2"
contract.expect(EC2, "_snapshots")
contract.expect(EC2, "_tags")
contract.expect(EC2, "_new_snapshot_id", "()")

_TIMEOUT_MINUTES = 60

Record = dict[str, Any]


def folder(name: str) -> Path:
    return settings.snapshots / name


def made(size: int, asked: Record) -> str:
    """The id of a new snapshot, which is pending."""
    name = str(ec2._new_snapshot_id())
    blocks.make(folder(name), size)
    ec2._snapshots[name] = {
        "SnapshotId": name,
        # EC2 shows this id for a snapshot that was not made of a volume.
        "VolumeId": "vol-ffffffff",
        "VolumeSize": size,
        "Description": str(asked.get("Description") or ""),
        "State": "pending",
        "StartTime": responses.now_iso(),
        "Progress": "0%",
        "OwnerId": responses.get_account_id(),
        "Encrypted": bool(asked.get("Encrypted")),
        "StorageTier": "standard",
        "ParentSnapshotId": str(asked.get("ParentSnapshotId") or ""),
        "TimeoutMinutes": int(asked.get("Timeout") or _TIMEOUT_MINUTES),
        "StartedAt": time.time(),
        "WrittenAt": time.time(),
        "SealedAt": 0.0,
    }
    tags = [{"Key": str(tag["Key"]), "Value": str(tag["Value"])} for tag in asked.get("Tags") or []]
    if tags:
        ec2._tags[name] = tags
    return name


def writable(name: str) -> Record:
    """The record of a snapshot that takes blocks."""
    settle(name)
    record = ec2._snapshots.get(name)
    if record is None or "StartedAt" not in record or _is_unseen(record):
        raise not_found(name)
    if record["State"] != "pending" or record["SealedAt"]:
        raise invalid("INVALID_SNAPSHOT_ID", f"The snapshot '{name}' takes no more blocks.")
    return record


def readable(name: str) -> Record:
    """The record of a completed snapshot that has blocks."""
    settle(name)
    record = ec2._snapshots.get(name)
    if record is None:
        raise not_found(name)
    if record["State"] != "completed":
        raise invalid("INVALID_SNAPSHOT_ID", f"The snapshot '{name}' is {record['State']}.")
    if not (folder(name) / blocks.DISK).exists():
        raise invalid("INVALID_SNAPSHOT_ID", f"The snapshot '{name}' has files here and no blocks.")
    return record


def _is_unseen(record: Record) -> bool:
    """Whether the API does not know yet what it has just started: tools that upload meet that."""
    return time.time() - float(record["StartedAt"]) < settings.lag_seconds


def settle(name: str) -> None:
    """A sealed snapshot is completed after a while, and one that nobody writes any more fails."""
    record = ec2._snapshots.get(name)
    if record is None or record["State"] != "pending" or "StartedAt" not in record:
        return
    if record["SealedAt"]:
        if time.time() - float(record["SealedAt"]) >= settings.lag_seconds:
            record["State"], record["Progress"] = "completed", "100%"
    elif time.time() - float(record["WrittenAt"]) > 60 * int(record["TimeoutMinutes"]):
        record["State"] = "error"


def settle_all() -> None:
    for name in list(ec2._snapshots):
        settle(name)


def pending() -> int:
    settle_all()
    return sum(record["State"] == "pending" for record in list(ec2._snapshots.values()))
