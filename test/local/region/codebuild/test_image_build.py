"""The image build of buildspecs/image.yml with the packager `process`, under a role of least privilege."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
import uuid
from typing import Any

import pytest
from regions import REPOSITORY, Region
from roles import ACCOUNT, REGION, allow, make_role
from waiting import wait_for

EC2 = f"arn:aws:ec2:{REGION}:{ACCOUNT}:"
PUBLIC_EC2 = f"arn:aws:ec2:{REGION}::"
MADE = [f"{EC2}volume/*", f"{PUBLIC_EC2}snapshot/*", f"{PUBLIC_EC2}image/*"]


def permissions(bucket: str) -> dict[str, dict[str, Any]]:
    own = {"aws:ResourceTag/nanofleet:stage": "test"}
    nobodys = {"aws:ResourceTag/nanofleet:hash": "true"}
    return {
        "logs": allow(["logs:CreateLogStream", "logs:PutLogEvents"]),
        "source": allow("s3:GetObject", f"arn:aws:s3:::{bucket}/sources/*"),
        "volume": allow("ec2:CreateVolume", MADE),
        "snapshot": allow("ec2:CreateSnapshot", MADE),
        "image": allow("ec2:RegisterImage", MADE),
        "tags": allow(
            "ec2:CreateTags",
            MADE,
            **{
                "StringEquals": {"ec2:CreateAction": ["CreateVolume", "CreateSnapshot", "RegisterImage"]},
                "ForAllValues:StringEquals": {"aws:TagKeys": ["Name", "CreatedBy", "nanofleet:stage"]},
            },
        ),
        "removal": allow(["ec2:DeleteVolume", "ec2:DeleteSnapshot"], StringEquals=own, Null=nobodys),
    }


class ImageBuild:
    def __init__(
        self, region: Region, without: str = "", source: str = "console.log('up')", intact: bool = True
    ) -> None:
        self.region = region
        bucket = f"bucket-{uuid.uuid4().hex[:8]}"
        s3 = region.client("s3")
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        packed = archive(source)
        self.source = f"sources/{hashlib.sha256(gzip.decompress(packed)).hexdigest()}.tgz"
        s3.put_object(Bucket=bucket, Key=self.source, Body=packed if intact else archive("other"))
        statements = [value for name, value in permissions(bucket).items() if name != without]
        role = make_role(region, f"image-{uuid.uuid4().hex[:8]}", "codebuild", *statements)
        variables = {"STAGE": "test", "BUCKET": bucket, "PACKAGER": "process", "ARCH": "x86_64"}
        self.project = f"image-{uuid.uuid4().hex[:8]}"
        self.hash = uuid.uuid4().hex[:16]
        region.client("codebuild").create_project(
            name=self.project,
            serviceRole=role,
            artifacts={"type": "NO_ARTIFACTS"},
            source={"type": "NO_SOURCE", "buildspec": (REPOSITORY / "buildspecs" / "image.yml").read_text()},
            environment={
                "type": "LINUX_CONTAINER",
                "image": "none",
                "computeType": "BUILD_GENERAL1_SMALL",
                "environmentVariables": pairs(variables),
            },
        )

    def run(self) -> dict[str, Any]:
        client = self.region.client("codebuild")
        build = client.start_build(
            projectName=self.project,
            environmentVariablesOverride=pairs(
                {
                    "APP": "web",
                    "SERVICE": "page",
                    "HASH": self.hash,
                    "SOURCE_KEY": self.source,
                    "RESOLVERS": "127.0.0.1",
                }
            ),
        )["build"]["id"]
        return wait_for(
            "the build goes on",
            lambda: (b := client.batch_get_builds(ids=[build])["builds"][0])["buildComplete"] and b,
            40,
        )

    def made(self) -> dict[str, list[dict[str, Any]]]:
        ec2 = self.region.client("ec2")
        mine = [{"Name": "tag:Name", "Values": [f"nanofleet-test-web-page-{self.hash}"]}]
        return {
            "images": ec2.describe_images(Owners=["self"], Filters=mine)["Images"],
            "snapshots": ec2.describe_snapshots(OwnerIds=["self"], Filters=mine)["Snapshots"],
            "volumes": ec2.describe_volumes(Filters=mine)["Volumes"],
        }


def pairs(variables: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in variables.items()]


def archive(source: str) -> bytes:
    config = {"Program": "/usr/local/bin/node", "Args": ["/app/main.mjs"], "Env": {"PORT": "8080"}}
    files = {"images/web/page/config.json": json.dumps(config).encode(), "apps/web/main.ts": source.encode()}
    files |= {f"buildspecs/{path.name}": path.read_bytes() for path in (REPOSITORY / "buildspecs").iterdir()}
    files["package.json"] = (REPOSITORY / "package.json").read_bytes()
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def test_a_typescript_source_becomes_an_image_that_an_instance_runs(region: Region) -> None:
    build = ImageBuild(
        region,
        source="const greeting: string = 'up on'\nconsole.log(greeting, process.env.PORT)\n"
        "setInterval(() => {}, 1000)\n",
    )
    done = build.run()
    assert done["buildStatus"] == "SUCCEEDED", done["phases"]
    made = build.made()
    [image] = made["images"]
    [snapshot] = made["snapshots"]
    assert made["volumes"] == []
    assert done["exportedEnvironmentVariables"] == [{"name": "IMAGE_ID", "value": image["ImageId"]}]
    for thing in (image, snapshot):
        tags = {tag["Key"]: tag["Value"] for tag in thing["Tags"]}
        assert {key: tags[key] for key in tags if key != "Name"} == {
            "CreatedBy": "ops",
            "nanofleet:stage": "test",
        }
    [instance] = region.launch(image["ImageId"])
    console = region.state / "instances" / instance / "console.log"
    wait_for("the program is silent", lambda: console.exists() and "up on 8080" in console.read_text())
    region.terminate([instance])


@pytest.mark.parametrize("missing", ["source", "volume", "snapshot", "image", "tags"])
def test_a_build_that_lacks_a_permission_fails_and_leaves_nothing(region: Region, missing: str) -> None:
    build = ImageBuild(region, without=missing)
    assert build.run()["buildStatus"] == "FAILED"
    assert build.made() == {"images": [], "snapshots": [], "volumes": []}


def test_a_source_that_does_not_compile_makes_nothing(region: Region) -> None:
    build = ImageBuild(region, source="import './nowhere.ts'")
    assert build.run()["buildStatus"] == "FAILED"
    assert build.made() == {"images": [], "snapshots": [], "volumes": []}


def test_a_source_that_is_not_what_its_name_says_is_not_built(region: Region) -> None:
    build = ImageBuild(region, intact=False)
    done = build.run()
    assert done["buildStatus"] == "FAILED"
    assert build.made() == {"images": [], "snapshots": [], "volumes": []}
    logs = region.client("logs").get_log_events(
        logGroupName=done["logs"]["groupName"], logStreamName=done["logs"]["streamName"]
    )
    said = "".join(event["message"] for event in logs["events"])
    assert f"{build.source} is not what its name says; delete it and push the app again" in said
