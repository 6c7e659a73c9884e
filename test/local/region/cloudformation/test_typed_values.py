"""Parameters with a type of EC2's: the stack begins only when what they name exists."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from world import World, started


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with started() as made:
        yield made


def template(kind: str) -> dict[str, Any]:
    value = {"Fn::Join": [",", {"Ref": "Given"}]} if kind.startswith("List<") else {"Ref": "Given"}
    return {
        "Parameters": {"Given": {"Type": kind}},
        "Resources": {
            "Kept": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value}}
        },
    }


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("AWS::EC2::VPC::Id", "vpc-0123456789abcdef0"),
        ("AWS::EC2::Subnet::Id", "subnet-0123456789abcdef0"),
        ("AWS::EC2::SecurityGroup::Id", "sg-0123456789abcdef0"),
        ("AWS::EC2::Image::Id", "ami-0fedcba987654321f"),
        ("AWS::EC2::KeyPair::KeyName", "nobody"),
        ("List<AWS::EC2::Subnet::Id>", "subnet-0123456789abcdef0"),
    ],
)
def test_what_does_not_exist_is_refused(world: World, kind: str, value: str) -> None:
    with pytest.raises(ClientError) as refused:
        world.client("cloudformation").create_stack(
            StackName="typed",
            TemplateBody=json.dumps(template(kind)),
            Parameters=[{"ParameterKey": "Given", "ParameterValue": value}],
        )
    error = refused.value.response["Error"]
    assert (error["Code"], error["Message"]) == (
        "ValidationError",
        f"Parameter validation failed: parameter value {value} for parameter name Given does not exist",
    )


def test_what_exists_is_taken(world: World) -> None:
    given = {"AWS::EC2::VPC::Id": world.vpc, "List<AWS::EC2::Subnet::Id>": ",".join(world.subnets)}
    for number, (kind, value) in enumerate(given.items()):
        world.stack(f"taken-{number}", template(kind), {"Given": value})
