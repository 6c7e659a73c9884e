"""DescribeType answers from the registry's schemas."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from regions import Region
from roles import Actor, allow


def test_a_type_is_described_with_its_schema(region: Region) -> None:
    found = region.client("cloudformation").describe_type(Type="RESOURCE", TypeName="AWS::DynamoDB::Table")
    assert found["Arn"] == "arn:aws:cloudformation:eu-west-1::type/resource/AWS-DynamoDB-Table"
    assert (found["ProvisioningType"], found["Visibility"]) == ("FULLY_MUTABLE", "PUBLIC")
    schema = json.loads(found["Schema"])
    assert schema["typeName"] == "AWS::DynamoDB::Table"
    assert "/properties/TableName" in schema["createOnlyProperties"]
    assert "/properties/KeySchema" in schema["conditionalCreateOnlyProperties"]
    assert schema["primaryIdentifier"] == ["/properties/TableName"]
    assert schema["additionalProperties"] is False
    assert schema["required"] == ["KeySchema"]


def test_a_type_is_found_by_its_arn(region: Region) -> None:
    arn = "arn:aws:cloudformation:eu-west-1::type/resource/AWS-SQS-Queue"
    found = region.client("cloudformation").describe_type(Arn=arn)
    assert json.loads(found["Schema"])["primaryIdentifier"] == ["/properties/QueueUrl"]


@pytest.mark.parametrize(
    ("given", "code", "says"),
    [
        (
            {"Type": "RESOURCE", "TypeName": "AWS::DynamoDB::Tabel"},
            "TypeNotFoundException",
            "The type 'AWS::DynamoDB::Tabel' cannot be found.",
        ),
        (
            {"Type": "MODULE", "TypeName": "AWS::DynamoDB::Table"},
            "TypeNotFoundException",
            "The type 'AWS::DynamoDB::Table' cannot be found.",
        ),
        ({"TypeName": "AWS::DynamoDB::Table"}, "ValidationError", "Type"),
    ],
)
def test_what_the_registry_does_not_have_is_refused(
    region: Region, given: dict[str, str], code: str, says: str
) -> None:
    with pytest.raises(ClientError) as error:
        region.client("cloudformation").describe_type(**given)
    assert error.value.response["Error"]["Code"] == code
    assert says in error.value.response["Error"]["Message"]


def test_describing_a_type_takes_a_permission(actor: Actor) -> None:
    def describe() -> str:
        found = actor("cloudformation").describe_type(Type="RESOURCE", TypeName="AWS::SQS::Queue")
        return found["TypeName"]

    with pytest.raises(ClientError, match="not authorized to perform: cloudformation:DescribeType"):
        describe()
    actor.may(allow("cloudformation:DescribeType"))
    assert describe() == "AWS::SQS::Queue"


def test_a_region_without_the_schemas_does_not_start(tmp_path: Path) -> None:
    region = Region(tmp_path, {"XDG_CACHE_HOME": str(tmp_path / "empty")})
    assert region.attempt() == 1
    assert "the resource schemas are missing in" in region.log()
    assert "run `npm run setup`" in region.log()
