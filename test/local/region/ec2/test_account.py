"""What EC2 and Service Quotas say of an account before anything is launched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from regions import Region
from roles import Actor, allow


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Region]:
    """The region of a new account: one build at once, five vCPUs."""
    running = Region(tmp_path_factory.mktemp("small"), {"NANOFLEET_QUOTAS": "L-2DC20C30=1,L-1216C47A=5"})
    running.start()
    yield running
    running.stop()


def test_quotas_have_the_values_of_aws_or_those_that_were_set(region: Region, small: Region) -> None:
    def value(of: Region, service: str, code: str) -> float:
        return of.client("service-quotas").get_service_quota(ServiceCode=service, QuotaCode=code)["Quota"][
            "Value"
        ]

    assert value(region, "ec2", "L-1216C47A") == 1152
    assert value(small, "ec2", "L-1216C47A") == 5
    assert value(small, "ec2", "L-0263D0A3") == 5
    names = small.client("service-quotas").list_service_quotas(ServiceCode="codebuild")["Quotas"]
    assert [(one["QuotaName"], one["Value"]) for one in names] == [
        ("Concurrently running builds for Linux/Medium environment", 1.0)
    ]


def test_quotas_come_in_pages_and_unknown_ones_are_refused(region: Region) -> None:
    client = region.client("service-quotas")
    pages = list(client.get_paginator("list_service_quotas").paginate(ServiceCode="vpc", MaxResults=1))
    assert [len(page["Quotas"]) for page in pages] == [1, 1]
    for call in (
        lambda: client.get_service_quota(ServiceCode="ec2", QuotaCode="L-00000000"),
        lambda: client.list_service_quotas(ServiceCode="nothing"),
    ):
        with pytest.raises(ClientError, match="NoSuchResourceException"):
            call()


def test_quotas_are_told_to_those_who_may_ask(region: Region, actor: Actor) -> None:
    ask = {"ServiceCode": "ec2", "QuotaCode": "L-1216C47A"}
    with pytest.raises(ClientError, match="AccessDenied"):
        actor("service-quotas").get_service_quota(**ask)
    actor.may(allow("servicequotas:GetServiceQuota"))
    assert actor("service-quotas").get_service_quota(**ask)["Quota"]["Value"] == 1152


def test_a_type_is_described_with_its_processors_or_refused(region: Region) -> None:
    ec2 = region.client("ec2")
    found = ec2.describe_instance_types(InstanceTypes=["t3.small", "t2.micro", "m7g.xlarge"])["InstanceTypes"]
    assert [(one["InstanceType"], one["VCpuInfo"]["DefaultVCpus"]) for one in found] == [
        ("t3.small", 2),
        ("t2.micro", 1),
        ("m7g.xlarge", 4),
    ]
    with pytest.raises(ClientError, match=r"t9\.small"):
        ec2.describe_instance_types(InstanceTypes=["t3.small", "t9.small"])


def test_a_type_is_offered_in_each_zone_and_an_unknown_one_in_none(region: Region) -> None:
    ec2 = region.client("ec2")

    def places(name: str, kind: str = "availability-zone") -> list[str]:
        given = [{"Name": "instance-type", "Values": [name]}]
        answer = ec2.describe_instance_type_offerings(LocationType=kind, Filters=given)
        return [one["Location"] for one in answer["InstanceTypeOfferings"]]

    assert places("t3.small") == ["eu-west-1a", "eu-west-1b", "eu-west-1c"]
    assert places("t3.small", "region") == ["eu-west-1"]
    assert places("t9.small") == []
    with pytest.raises(ClientError, match="The filter 'colour' is invalid"):
        ec2.describe_instance_type_offerings(Filters=[{"Name": "colour", "Values": ["red"]}])


def test_disks_are_not_encrypted_by_default(region: Region) -> None:
    ec2 = region.client("ec2")
    assert ec2.get_ebs_encryption_by_default()["EbsEncryptionByDefault"] is False
    assert ec2.get_ebs_default_kms_key_id()["KmsKeyId"] == "alias/aws/ebs"


@pytest.mark.parametrize("text", ["five", "L-1216C47A", "L-1216C47A=many", "1216=5"])
def test_a_quota_that_cannot_be_read_stops_the_start(tmp_path: Path, text: str) -> None:
    refused = Region(tmp_path, {"NANOFLEET_QUOTAS": text})
    assert refused.attempt() != 0
    assert f"NANOFLEET_QUOTAS={text}: not a code and a number" in refused.log()
