"""The EC2 API of snapshots and AMIs: files that follow their snapshot, refusals the emulator leaves out."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from region.base import contract, patch
from region.base.emulator import ec2
from region.base.settings import current as settings
from region.instances.images import (
    Image,
    remove_disk,
    require_launchable,
    snapshots_of,
    written_bytes,
)
from region.instances.query import Parameters, Refused, Response, answering, first, listed

EC2 = "ministack.services.ec2"

contract.expect(EC2, "_registered_image", "(image_id)")
contract.expect(EC2, "_image_matches_filters", "(view, filters)")
contract.expect(EC2, "_image_owner_matches", "(view, owners)")
contract.expect(EC2, "_snapshot_inner_xml", "(snap)")
contract.expect(EC2, "_images")
contract.expect(EC2, "_snapshots")
for _action in ("CreateSnapshot", "CopySnapshot", "DeleteSnapshot", "RegisterImage", "DescribeImages"):
    contract.expect_entry(EC2, "_ACTION_MAP", _action, "(p)")


def _create_snapshot(original: Callable[[Parameters], Response], parameters: Parameters) -> Response:
    status, headers, body = original(parameters)
    made = re.search(rb"<snapshotId>(snap-[0-9a-f]+)</snapshotId>", body)
    if status == 200 and made:
        (settings.snapshots / made[1].decode()).mkdir(parents=True, exist_ok=True)
    return status, headers, body


def _copy_snapshot(original: Callable[[Parameters], Response], parameters: Parameters) -> Response:
    status, headers, body = original(parameters)
    made = re.search(rb"<snapshotId>(snap-[0-9a-f]+)</snapshotId>", body)
    source = settings.snapshots / first(parameters, "SourceSnapshotId")
    if status == 200 and made and source.is_dir():
        shutil.copytree(source, settings.snapshots / made[1].decode(), symlinks=True, dirs_exist_ok=True)
    return status, headers, body


def _delete_snapshot(original: Callable[[Parameters], Response], parameters: Parameters) -> Response:
    snapshot = first(parameters, "SnapshotId")
    for image in ec2._images.values():
        if snapshot in snapshots_of(image):
            raise Refused(
                "InvalidSnapshot.InUse", f"The snapshot {snapshot} is currently in use by {image['ImageId']}"
            )
    answer = original(parameters)
    if answer[0] == 200:
        ec2._tags.pop(snapshot, None)
        remove_disk(settings.snapshots / snapshot)
    return answer


def _register(original: Callable[[Parameters], Response], parameters: Parameters) -> Response:
    index = 1
    while first(parameters, f"BlockDeviceMapping.{index}.DeviceName"):
        snapshot = first(parameters, f"BlockDeviceMapping.{index}.Ebs.SnapshotId")
        if snapshot and snapshot not in ec2._snapshots:
            raise Refused("InvalidSnapshot.NotFound", f"The snapshot '{snapshot}' does not exist.")
        if snapshot and ec2._snapshots[snapshot]["State"] != "completed":
            raise Refused("IncorrectState", f"The snapshot '{snapshot}' is not completed.")
        index += 1
    return original(parameters)


def _describe(original: Callable[[Parameters], Response], parameters: Parameters) -> Response:
    """The emulator's answer with the creation date, and a refusal for ids that do not exist."""
    for image_id in listed(parameters, "ImageId"):
        require_launchable(image_id)
        if _is_unseen(image_id):
            raise Refused("InvalidAMIID.NotFound", f"The image id '[{image_id}]' does not exist")
    status, headers, body = original(parameters)

    def dated(found: re.Match[str]) -> str:
        image = ec2._images.get(found[1])
        date = image["CreationDate"] if image else "2024-10-10T00:00:00.000Z"
        return f"{found[0]}<creationDate>{date}</creationDate>"

    return status, headers, re.sub(r"<imageId>(ami-[0-9a-f]+)</imageId>", dated, body.decode()).encode()


def _is_unseen(image_id: str) -> bool:
    """Whether EC2 does not show an image yet: "Eventual consistency in the Amazon EC2 API"."""
    image = ec2._images.get(image_id)
    if image is None or settings.lag_seconds == 0:
        return False
    made = datetime.fromisoformat(image["CreationDate"].replace("Z", "+00:00")).timestamp()
    return time.time() - made < settings.lag_seconds


def _described_snapshot(original: Callable[[dict[str, Any]], str], snapshot: dict[str, Any]) -> str:
    if snapshot["State"] != "completed":
        return original(snapshot)
    size = written_bytes(settings.snapshots / snapshot["SnapshotId"])
    return f"{original(snapshot)}<fullSnapshotSizeInBytes>{size}</fullSnapshotSizeInBytes>"


def _owner_matches(original: Callable[..., bool], view: dict[str, Any], owners: list[str]) -> bool:
    return original(view, owners) and not _is_unseen(view["ImageId"])


def _matches(original: Callable[..., bool], view: dict[str, Any], wanted: dict[str, list[str]]) -> bool:
    snapshots = wanted.get("block-device-mapping.snapshot-id")
    if snapshots and not set(snapshots) & set(snapshots_of(view)):
        return False
    return original(view, wanted)


def _bootable(original: Callable[[str], Image | None], image_id: str) -> Image | None:
    """None for an AMI made from a snapshot: the emulator then leaves its instances to the region."""
    image = original(image_id)
    return image if image and image.get("ImageLocation") else None


def install() -> None:
    patch.wrap(EC2, "_snapshot_inner_xml", _described_snapshot)
    patch.wrap(EC2, "_registered_image", _bootable)
    patch.wrap(EC2, "_image_matches_filters", _matches)
    patch.wrap(EC2, "_image_owner_matches", _owner_matches)
    for action, around in (
        ("CreateSnapshot", _create_snapshot),
        ("CopySnapshot", _copy_snapshot),
        ("DeleteSnapshot", _delete_snapshot),
        ("RegisterImage", _register),
        ("DescribeImages", _describe),
    ):
        patch.wrap_entry(EC2, "_ACTION_MAP", action, answering(around))
