"""Who may write and read snapshots block by block."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from regions import Region
from roles import Actor, allow

SNAPSHOTS = "arn:aws:ec2:eu-west-1::snapshot/*"
OURS = {"Key": "team", "Value": "ours"}
TAGGED = {"aws:ResourceTag/team": "ours"}
START = allow("ebs:StartSnapshot", SNAPSHOTS, StringEquals={"aws:RequestTag/team": "ours"})
CREATE = allow("ec2:CreateTags", SNAPSHOTS, StringEquals={"ec2:CreateAction": "StartSnapshot"})


def denied(function: Any, **arguments: Any) -> str:
    with pytest.raises(ClientError) as error:
        function(**arguments)
    assert error.value.response["Error"]["Code"] == "AccessDeniedException"
    return str(error.value.response["Error"]["Message"])


def test_a_start_needs_the_permission_to_tag(actor: Actor) -> None:
    actor.may(START)
    said = denied(actor("ebs").start_snapshot, VolumeSize=1, Tags=[OURS])
    assert "ec2:CreateTags" in said
    actor.may(START, CREATE)
    assert actor("ebs").start_snapshot(VolumeSize=1, Tags=[OURS])["Status"] == "pending"
    assert "ebs:StartSnapshot" in denied(actor("ebs").start_snapshot, VolumeSize=1)


def test_a_snapshot_is_written_and_completed_by_its_tags(region: Region, actor: Actor) -> None:
    ebs = region.client("ebs")
    foreign = ebs.start_snapshot(VolumeSize=1)["SnapshotId"]
    ours = ebs.start_snapshot(VolumeSize=1, Tags=[OURS])["SnapshotId"]
    actor.may(allow(["ebs:PutSnapshotBlock", "ebs:CompleteSnapshot"], SNAPSHOTS, StringEquals=TAGGED))
    complete = actor("ebs").complete_snapshot
    said = denied(complete, SnapshotId=foreign, ChangedBlocksCount=0)
    assert f"snapshot/{foreign}" in said
    assert complete(SnapshotId=ours, ChangedBlocksCount=0)["Status"] == "completed"


def test_a_snapshot_is_read_and_made_a_parent_by_its_tags(region: Region, actor: Actor) -> None:
    ebs = region.client("ebs")
    names = {}
    for name, tags in (("foreign", []), ("ours", [OURS])):
        names[name] = ebs.start_snapshot(VolumeSize=1, Tags=tags)["SnapshotId"]
        ebs.complete_snapshot(SnapshotId=names[name], ChangedBlocksCount=0)
    first = allow("ebs:StartSnapshot", SNAPSHOTS, Null={"ebs:ParentSnapshot": "true"})
    child = allow("ebs:StartSnapshot", SNAPSHOTS, StringEquals=TAGGED)
    actor.may(first, child, CREATE, allow("ebs:ListSnapshotBlocks", SNAPSHOTS, StringEquals=TAGGED))
    mine = actor("ebs")
    assert mine.list_snapshot_blocks(SnapshotId=names["ours"])["Blocks"] == []
    denied(mine.list_snapshot_blocks, SnapshotId=names["foreign"])
    assert mine.start_snapshot(VolumeSize=1, ParentSnapshotId=names["ours"])["Status"] == "pending"
    denied(mine.start_snapshot, VolumeSize=1, ParentSnapshotId=names["foreign"])
