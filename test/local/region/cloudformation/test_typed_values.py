"""Parameters of AWS's own types: what CloudFormation refuses at the call, and what rolls the stack back."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from roles import Actor, allow, make_role
from waiting import eventually
from world import World, started

STORED = "AWS::SSM::Parameter::Value<{}>"


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with started() as made:
        put = made.client("ssm").put_parameter
        put(Name="/typed/text", Type="String", Value="a,b")
        put(Name="/typed/list", Type="StringList", Value="a,b")
        put(Name="/typed/secret", Type="SecureString", Value="s")
        put(Name="/typed/no-image", Type="String", Value="ami-0fedcba987654321f")
        yield made


@pytest.fixture
def region(world: World) -> Any:
    return world.region


def template(kind: str, **constraints: Any) -> dict[str, Any]:
    joined = "List<" in kind or "CommaDelimitedList" in kind
    value = {"Fn::Join": [",", {"Ref": "Given"}]} if joined else {"Ref": "Given"}
    return {
        "Parameters": {"Given": {"Type": kind, **constraints}},
        "Resources": {
            "Kept": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value}}
        },
    }


def given(name: str, body: dict[str, Any], value: str, **more: Any) -> dict[str, Any]:
    parameters = [{"ParameterKey": "Given", "ParameterValue": value}]
    return {"StackName": name, "TemplateBody": json.dumps(body), "Parameters": parameters, **more}


def refusal(world: World, body: dict[str, Any], value: str) -> str:
    """The sentence of a call that is refused; no stack is left of it."""
    with pytest.raises(ClientError) as refused:
        world.client("cloudformation").create_stack(**given("refused", body, value))
    error = refused.value.response["Error"]
    assert error["Code"] == "ValidationError", error
    assert "refused" not in str(world.client("cloudformation").describe_stacks()["Stacks"])
    return error["Message"]


def course(world: World, name: str) -> list[tuple[str, str, str]]:
    """What a stack went through, oldest first: (of what, status, why)."""
    client = world.client("cloudformation")
    eventually(
        lambda: (
            not client.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"].endswith("IN_PROGRESS")
        ),
        20,
    )
    events = client.describe_stack_events(StackName=name)["StackEvents"]
    return [
        (one["LogicalResourceId"], one["ResourceStatus"], one.get("ResourceStatusReason", ""))
        for one in reversed(events)
    ]


def created_in_vain(name: str, value: str) -> list[tuple[str, str, str]]:
    told = f"Parameter validation failed: parameter value {value} for parameter name Given does not exist"
    return [
        (name, "CREATE_IN_PROGRESS", "User Initiated"),
        (name, "ROLLBACK_IN_PROGRESS", f"{told}. Rollback requested by user."),
        (name, "ROLLBACK_COMPLETE", ""),
    ]


NOWHERE = {
    "AWS::EC2::VPC::Id": "vpc-0123456789abcdef0",
    "AWS::EC2::Subnet::Id": "subnet-0123456789abcdef0",
    "AWS::EC2::SecurityGroup::Id": "sg-0123456789abcdef0",
    "AWS::EC2::SecurityGroup::GroupName": "nobody",
    "AWS::EC2::Image::Id": "ami-0fedcba987654321f",
    "AWS::EC2::Instance::Id": "i-0123456789abcdef0",
    "AWS::EC2::KeyPair::KeyName": "nobody",
    "AWS::EC2::AvailabilityZone::Name": "eu-west-1z",
    "List<AWS::EC2::Subnet::Id>": "subnet-0123456789abcdef0",
    "AWS::SSM::Parameter::Name": "/typed/nowhere",
}


@pytest.mark.parametrize(("kind", "value"), NOWHERE.items())
def test_a_stack_with_a_value_that_does_not_exist_is_rolled_back_before_it_makes_anything(
    world: World, kind: str, value: str
) -> None:
    name = f"typed-{uuid.uuid4().hex[:8]}"
    world.client("cloudformation").create_stack(**given(name, template(kind), value))
    assert course(world, name) == created_in_vain(name, value)


def test_a_stored_value_that_does_not_exist_rolls_the_stack_back_too(world: World) -> None:
    kind = STORED.format("AWS::EC2::Image::Id")
    world.client("cloudformation").create_stack(**given("stored", template(kind), "/typed/no-image"))
    assert course(world, "stored") == created_in_vain("stored", "ami-0fedcba987654321f")


def test_an_update_to_what_does_not_exist_leaves_the_stack_as_it_was(world: World) -> None:
    kind = "AWS::EC2::VPC::Id"
    world.stack("moved", template(kind), {"Given": world.vpc})
    world.client("cloudformation").update_stack(**given("moved", template(kind), "vpc-0123456789abcdef0"))
    assert course(world, "moved")[-3:] == [
        (
            "moved",
            "UPDATE_ROLLBACK_IN_PROGRESS",
            "Parameter validation failed: parameter value vpc-0123456789abcdef0 for parameter name Given "
            "does not exist",
        ),
        ("moved", "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", ""),
        ("moved", "UPDATE_ROLLBACK_COMPLETE", ""),
    ]
    stack = world.client("cloudformation").describe_stacks(StackName="moved")["Stacks"][0]
    assert stack["Parameters"][0]["ParameterValue"] == world.vpc


@pytest.mark.parametrize("with_role", [False, True])
def test_what_the_caller_or_the_role_may_not_look_up_does_not_exist_for_it(
    world: World, actor: Actor, with_role: bool
) -> None:
    name = f"unseen-{uuid.uuid4().hex[:8]}"
    role = make_role(world.region, name, "cloudformation", allow("ssm:*"))
    looks = allow("ec2:DescribeVpcs") if with_role else allow("ssm:*")
    actor.may(allow("cloudformation:*"), allow("iam:PassRole"), looks)
    more = {"RoleARN": role} if with_role else {}
    body = template("AWS::EC2::VPC::Id")
    actor("cloudformation").create_stack(**given(name, body, world.vpc, **more))
    assert course(world, name) == created_in_vain(name, world.vpc)


@pytest.mark.parametrize(
    ("kind", "value", "constraints", "sentence"),
    [
        (
            STORED.format("String"),
            "/typed/nowhere",
            {},
            "Unable to fetch parameters [/typed/nowhere] from parameter store for this account.",
        ),
        (
            STORED.format("String"),
            "/typed/text:99",
            {},
            "Unable to fetch parameters [/typed/text:99] from parameter store for this account.",
        ),
        (
            STORED.format("String"),
            "/typed/secret",
            {},
            "Parameters [/typed/secret] referenced by template have types not supported by CloudFormation.",
        ),
        (
            STORED.format("String"),
            "/typed/list",
            {},
            "Types for SSM parameters [/typed/list] defined in CFN template and SSM are incompatible",
        ),
        (
            STORED.format("CommaDelimitedList"),
            "/typed/text",
            {},
            "Types for SSM parameters [/typed/text] defined in CFN template and SSM are incompatible",
        ),
        (
            STORED.format("String"),
            "/typed/text",
            {"AllowedPattern": "^a.*$"},
            "Parameter 'Given' must match pattern ^a.*$",
        ),
        (
            STORED.format("String"),
            "/typed/text",
            {"AllowedValues": ["a,b"]},
            "Parameter 'Given' must be one of AllowedValues",
        ),
        (
            "SecureString",
            "/typed/secret",
            {},
            "Template format error: Unrecognized parameter type: SecureString",
        ),
        (
            "AWS::EC2::Vpc::Id",
            "vpc-1",
            {},
            "Template format error: Unrecognized parameter type: AWS::EC2::Vpc::Id",
        ),
    ],
)
def test_a_parameter_of_parameter_store_is_refused_at_the_call(
    world: World, kind: str, value: str, constraints: dict[str, Any], sentence: str
) -> None:
    assert refusal(world, template(kind, **constraints), value) == sentence


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("AWS::EC2::VPC::Id", "vpc"),
        ("List<AWS::EC2::Subnet::Id>", "subnets"),
        ("AWS::EC2::AvailabilityZone::Name", "eu-west-1a"),
        ("AWS::SSM::Parameter::Name", "/typed/text"),
        (STORED.format("String"), "/typed/text:1"),
        (STORED.format("List<String>"), "/typed/list"),
    ],
)
def test_what_exists_is_taken(world: World, kind: str, value: str) -> None:
    named = {"vpc": world.vpc, "subnets": ",".join(world.subnets)}.get(value, value)
    world.stack(f"taken-{uuid.uuid4().hex[:8]}", template(kind), {"Given": named})


def test_constraints_hold_for_the_key_and_not_for_the_stored_value(world: World) -> None:
    body = template(STORED.format("String"), AllowedPattern="^/typed/.*$", MinLength=5)
    world.stack("keyed", body, {"Given": "/typed/text"})
