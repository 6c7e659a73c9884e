"""What an account may start: architectures, processors, addresses, and what EC2 does not show yet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from regions import Region
from waiting import eventually
from world import World, started

from region.ec2.capacity import architecture_of, processors_of

IDLE = "setInterval(() => 0, 1000)"


@pytest.fixture(scope="module")
def poor() -> Iterator[World]:
    """An account with 5 processors and 2 addresses; EC2 shows things after 1.5 s."""
    quotas = "L-1216C47A=5,L-0263D0A3=2"
    with started(NANOFLEET_QUOTAS=quotas, NANOFLEET_LAG_SECONDS="1.5") as made:
        yield made


def error_of(call: Any, **request: Any) -> dict[str, str]:
    with pytest.raises(ClientError) as refused:
        call(**request)
    return refused.value.response["Error"]


@pytest.mark.parametrize(
    ("kind", "architecture", "processors"),
    [
        ("t3.micro", "x86_64", 2),
        ("t2.micro", "x86_64", 1),
        ("t4g.small", "arm64", 2),
        ("m6g.medium", "arm64", 1),
        ("c7gn.large", "arm64", 2),
        ("im4gn.xlarge", "arm64", 4),
        ("a1.medium", "arm64", 1),
        ("g4dn.xlarge", "x86_64", 4),
        ("m5.2xlarge", "x86_64", 8),
        ("m7i-flex.large", "x86_64", 2),
    ],
)
def test_a_type_has_an_architecture_and_processors(kind: str, architecture: str, processors: int) -> None:
    assert (architecture_of(kind), processors_of(kind)) == (architecture, processors)


def test_an_instance_type_of_another_architecture_than_the_image_is_refused(region: Region) -> None:
    image = region.image(IDLE)
    _, subnet = region.network()
    asked = {"ImageId": image, "InstanceType": "t4g.small", "SubnetId": subnet, "MinCount": 1, "MaxCount": 1}
    error = error_of(region.client("ec2").run_instances, **asked)
    assert error["Code"] == "InvalidParameterValue"
    assert error["Message"].startswith(
        "The architecture 'arm64' of the specified instance type does not match the architecture 'x86_64' of "
        "the specified AMI. Specify an instance type and an AMI that have matching architectures"
    )


def test_more_processors_than_the_quota_are_refused_until_some_end(poor: World) -> None:
    image = poor.region.image(IDLE)
    eventually(lambda: poor.client("ec2").describe_images(Owners=["self"])["Images"], 5)
    first = poor.region.launch(image, 2, InstanceType="t3.micro")
    asked = {
        "ImageId": image,
        "InstanceType": "t3.micro",
        "SubnetId": poor.subnets[0],
        "MinCount": 1,
        "MaxCount": 1,
    }
    error = error_of(poor.client("ec2").run_instances, **asked)
    assert (error["Code"], error["Message"]) == (
        "VcpuLimitExceeded",
        "You have requested more vCPU capacity than your current vCPU limit of 5 allows for the instance "
        "bucket that the specified instance type belongs to. Please visit "
        "http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.",
    )
    # EC2 does not show what it has just started.
    assert (
        error_of(poor.client("ec2").describe_instances, InstanceIds=first)["Code"]
        == "InvalidInstanceID.NotFound"
    )
    assert poor.client("ec2").describe_instances()["Reservations"] == []
    eventually(lambda: len(poor.client("ec2").describe_instances()["Reservations"]) == 2, 5)
    poor.region.terminate(first)
    [again] = poor.region.launch(image, 1, InstanceType="t3.micro")
    eventually(lambda: _is_shown(poor, again), 5)
    poor.region.terminate([again])


def _is_shown(world: World, instance_id: str) -> bool:
    found = world.client("ec2").describe_instances()["Reservations"]
    return instance_id in [one["InstanceId"] for each in found for one in each["Instances"]]


def test_more_addresses_than_the_quota_are_refused(poor: World) -> None:
    ec2 = poor.client("ec2")
    kept = [ec2.allocate_address(Domain="vpc")["AllocationId"] for _ in range(2)]
    error = error_of(ec2.allocate_address, Domain="vpc")
    assert (error["Code"], error["Message"]) == (
        "AddressLimitExceeded",
        "The maximum number of addresses has been reached.",
    )
    ec2.release_address(AllocationId=kept[0])
    assert ec2.allocate_address(Domain="vpc")["AllocationId"]
