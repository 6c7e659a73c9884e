"""A region elsewhere: with two zones, in China's partition, in GovCloud's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from regions import Region
from waiting import wait_for

TEMPLATE = json.dumps(
    {
        "Resources": {
            "Topic": {"Type": "AWS::SNS::Topic"},
            "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.1.0.0/16"}},
            "Subnet": {
                "Type": "AWS::EC2::Subnet",
                "Properties": {
                    "VpcId": {"Ref": "Vpc"},
                    "CidrBlock": "10.1.0.0/20",
                    "AvailabilityZone": {"Fn::Select": [1, {"Fn::GetAZs": ""}]},
                },
            },
        },
        "Outputs": {
            "Topic": {"Value": {"Ref": "Topic"}},
            "Place": {"Value": {"Fn::Sub": "${AWS::Partition} ${AWS::URLSuffix}"}},
            "Zone": {"Value": {"Fn::GetAtt": ["Subnet", "AvailabilityZone"]}},
        },
    }
)


@pytest.fixture(scope="module")
def west(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Region]:
    yield from _region(tmp_path_factory.mktemp("west"), "us-west-1", "a,c")


@pytest.fixture(scope="module")
def china(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Region]:
    yield from _region(tmp_path_factory.mktemp("china"), "cn-north-1", "a,b")


def _region(folder: Path, name: str, zones: str) -> Iterator[Region]:
    running = Region(folder, {"NANOFLEET_REGION": name, "NANOFLEET_ZONES": zones})
    running.start()
    yield running
    running.stop()


def _outputs(region: Region) -> dict[str, str]:
    stacks = region.client("cloudformation")
    stacks.create_stack(StackName="place", TemplateBody=TEMPLATE)

    def made() -> dict[str, str] | None:
        stack = stacks.describe_stacks(StackName="place")["Stacks"][0]
        assert "ROLLBACK" not in stack["StackStatus"], stack
        found = {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", [])}
        return found if stack["StackStatus"] == "CREATE_COMPLETE" else None

    return wait_for("the stack", made, 20.0) or {}


def test_a_region_has_the_zones_it_is_told_and_no_subnet_in_others(west: Region) -> None:
    ec2 = west.client("ec2")
    zones = [one["ZoneName"] for one in ec2.describe_availability_zones()["AvailabilityZones"]]
    assert zones == ["us-west-1a", "us-west-1c"]
    offers = ec2.describe_instance_type_offerings(LocationType="availability-zone")
    assert {one["Location"] for one in offers["InstanceTypeOfferings"]} == set(zones)
    assert _outputs(west)["Zone"] == "us-west-1c"
    vpc = ec2.create_vpc(CidrBlock="10.2.0.0/16")["Vpc"]["VpcId"]
    with pytest.raises(ClientError, match=r"Subnets can currently only be .*us-west-1a, us-west-1c"):
        ec2.create_subnet(VpcId=vpc, CidrBlock="10.2.0.0/20", AvailabilityZone="us-west-1b")


def test_everything_in_china_has_arns_of_its_partition(china: Region) -> None:
    outputs = _outputs(china)
    assert outputs["Place"] == "aws-cn amazonaws.com.cn"
    assert outputs["Topic"].startswith("arn:aws-cn:sns:cn-north-1:000000000000:place-Topic-")
    assert china.client("sts").get_caller_identity()["Arn"].startswith("arn:aws-cn:iam::000000000000:")
    assert china.client("sns").get_topic_attributes(TopicArn=outputs["Topic"])["Attributes"]


def test_letters_of_zones_that_make_no_sense_are_refused(tmp_path: Path) -> None:
    wrong = Region(tmp_path, {"NANOFLEET_ZONES": "a,a"})
    assert wrong.attempt() == 1
    assert "NANOFLEET_ZONES=a,a: not letters of zones such as a,c" in wrong.log()
