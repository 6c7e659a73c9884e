"""Snapshots with files behind them and the AMIs that are made of them.

A snapshot's files lie in `<state>/snapshots/<snapshot-id>/`: CreateSnapshot makes the folder, DeleteSnapshot removes
it.
"""

from __future__ import annotations

import re
import shutil
import threading
from pathlib import Path
from typing import Any, Callable

from region.base import contract, patch
from region.instances.query import Parameters, Refused, Response, answering, first, listed
from region.base.settings import current as settings

EC2 = "ministack.services.ec2"

contract.expect(EC2, "_registered_image", "(image_id)")
contract.expect(EC2, "_image_matches_filters", "(view, filters)")
contract.expect(EC2, "_images")
contract.expect(EC2, "_snapshots")
contract.expect(EC2, "_STUB_AMIS")
for _action in ("CreateSnapshot", "CopySnapshot", "DeleteSnapshot", "RegisterImage", "DescribeImages"):
    contract.expect_entry(EC2, "_ACTION_MAP", _action, "(p)")

Image = dict[str, Any]


def registered(image_id: str) -> Image | None:
    """The record of a registered AMI, None for an unknown one and for the public ones of the emulator."""
    from ministack.services import ec2

    return ec2._images.get(image_id)


def root_snapshot(image: Image) -> str:
    """The snapshot of the AMI's root disk, empty when it was registered without one."""
    mappings = image.get("BlockDeviceMappings") or []
    root = [m for m in mappings if m["DeviceName"] == image["RootDeviceName"]] or mappings
    return (root[0].get("Ebs") or {}).get("SnapshotId", "") if root else ""


def disk(image: Image) -> Path:
    """The folder that stands for the root disk of `image`."""
    return settings.snapshots / (root_snapshot(image) or "none")


def require_launchable(image_id: str) -> None:
    """Refused unless RunInstances may use `image_id`."""
    from ministack.services import ec2

    if not image_id:
        raise Refused("MissingParameter", "The request must contain the parameter ImageId")
    if registered(image_id) or any(image_id == stub[0] for stub in ec2._STUB_AMIS):
        return
    _refuse_unknown(image_id)


def recover() -> None:
    """After a restart: drops disks without a snapshot, and snapshots and AMIs whose disk is gone.

    Files change at once, records are saved every few seconds, so a crash can leave either without the other.
    """
    from ministack.services import ec2

    known = {key[2] for key, _ in _all(ec2._snapshots)}
    disks = {folder.name for folder in settings.snapshots.iterdir()}
    for name in disks - known:
        _remove(settings.snapshots / name)
    lost = known - disks
    for (account, region, snapshot), _ in _all(ec2._snapshots):
        if snapshot in lost:
            ec2._snapshots.pop_scoped(account, region, snapshot)
    for (account, region, image_id), image in _all(ec2._images):
        if lost.intersection(_snapshots_of(image)):
            ec2._images.pop_scoped(account, region, image_id)


def _all(store: Any) -> list[tuple[tuple[str, str, str], Any]]:
    return list(store.all_items())


def _refuse_unknown(image_id: str) -> None:
    if not re.fullmatch(r"ami-([0-9a-f]{8}|[0-9a-f]{17})", image_id):
        raise Refused("InvalidAMIID.Malformed", f'Invalid id: "{image_id}"')
    raise Refused("InvalidAMIID.NotFound", f"The image id '[{image_id}]' does not exist")


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
    from ministack.services import ec2

    snapshot = first(parameters, "SnapshotId")
    for image in ec2._images.values():
        if snapshot in _snapshots_of(image):
            raise Refused(
                "InvalidSnapshot.InUse", f"The snapshot {snapshot} is currently in use by {image['ImageId']}"
            )
    answer = original(parameters)
    if answer[0] == 200:
        ec2._tags.pop(snapshot, None)
        _remove(settings.snapshots / snapshot)
    return answer


def _remove(folder: Path) -> None:
    """Removes a disk aside, a big one takes a moment."""
    threading.Thread(target=shutil.rmtree, args=(folder,), kwargs={"ignore_errors": True}, daemon=True).start()


def _snapshots_of(image: Image) -> list[str]:
    return [(mapping.get("Ebs") or {}).get("SnapshotId", "") for mapping in image.get("BlockDeviceMappings") or []]


def _register(original: Callable[[Parameters], Response], parameters: Parameters) -> Response:
    from ministack.services import ec2

    index = 1
    while first(parameters, f"BlockDeviceMapping.{index}.DeviceName"):
        snapshot = first(parameters, f"BlockDeviceMapping.{index}.Ebs.SnapshotId")
        if snapshot and snapshot not in ec2._snapshots:
            raise Refused("InvalidSnapshot.NotFound", f"The snapshot '{snapshot}' does not exist.")
        index += 1
    return original(parameters)


def _describe(original: Callable[[Parameters], Response], parameters: Parameters) -> Response:
    """The emulator's answer with the creation date, and a refusal for ids that do not exist."""
    from ministack.services import ec2

    for image_id in listed(parameters, "ImageId"):
        require_launchable(image_id)
    status, headers, body = original(parameters)

    def dated(found: re.Match[str]) -> str:
        image = ec2._images.get(found[1])
        date = image["CreationDate"] if image else "2024-10-10T00:00:00.000Z"
        return f"{found[0]}<creationDate>{date}</creationDate>"

    return status, headers, re.sub(r"<imageId>(ami-[0-9a-f]+)</imageId>", dated, body.decode()).encode()


def _matches(original: Callable[..., bool], view: dict[str, Any], wanted: dict[str, list[str]]) -> bool:
    snapshots = wanted.get("block-device-mapping.snapshot-id")
    if snapshots and not set(snapshots) & set(_snapshots_of(view)):
        return False
    return original(view, wanted)


def _bootable(original: Callable[[str], Image | None], image_id: str) -> Image | None:
    """None for an AMI of a snapshot: the emulator then leaves its instances to the region."""
    image = original(image_id)
    return image if image and image.get("ImageLocation") else None


def install() -> None:
    patch.wrap(EC2, "_registered_image", _bootable)
    patch.wrap(EC2, "_image_matches_filters", _matches)
    for action, around in (("CreateSnapshot", _create_snapshot), ("CopySnapshot", _copy_snapshot),
                           ("DeleteSnapshot", _delete_snapshot), ("RegisterImage", _register),
                           ("DescribeImages", _describe)):
        patch.wrap_entry(EC2, "_ACTION_MAP", action, answering(around))
