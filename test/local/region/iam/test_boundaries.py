"""Permissions boundaries: what one does not allow is denied, by IAM's sentence for boundaries."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from botocore.credentials import InstanceMetadataProvider
from botocore.utils import InstanceMetadataFetcher
from denials import denial
from regions import Region
from roles import ACCOUNT, Actor, allow, make_role

# IAM User Guide, "Troubleshoot access denied error messages".
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}
    ],
}
OWN = {"Version": "2012-10-17", "Statement": [allow("s3:GetObject")]}
NOT_ALLOWED = "because no permissions boundary allows the {} action"
DENIED = "with an explicit deny in a permissions boundary"


def bound(region: Region, role: str, *statements: dict[str, Any]) -> str:
    """Puts a boundary around a role."""
    iam = region.client("iam")
    document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    made = iam.create_policy(PolicyName=f"b-{uuid.uuid4().hex[:8]}", PolicyDocument=document)
    iam.put_role_permissions_boundary(RoleName=role, PermissionsBoundary=made["Policy"]["Arn"])
    return str(made["Policy"]["Arn"])


def test_a_boundary_takes_away_and_gives_nothing(region: Region) -> None:
    name = f"bounded-{uuid.uuid4().hex[:8]}"
    actor = Actor(region, name, allow(["ssm:DescribeParameters", "sqs:ListQueues"]))
    bound(region, name, allow(["ssm:DescribeParameters", "states:ListActivities"]))
    actor("ssm").describe_parameters()
    assert NOT_ALLOWED.format("sqs:ListQueues") in denial(actor("sqs").list_queues)
    assert "because no identity-based policy allows" in denial(actor("stepfunctions").list_activities)


def test_a_denial_in_a_boundary_is_told_as_one(region: Region) -> None:
    name = f"bounded-{uuid.uuid4().hex[:8]}"
    actor = Actor(region, name, allow("ssm:*"))
    refusal = {"Effect": "Deny", "Action": "ssm:*", "Resource": f"arn:aws:ssm:*:{ACCOUNT}:parameter/kept/*"}
    bound(region, name, allow("*"), refusal)
    assert actor("ssm").get_parameters(Names=["/open/a"])["InvalidParameters"] == ["/open/a"]
    assert DENIED in denial(actor("ssm").get_parameters, Names=["/kept/a"])


@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        ("create_role", {"AssumeRolePolicyDocument": json.dumps(TRUST)}),
        ("put_role_policy", {"PolicyName": "p", "PolicyDocument": json.dumps(OWN)}),
        ("delete_role_policy", {"PolicyName": "p"}),
        ("delete_role_permissions_boundary", {}),
    ],
)
def test_calls_of_iam_carry_the_boundary_of_the_role(
    region: Region, actor: Actor, call: str, arguments: dict[str, str]
) -> None:
    name = f"role-{uuid.uuid4().hex[:8]}"
    if call != "create_role":
        make_role(region, name, "ec2", allow("s3:GetObject"))
    action = "iam:" + "".join(word.capitalize() for word in call.split("_"))
    actor.may(allow(action, StringEquals={"iam:PermissionsBoundary": "arn:aws:iam::aws:policy/x"}))
    told = denial(getattr(actor("iam"), call), RoleName=name, **arguments)
    assert f"{action} on resource: arn:aws:iam::{ACCOUNT}:role/{name}" in told


def test_only_the_instance_itself_has_the_keys_of_its_network(region: Region) -> None:
    name = f"program-{uuid.uuid4().hex[:8]}"
    outside = Actor(region, name, allow("ssm:DescribeParameters"))
    vpc = region.network()[0]
    elsewhere = {
        "Effect": "Deny",
        "Action": "*",
        "Resource": "*",
        "Condition": {
            "StringNotEquals": {"aws:EC2InstanceSourceVPC": vpc},
            "BoolIfExists": {"aws:ViaAWSService": "false"},
        },
    }
    bound(region, name, allow("*"), elsewhere)
    iam = region.client("iam")
    iam.create_instance_profile(InstanceProfileName=name)
    iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    image = region.image("setInterval(() => 0, 1000)")
    [instance_id] = region.launch(image, IamInstanceProfile={"Name": name})
    address = region.await_state(instance_id, "running")["PrivateIpAddress"]
    fetcher = InstanceMetadataFetcher(config={"ec2_metadata_service_endpoint": f"http://{address}:8169"})
    keys = InstanceMetadataProvider(iam_role_fetcher=fetcher).load()
    assert keys is not None
    region.client("ssm", keys.access_key, keys.secret_key, keys.token).describe_parameters()
    # Anybody else whom the role trusts, whatever name they give their session.
    assert DENIED in denial(outside("ssm").describe_parameters)
    region.terminate([instance_id])
