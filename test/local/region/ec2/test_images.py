"""Snapshots and AMIs."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from regions import Region
from waiting import wait_for
from world import started


def code_of(function: Callable[..., Any], **arguments: Any) -> str:
    with pytest.raises(ClientError) as error:
        function(**arguments)
    return error.value.response["Error"]["Code"]


def test_an_image_carries_owner_date_tags_and_its_snapshot(region: Region) -> None:
    ec2 = region.client("ec2")
    snapshot = region.snapshot({"CreatedBy": "ops", "nanofleet:hash": "abc"})
    image = region.register(snapshot, {"CreatedBy": "ops", "nanofleet:hash": "abc"})
    found = ec2.describe_images(Owners=["self"], Filters=[{"Name": "tag:nanofleet:hash", "Values": ["abc"]}])[
        "Images"
    ]
    assert [i["ImageId"] for i in found] == [image]
    assert found[0]["BlockDeviceMappings"][0]["Ebs"]["SnapshotId"] == snapshot
    made = datetime.datetime.fromisoformat(found[0]["CreationDate"].replace("Z", "+00:00"))
    assert abs(datetime.datetime.now(datetime.timezone.utc) - made) < datetime.timedelta(minutes=1)
    by_snapshot = [{"Name": "block-device-mapping.snapshot-id", "Values": [snapshot]}]
    assert [i["ImageId"] for i in ec2.describe_images(Filters=by_snapshot, Owners=["self"])["Images"]] == [
        image
    ]
    tagged = ec2.describe_snapshots(
        OwnerIds=["self"], Filters=[{"Name": "tag:nanofleet:hash", "Values": ["abc"]}]
    )
    assert [s["SnapshotId"] for s in tagged["Snapshots"]] == [snapshot]


def test_a_snapshot_has_a_folder_until_it_is_deleted(region: Region) -> None:
    ec2 = region.client("ec2")
    snapshot = region.snapshot()
    folder = region.state / "snapshots" / snapshot
    (folder / "image.json").write_text("{}")
    image = region.register(snapshot)
    assert code_of(ec2.delete_snapshot, SnapshotId=snapshot) == "InvalidSnapshot.InUse"
    ec2.deregister_image(ImageId=image)
    ec2.delete_snapshot(SnapshotId=snapshot)
    wait_for("the folder is gone", lambda: not folder.exists())
    assert code_of(ec2.delete_snapshot, SnapshotId=snapshot) == "InvalidSnapshot.NotFound"


def test_an_instance_outlives_its_image_and_snapshot(region: Region) -> None:
    ec2 = region.client("ec2")
    image = region.image("setInterval(() => 0, 1000)")
    snapshot = ec2.describe_images(ImageIds=[image])["Images"][0]["BlockDeviceMappings"][0]["Ebs"][
        "SnapshotId"
    ]
    [instance_id] = region.launch(image)
    region.await_state(instance_id, "running")
    ec2.deregister_image(ImageId=image)
    ec2.delete_snapshot(SnapshotId=snapshot)
    assert code_of(ec2.run_instances, ImageId=image, MinCount=1, MaxCount=1) == "InvalidAMIID.NotFound"
    wait_for("the process", lambda: region.pid(instance_id))
    assert region.state_of(instance_id) == "running"
    region.terminate([instance_id])


def test_unknown_images_and_snapshots_are_refused(region: Region) -> None:
    ec2 = region.client("ec2")
    assert code_of(ec2.describe_images, ImageIds=["ami-0123456789abcdef1"]) == "InvalidAMIID.NotFound"
    assert code_of(region.register, snapshot="snap-0123456789abcdef1") == "InvalidSnapshot.NotFound"
    assert code_of(ec2.create_snapshot, VolumeId="vol-0123456789abcdef1") == "InvalidVolume.NotFound"


def test_arguments_and_variables_reach_the_program(region: Region) -> None:
    source = """console.log(JSON.stringify({
      args: process.argv.slice(2), image: process.env.FROM_IMAGE, user: process.env.FROM_USER_DATA,
      names: Object.keys(process.env).sort().filter(n => n !== 'NODE_OPTIONS') }))
    setInterval(() => 0, 1000)"""
    image = region.image(
        source, Args=["/main.mjs", "--config=/main.mjs", "/absent", "plain"], Env={"FROM_IMAGE": "1"}
    )
    [instance_id] = region.launch(image, UserData="FROM_USER_DATA=a=b\n# a comment\n")
    region.await_state(instance_id, "running")
    ec2 = region.client("ec2")
    output = wait_for("output", lambda: ec2.get_console_output(InstanceId=instance_id).get("Output"))
    root = region.state / "instances" / instance_id / "root"
    said = json.loads(output)
    assert said["args"] == [f"--config={root}/main.mjs", "/absent", "plain"]
    assert (said["image"], said["user"]) == ("1", "a=b")
    assert said["names"] == sorted(
        [
            "AWS_EC2_METADATA_SERVICE_ENDPOINT",
            "AWS_ENDPOINT_URL",
            "AWS_REGION",
            "FROM_IMAGE",
            "FROM_USER_DATA",
            "HOME",
            "HOST",
            "NANOFLEET_NETWORK",
            "NANOFLEET_SUPERVISED",
            "PATH",
            "RESOLVER",
        ]
    )
    region.terminate([instance_id])


def test_an_image_is_shown_some_time_after_it_was_registered() -> None:
    with started(NANOFLEET_LAG_SECONDS="2") as world:
        ec2 = world.client("ec2")
        image = world.region.register(world.region.snapshot({}), {"Name": "late"})
        wanted = [{"Name": "tag:Name", "Values": ["late"]}]
        assert ec2.describe_images(Owners=["self"], Filters=wanted)["Images"] == []
        assert code_of(ec2.describe_images, ImageIds=[image]) == "InvalidAMIID.NotFound"
        wait_for(
            "EC2 does not show the image",
            lambda: ec2.describe_images(Owners=["self"], Filters=wanted)["Images"],
        )
        assert ec2.describe_images(ImageIds=[image])["Images"][0]["ImageId"] == image
