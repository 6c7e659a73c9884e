"""Snapshots that are written and read block by block."""

from __future__ import annotations

import base64
import hashlib
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from regions import Region
from waiting import wait_for

BLOCK = 512 * 1024


def block(letter: str) -> bytes:
    return letter.encode() * BLOCK


def digest(data: bytes) -> str:
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


def together(blocks: dict[int, bytes]) -> str:
    return digest(b"".join(hashlib.sha256(blocks[index]).digest() for index in sorted(blocks)))


def put(region: Region, snapshot: str, index: int, data: bytes, **changed: Any) -> None:
    asked = {"DataLength": BLOCK, "Checksum": digest(data), "ChecksumAlgorithm": "SHA256", **changed}
    region.client("ebs").put_snapshot_block(SnapshotId=snapshot, BlockIndex=index, BlockData=data, **asked)


def upload(region: Region, blocks: dict[int, bytes], **asked: Any) -> str:
    ebs = region.client("ebs")
    snapshot = str(ebs.start_snapshot(**{"VolumeSize": 1, **asked})["SnapshotId"])
    for index, data in blocks.items():
        put(region, snapshot, index, data)
    ebs.complete_snapshot(SnapshotId=snapshot, ChangedBlocksCount=len(blocks), Checksum=together(blocks))
    return snapshot


def content(region: Region, snapshot: str) -> dict[int, bytes]:
    ebs = region.client("ebs")
    found: dict[int, bytes] = {}
    page = ebs.list_snapshot_blocks(SnapshotId=snapshot)
    for one in page["Blocks"]:
        answer = ebs.get_snapshot_block(
            SnapshotId=snapshot, BlockIndex=one["BlockIndex"], BlockToken=one["BlockToken"]
        )
        data = answer["BlockData"].read()
        assert answer["Checksum"] == digest(data)
        found[one["BlockIndex"]] = data
    return found


def refusal(function: Callable[..., Any], **arguments: Any) -> tuple[str, str, str]:
    with pytest.raises(ClientError) as error:
        function(**arguments)
    said = error.value.response
    return said["Error"]["Code"], str(said.get("Reason", "")), said["Error"].get("Message", "")


def test_a_snapshot_holds_exactly_the_blocks_that_were_put_into_it(region: Region) -> None:
    blocks = {0: block("a"), 5: block("b"), 2047: block("c")}
    snapshot = upload(region, blocks, Description="a disk", Tags=[{"Key": "CreatedBy", "Value": "ops"}])
    assert content(region, snapshot) == blocks
    [record] = region.client("ec2").describe_snapshots(SnapshotIds=[snapshot])["Snapshots"]
    assert (record["State"], record["VolumeSize"], record["Description"]) == ("completed", 1, "a disk")
    assert record["FullSnapshotSizeInBytes"] == pytest.approx(3 * BLOCK, abs=8192)
    assert record["Tags"] == [{"Key": "CreatedBy", "Value": "ops"}]
    assert region.register(snapshot).startswith("ami-")


def test_a_snapshot_has_its_parents_blocks_and_its_own(region: Region) -> None:
    parent = upload(region, {0: block("a"), 1: block("b")})
    child = upload(region, {1: block("c"), 2: block("d")}, ParentSnapshotId=parent)
    region.client("ec2").delete_snapshot(SnapshotId=parent)
    assert content(region, child) == {0: block("a"), 1: block("c"), 2: block("d")}


def test_changed_blocks_are_those_in_which_child_and_parent_differ(region: Region) -> None:
    parent = upload(region, {0: block("a"), 1: block("b")})
    child = upload(region, {1: block("c"), 2: block("d")}, ParentSnapshotId=parent)
    ebs = region.client("ebs")
    found = ebs.list_changed_blocks(FirstSnapshotId=parent, SecondSnapshotId=child)["ChangedBlocks"]
    assert [(one["BlockIndex"], "FirstBlockToken" in one) for one in found] == [(1, True), (2, False)]
    other = upload(region, {0: block("e")})
    code, reason, _ = refusal(ebs.list_changed_blocks, FirstSnapshotId=other, SecondSnapshotId=child)
    assert (code, reason) == ("ValidationException", "UNRELATED_SNAPSHOTS")


def test_a_list_has_pages(region: Region) -> None:
    blocks = {index: block("x") for index in range(0, 240, 2)}
    snapshot = upload(region, blocks)
    ebs = region.client("ebs")
    first = ebs.list_snapshot_blocks(SnapshotId=snapshot, MaxResults=100)
    rest = ebs.list_snapshot_blocks(SnapshotId=snapshot, MaxResults=100, NextToken=first["NextToken"])
    assert [len(page["Blocks"]) for page in (first, rest)] == [100, 20]
    assert "NextToken" not in rest
    late = ebs.list_snapshot_blocks(SnapshotId=snapshot, StartingBlockIndex=231)["Blocks"]
    assert [one["BlockIndex"] for one in late] == [232, 234, 236, 238]


def test_a_repeated_start_gives_the_same_snapshot(region: Region) -> None:
    ebs, token = region.client("ebs"), uuid.uuid4().hex
    names = {ebs.start_snapshot(VolumeSize=1, ClientToken=token)["SnapshotId"] for _ in range(2)}
    assert len(names) == 1
    code, _, _ = refusal(ebs.start_snapshot, VolumeSize=2, ClientToken=token)
    assert code == "ConflictException"


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"VolumeSize": 65537}, "INVALID_VOLUME_SIZE"),
        ({"VolumeSize": 1, "ParentSnapshotId": "snap-0123456789abcdef0"}, "SNAPSHOT_NOT_FOUND"),
        (
            {"VolumeSize": 1, "ParentSnapshotId": "snap-0123456789abcdef0", "Encrypted": True},
            "INVALID_PARAMETER_VALUE",
        ),
    ],
)
def test_a_start_is_refused(region: Region, asked: dict[str, Any], reason: str) -> None:
    assert refusal(region.client("ebs").start_snapshot, **asked)[1] == reason


def test_a_parent_is_complete_and_no_larger(region: Region) -> None:
    ebs = region.client("ebs")
    unfinished = ebs.start_snapshot(VolumeSize=1)["SnapshotId"]
    refused = refusal(ebs.start_snapshot, VolumeSize=1, ParentSnapshotId=unfinished)
    assert refused[:2] == ("ValidationException", "INVALID_SNAPSHOT_ID")
    large = upload(region, {0: block("a")}, VolumeSize=2)
    refused = refusal(ebs.start_snapshot, VolumeSize=1, ParentSnapshotId=large)
    assert refused[:2] == ("ValidationException", "INVALID_VOLUME_SIZE")


@pytest.mark.parametrize(
    ("index", "changed", "reason"),
    [
        (2048, {}, "INVALID_BLOCK"),
        (0, {"Checksum": digest(b"something else")}, "INVALID_BLOCK"),
        (0, {"DataLength": 1024}, "INVALID_PARAMETER_VALUE"),
    ],
)
def test_a_block_is_refused(region: Region, index: int, changed: dict[str, Any], reason: str) -> None:
    snapshot = region.client("ebs").start_snapshot(VolumeSize=1)["SnapshotId"]
    with pytest.raises(ClientError) as error:
        put(region, snapshot, index, block("a"), **changed)
    assert error.value.response["Reason"] == reason


def test_a_snapshot_is_completed_with_the_right_count_and_checksum_once(region: Region) -> None:
    ebs = region.client("ebs")
    snapshot = ebs.start_snapshot(VolumeSize=1)["SnapshotId"]
    put(region, snapshot, 0, block("a"))
    code, _, said = refusal(ebs.complete_snapshot, SnapshotId=snapshot, ChangedBlocksCount=2)
    assert code == "ValidationException"
    assert "1 blocks were written" in said
    wrong = {"SnapshotId": snapshot, "ChangedBlocksCount": 1, "Checksum": digest(b"no")}
    assert refusal(ebs.complete_snapshot, **wrong)[0] == "ValidationException"
    ebs.complete_snapshot(SnapshotId=snapshot, ChangedBlocksCount=1)
    assert refusal(ebs.complete_snapshot, SnapshotId=snapshot, ChangedBlocksCount=1)[1] == (
        "INVALID_SNAPSHOT_ID"
    )


def test_what_is_not_complete_can_be_deleted_and_neither_read_nor_registered(region: Region) -> None:
    ebs, ec2 = region.client("ebs"), region.client("ec2")
    snapshot = ebs.start_snapshot(VolumeSize=1)["SnapshotId"]
    assert refusal(ebs.list_snapshot_blocks, SnapshotId=snapshot)[1] == "INVALID_SNAPSHOT_ID"
    with pytest.raises(ClientError) as error:
        region.register(snapshot)
    assert error.value.response["Error"]["Code"] == "IncorrectState"
    ec2.delete_snapshot(SnapshotId=snapshot)
    with pytest.raises(ClientError) as error:
        put(region, snapshot, 0, block("a"))
    assert error.value.response["Error"]["Code"] == "ResourceNotFoundException"


def test_a_block_is_read_with_its_own_token_only(region: Region) -> None:
    snapshot = upload(region, {0: block("a"), 1: block("b")})
    ebs = region.client("ebs")
    tokens = [one["BlockToken"] for one in ebs.list_snapshot_blocks(SnapshotId=snapshot)["Blocks"]]
    asked = {"SnapshotId": snapshot, "BlockIndex": 0, "BlockToken": tokens[1]}
    assert refusal(ebs.get_snapshot_block, **asked)[1] == "INVALID_BLOCK_TOKEN"


def test_an_upload_goes_on_after_a_restart(own_region: Region) -> None:
    snapshot = str(own_region.client("ebs").start_snapshot(VolumeSize=1)["SnapshotId"])
    put(own_region, snapshot, 0, block("a"))
    own_region.stop()
    own_region.start()
    put(own_region, snapshot, 3, block("b"))
    own_region.client("ebs").complete_snapshot(SnapshotId=snapshot, ChangedBlocksCount=2)
    assert content(own_region, snapshot) == {0: block("a"), 3: block("b")}


def test_a_new_snapshot_is_not_known_at_once_and_not_complete_at_once(tmp_path: Any) -> None:
    late = Region(tmp_path, {"NANOFLEET_LAG_SECONDS": "1"})
    late.start()
    try:
        ebs, ec2 = late.client("ebs"), late.client("ec2")
        snapshot = str(ebs.start_snapshot(VolumeSize=1)["SnapshotId"])
        with pytest.raises(ClientError) as error:
            put(late, snapshot, 0, block("a"))
        assert error.value.response["Error"]["Code"] == "ResourceNotFoundException"
        time.sleep(1)
        put(late, snapshot, 0, block("a"))
        sealed = ebs.complete_snapshot(SnapshotId=snapshot, ChangedBlocksCount=1)
        assert sealed["Status"] == "pending"

        def is_completed() -> bool:
            [record] = ec2.describe_snapshots(SnapshotIds=[snapshot])["Snapshots"]
            return bool(record["State"] == "completed")

        wait_for("it is completed", is_completed)
    finally:
        late.stop()
