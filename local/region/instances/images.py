"""Snapshots with files behind them, and the AMIs made from them.

A snapshot's files are in `<state>/snapshots/<snapshot-id>/`: CreateSnapshot makes the folder, DeleteSnapshot
removes it.
"""

from __future__ import annotations

import re
import shutil
import threading
from pathlib import Path
from typing import Any

from region.base import contract
from region.base.emulator import ec2
from region.base.settings import current as settings
from region.instances.query import Refused

EC2 = "ministack.services.ec2"

contract.expect(EC2, "_images")
contract.expect(EC2, "_snapshots")
contract.expect(EC2, "_STUB_AMIS")

Image = dict[str, Any]


def registered(image_id: str) -> Image | None:
    """The record of a registered AMI, None for an unknown one and for the public ones of the emulator."""
    return ec2._images.get(image_id)


def root_snapshot(image: Image) -> str:
    """The snapshot of the AMI's root disk, empty when it was registered without one."""
    mappings: list[dict[str, Any]] = image.get("BlockDeviceMappings") or []
    root = [m for m in mappings if m["DeviceName"] == image["RootDeviceName"]] or mappings
    return _snapshot_of(root[0]) if root else ""


def disk(image: Image) -> Path:
    """The folder that is the root disk of `image`."""
    return settings.snapshots / (root_snapshot(image) or "none")


def require_launchable(image_id: str) -> None:
    """Refused unless RunInstances may use `image_id`."""
    if not image_id:
        raise Refused("MissingParameter", "The request must contain the parameter ImageId")
    if registered(image_id) or any(image_id == stub[0] for stub in ec2._STUB_AMIS):
        return
    _refuse_unknown(image_id)


def recover() -> None:
    """After a restart: drops disks without a snapshot, and snapshots and AMIs whose disk is gone.

    Files change at once, records are saved every few seconds, so a crash can leave either without the other.
    """
    known = {key[2] for key, _ in _all(ec2._snapshots)}
    disks = {folder.name for folder in settings.snapshots.iterdir()}
    for name in disks - known:
        remove_disk(settings.snapshots / name)
    lost = known - disks
    for (account, region, snapshot), _ in _all(ec2._snapshots):
        if snapshot in lost:
            ec2._snapshots.pop_scoped(account, region, snapshot)
    for (account, region, image_id), image in _all(ec2._images):
        if lost.intersection(snapshots_of(image)):
            ec2._images.pop_scoped(account, region, image_id)


def _all(store: Any) -> list[tuple[tuple[str, str, str], Any]]:
    return list(store.all_items())


def _refuse_unknown(image_id: str) -> None:
    if not re.fullmatch(r"ami-([0-9a-f]{8}|[0-9a-f]{17})", image_id):
        raise Refused("InvalidAMIID.Malformed", f'Invalid id: "{image_id}"')
    raise Refused("InvalidAMIID.NotFound", f"The image id '[{image_id}]' does not exist")


def written_bytes(folder: Path) -> int:
    """What the snapshot holds: the blocks that were written, or the sizes of its files."""
    return sum(file.lstat().st_blocks * 512 for file in folder.rglob("*") if file.is_file())


def remove_disk(folder: Path) -> None:
    """Removes a disk aside, a big one takes a moment."""
    threading.Thread(
        target=shutil.rmtree, args=(folder,), kwargs={"ignore_errors": True}, daemon=True
    ).start()


def snapshots_of(image: Image) -> list[str]:
    mappings: list[dict[str, Any]] = image.get("BlockDeviceMappings") or []
    return [_snapshot_of(mapping) for mapping in mappings]


def _snapshot_of(mapping: dict[str, Any]) -> str:
    disk_of: dict[str, str] = mapping.get("Ebs") or {}
    return disk_of.get("SnapshotId", "")
