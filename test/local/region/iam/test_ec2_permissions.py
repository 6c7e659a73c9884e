"""IAM: what a role needs for calls of EC2."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from denials import denial, denied
from regions import Region
from roles import ACCOUNT, REGION, Actor, allow, make_role

EC2 = f"arn:aws:ec2:{REGION}:{ACCOUNT}:"


PUBLIC_EC2 = f"arn:aws:ec2:{REGION}::"


def tags(**values: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in values.items()]


def test_describe_calls_know_no_resource(region: Region, actor: Actor) -> None:
    [instance] = region.launch(region.image())
    actor.may(allow("ec2:DescribeInstances", f"{EC2}instance/*"))
    assert denied(actor("ec2").describe_instances, InstanceIds=[instance])
    actor.may(allow("ec2:DescribeInstances"))
    assert actor("ec2").describe_instances(InstanceIds=[instance])["Reservations"]
    region.terminate([instance])


def test_tags_decide_which_instances_may_be_terminated(region: Region, actor: Actor) -> None:
    actor.may(
        allow(
            "ec2:TerminateInstances",
            f"{EC2}instance/*",
            StringEquals={"aws:ResourceTag/nanofleet:stage": "mine"},
        )
    )
    image = region.image()
    own, other = (region.launch(image, tags={"nanofleet:stage": stage})[0] for stage in ("mine", "theirs"))
    assert other in denial(actor("ec2").terminate_instances, InstanceIds=[own, other])
    actor("ec2").terminate_instances(InstanceIds=[own])
    region.terminate([own, other])


@pytest.mark.parametrize("kind", ["image", "snapshot"])
def test_tags_decide_which_images_and_snapshots_may_go(region: Region, actor: Actor, kind: str) -> None:
    action, call = {
        "image": ("ec2:DeregisterImage", "deregister_image"),
        "snapshot": ("ec2:DeleteSnapshot", "delete_snapshot"),
    }[kind]
    actor.may(allow(action, f"{PUBLIC_EC2}{kind}/*", StringEquals={"aws:ResourceTag/CreatedBy": "ops"}))
    ec2 = region.client("ec2")
    identifier = region.image() if kind == "image" else region.snapshot()
    member = "ImageId" if kind == "image" else "SnapshotId"
    assert denied(getattr(actor("ec2"), call), **{member: identifier})
    ec2.create_tags(Resources=[identifier], Tags=tags(CreatedBy="ops"))
    getattr(actor("ec2"), call)(**{member: identifier})


def volume_permissions(*statements: dict[str, Any]) -> list[dict[str, Any]]:
    return [allow("ec2:CreateVolume", f"{EC2}volume/*"), *statements]


def test_tagging_at_creation_is_a_permission_of_its_own(actor: Actor) -> None:
    request = {
        "AvailabilityZone": f"{REGION}a",
        "Size": 1,
        "TagSpecifications": [{"ResourceType": "volume", "Tags": tags(stage="mine")}],
    }
    actor.may(*volume_permissions())
    assert "ec2:CreateTags" in denial(actor("ec2").create_volume, **request)
    actor.may(
        *volume_permissions(
            allow(
                "ec2:CreateTags",
                f"{EC2}volume/*",
                StringEquals={"ec2:CreateAction": "CreateVolume", "aws:RequestTag/stage": "mine"},
            )
        )
    )
    volume = actor("ec2").create_volume(**request)["VolumeId"]
    # The condition allows tags while a volume is made, not afterwards.
    assert denied(actor("ec2").create_tags, Resources=[volume], Tags=tags(stage="mine"))
    request["TagSpecifications"][0]["Tags"] = tags(stage="theirs")
    assert denied(actor("ec2").create_volume, **request)


RUN = {
    "image": f"{PUBLIC_EC2}image/*",
    "subnet": f"{EC2}subnet/*",
    "instance": f"{EC2}instance/*",
    "volume": f"{EC2}volume/*",
    "network-interface": f"{EC2}network-interface/*",
}


@pytest.mark.parametrize("missing", list(RUN))
def test_run_instances_needs_every_resource(region: Region, actor: Actor, missing: str) -> None:
    _, subnet = region.network()
    actor.may(allow("ec2:RunInstances", [resource for kind, resource in RUN.items() if kind != missing]))
    message = denial(
        actor("ec2").run_instances, ImageId=region.image(), MinCount=1, MaxCount=1, SubnetId=subnet
    )
    assert "ec2:RunInstances" in message


def test_an_instance_profile_needs_pass_role_for_ec2(region: Region, actor: Actor) -> None:
    name = f"profile-{uuid.uuid4().hex[:8]}"
    role = make_role(region, name, "ec2", allow("ssm:GetParameters"))
    iam = region.client("iam")
    iam.create_instance_profile(InstanceProfileName=name)
    iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    _, subnet = region.network()
    request = {
        "ImageId": region.image(),
        "MinCount": 1,
        "MaxCount": 1,
        "SubnetId": subnet,
        "IamInstanceProfile": {"Name": name},
    }
    run = allow("ec2:RunInstances")
    actor.may(run)
    assert f"iam:PassRole on resource: {role}" in denial(actor("ec2").run_instances, **request)
    actor.may(run, allow("iam:PassRole", role, StringEquals={"iam:PassedToService": "lambda.amazonaws.com"}))
    assert denied(actor("ec2").run_instances, **request)
    actor.may(run, allow("iam:PassRole", role, StringEquals={"iam:PassedToService": "ec2.amazonaws.com"}))
    made = actor("ec2").run_instances(**request)["Instances"]
    region.terminate([instance["InstanceId"] for instance in made])


def test_a_launch_template_brings_its_own_needs(region: Region, actor: Actor) -> None:
    name = f"template-{uuid.uuid4().hex[:8]}"
    _, subnet = region.network()
    region.client("ec2").create_launch_template(
        LaunchTemplateName=name, LaunchTemplateData={"ImageId": region.image()}
    )
    actor.may(
        allow("ec2:RunInstances", [resource for kind, resource in RUN.items() if kind != "image"]),
        allow("ec2:RunInstances", f"{EC2}launch-template/*"),
    )
    request = {
        "LaunchTemplate": {"LaunchTemplateName": name},
        "SubnetId": subnet,
        "MinCount": 1,
        "MaxCount": 1,
    }
    assert "image/ami-" in denial(actor("ec2").run_instances, **request)
