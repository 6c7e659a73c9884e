"""Stacks with a role of their own: what the role may not do fails the resource, with IAM's sentence."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from parts import policy, ref
from regions import Region
from roles import ACCOUNT, REGION, allow, arn, make_role
from stacks import TABLE, keyed
from waiting import eventually

ROLES = f"arn:aws:iam::{ACCOUNT}:role/apps/"
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/bound"
LOOKS = allow(["ec2:Describe*", "elasticloadbalancing:Describe*", "iam:Get*"])
DOCUMENT = {"Version": "2012-10-17", "Statement": [allow("s3:GetObject")]}

Deploy = Callable[..., dict[str, str]]


@pytest.fixture(scope="module", autouse=True)
def boundary(region: Region) -> str:
    iam = region.client("iam")
    return iam.create_policy(PolicyName="bound", PolicyDocument=json.dumps(DOCUMENT))["Policy"]["Arn"]


@pytest.fixture
def deploy(region: Region) -> Deploy:
    """Brings up a stack as a role that may do this; its status, and why each resource failed."""
    name = f"stack-{uuid.uuid4().hex[:8]}"

    def run(resources: dict[str, Any], *statements: dict[str, Any], tags: Any = ()) -> dict[str, str]:
        role = make_role(region, name, "cloudformation", *statements)
        client = region.client("cloudformation")
        given = {
            "StackName": name,
            "TemplateBody": json.dumps({"Resources": resources}),
            "RoleARN": role,
            "Capabilities": ["CAPABILITY_NAMED_IAM"],
            "Tags": list(tags),
        }
        pages = client.get_paginator("describe_stacks").paginate()
        known = [stack["StackName"] for page in pages for stack in page["Stacks"]]
        (client.update_stack if name in known else client.create_stack)(**given)
        return after(name)

    def after(name: str) -> dict[str, str]:
        client = region.client("cloudformation")

        def over() -> str | None:
            status = client.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
            return None if status.endswith("IN_PROGRESS") else status

        status = eventually(over, 20)
        events = client.describe_stack_events(StackName=name)["StackEvents"]
        failed = [event for event in events if event["ResourceStatus"].endswith("_FAILED")]
        return {"stack": status} | {
            event["LogicalResourceId"]: event.get("ResourceStatusReason", "") for event in reversed(failed)
        }

    return run


def role(**properties: Any) -> dict[str, Any]:
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": policy("ec2.amazonaws.com"),
            "Path": "/apps/",
            "PermissionsBoundary": BOUNDARY,
            **properties,
        },
    }


def bounded(*actions: str) -> dict[str, Any]:
    return allow(list(actions), f"{ROLES}*", StringEquals={"iam:PermissionsBoundary": BOUNDARY})


def refused(action: str, answer: dict[str, str], resource: str = "It") -> None:
    assert answer["stack"] == "ROLLBACK_COMPLETE", answer
    sentence = answer[resource]
    assert sentence.startswith('Resource handler returned message: "User: arn:aws:sts::'), sentence
    assert f"/AWSCloudFormation is not authorized to perform: {action} on resource: " in sentence
    assert sentence.endswith('" (HandlerErrorCode: AccessDenied)')


MAKES = bounded("iam:CreateRole", "iam:PutRolePolicy", "iam:DeleteRolePolicy")
DELETES = allow(["iam:DeleteRole", "iam:GetRole"], f"{ROLES}*")
INLINE = [{"PolicyName": "p", "PolicyDocument": DOCUMENT}]


def test_a_bounded_role_in_its_path_is_made_and_deleted(deploy: Deploy, region: Region) -> None:
    table = {"Type": "AWS::SNS::Topic"}
    more = allow("sns:*")
    made = deploy({"It": role(Policies=INLINE), "Topic": table}, MAKES, DELETES, more)
    assert made == {"stack": "CREATE_COMPLETE"}
    names = [one["RoleName"] for one in region.client("iam").list_roles(PathPrefix="/apps/")["Roles"]]
    found = region.client("iam").get_role(RoleName=names[0])["Role"]
    assert found["PermissionsBoundary"]["PermissionsBoundaryArn"] == BOUNDARY
    assert deploy({"Topic": table}, MAKES, DELETES, more) == {"stack": "UPDATE_COMPLETE"}
    assert region.client("iam").list_roles(PathPrefix="/apps/")["Roles"] == []


@pytest.mark.parametrize(
    ("resource", "action"),
    [
        (role(PermissionsBoundary=ref("AWS::NoValue")), "iam:CreateRole"),
        (role(PermissionsBoundary="arn:aws:iam::aws:policy/AdministratorAccess"), "iam:CreateRole"),
        (role(Path="/"), "iam:CreateRole"),
        (role(Path="/apps", RoleName="x"), "iam:CreateRole"),
        (role(ManagedPolicyArns=["arn:aws:iam::aws:policy/ReadOnlyAccess"]), "iam:AttachRolePolicy"),
        (
            {
                "Type": "AWS::IAM::RolePolicy",
                "Properties": {"RoleName": "somebody", "PolicyName": "p", "PolicyDocument": DOCUMENT},
            },
            "iam:PutRolePolicy",
        ),
        (
            {
                "Type": "AWS::IAM::Policy",
                "Properties": {"Roles": ["somebody"], "PolicyName": "p", "PolicyDocument": DOCUMENT},
            },
            "iam:PutRolePolicy",
        ),
        ({"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": DOCUMENT}}, "iam:CreatePolicy"),
        ({"Type": "AWS::IAM::User"}, "iam:CreateUser"),
        ({"Type": "AWS::Kinesis::Stream", "Properties": {"ShardCount": 1}}, "kinesis:CreateStream"),
        ({"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "other"}}, "sqs:CreateQueue"),
    ],
)
def test_what_the_role_may_not_make_is_refused(
    deploy: Deploy, region: Region, resource: dict[str, Any], action: str
) -> None:
    make_role(region, "somebody", "lambda", allow("s3:GetObject"))
    own = allow("sqs:*", arn("sqs", "mine-*"))
    refused(action, deploy({"It": resource}, MAKES, DELETES, own))


def test_a_role_is_put_into_a_profile_only_by_one_who_may_pass_it(deploy: Deploy) -> None:
    profile = {
        "Type": "AWS::IAM::InstanceProfile",
        "Properties": {"Path": "/apps/", "Roles": [ref("It")]},
    }
    profiles = allow("iam:*", f"arn:aws:iam::{ACCOUNT}:instance-profile/apps/*")
    resources = {"It": role(), "Profile": profile}
    refused("iam:PassRole", deploy(resources, MAKES, DELETES, profiles), "Profile")


def test_a_boundary_is_not_taken_off(deploy: Deploy) -> None:
    assert deploy({"It": role()}, MAKES, DELETES) == {"stack": "CREATE_COMPLETE"}
    off = deploy({"It": role(PermissionsBoundary=ref("AWS::NoValue"))}, MAKES, DELETES)
    assert off["stack"] == "UPDATE_ROLLBACK_COMPLETE"
    assert "iam:DeleteRolePermissionsBoundary" in off["It"]


def test_a_boundary_that_does_not_exist_is_refused_as_by_iam(deploy: Deploy) -> None:
    missing = f"arn:aws:iam::{ACCOUNT}:policy/missing"
    answer = deploy({"It": role(PermissionsBoundary=missing)}, allow("iam:*"))
    assert f"Scope ARN: {missing} does not exist or is not attachable." in answer["It"]


GROUP = {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "g"}}
STAGE = {"Key": "nanofleet:stage", "Value": "here"}
OURS = {"aws:ResourceTag/nanofleet:stage": "here"}
NETWORK = [
    allow(["ec2:CreateSecurityGroup", "ec2:Describe*"]),
    allow("ec2:CreateTags", StringEquals={"ec2:CreateAction": "CreateSecurityGroup"}),
    allow(
        ["ec2:DeleteSecurityGroup", "ec2:AuthorizeSecurityGroup*", "ec2:RevokeSecurityGroup*"],
        StringEquals=OURS,
    ),
]


def test_the_tags_of_the_stack_are_those_of_its_resources(deploy: Deploy) -> None:
    assert deploy({"It": GROUP}, *NETWORK, tags=[STAGE]) == {"stack": "CREATE_COMPLETE"}


def test_what_has_no_tag_of_the_stage_is_left_alone(deploy: Deploy, region: Region) -> None:
    foreign = region.client("ec2").create_security_group(GroupName=uuid.uuid4().hex, Description="theirs")
    rule = {
        "Type": "AWS::EC2::SecurityGroupIngress",
        "Properties": {
            "GroupId": foreign["GroupId"],
            "IpProtocol": "tcp",
            "FromPort": 1,
            "ToPort": 1,
            "CidrIp": "0.0.0.0/0",
        },
    }
    answer = deploy({"It": rule}, *NETWORK, tags=[STAGE])
    refused("ec2:AuthorizeSecurityGroupIngress", answer)
    assert f"arn:aws:ec2:{REGION}:{ACCOUNT}:security-group/{foreign['GroupId']}" in answer["It"]


def test_a_stack_without_a_role_asks_nobody(region: Region) -> None:
    client = region.client("cloudformation")
    name = f"stack-{uuid.uuid4().hex[:8]}"
    client.create_stack(
        StackName=name, TemplateBody=json.dumps({"Resources": {"T": {"Type": "AWS::SNS::Topic"}}})
    )
    assert eventually(
        lambda: client.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"] == "CREATE_COMPLETE"
    )


def test_replacing_a_table_takes_the_permission_to_make_one(deploy: Deploy) -> None:
    changes = allow(["dynamodb:Describe*", "dynamodb:List*", "dynamodb:Update*", "dynamodb:DeleteTable"])
    assert deploy({"It": TABLE}, allow("dynamodb:*")) == {"stack": "CREATE_COMPLETE"}
    assert deploy({"It": keyed("key")}, changes)["stack"] == "UPDATE_ROLLBACK_COMPLETE"
    assert "dynamodb:CreateTable" in deploy({"It": keyed("key")}, changes)["It"]
    assert deploy({"It": keyed("key")}, allow("dynamodb:*"))["stack"] == "UPDATE_COMPLETE"
