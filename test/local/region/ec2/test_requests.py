"""Instances: what is described, refused, repeated, filled in by a launch template."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from regions import Region


def refusal(function: Callable[..., Any], **arguments: Any) -> str:
    with pytest.raises(ClientError) as error:
        function(**arguments)
    return error.value.response["Error"]["Code"]


def test_pages_of_describe_instances_hold_each_instance_once(region: Region) -> None:
    launched = set(region.launch(region.image("setInterval(() => 0, 1000)"), count=7, tags={"page": "yes"}))
    ec2 = region.client("ec2")
    filters = [{"Name": "tag:page", "Values": ["y*"]}, {"Name": "vpc-id", "Values": [region.network()[0]]}]
    pages, token = [], {}
    while True:
        page = ec2.describe_instances(Filters=filters, MaxResults=5, **token)
        pages.append([i["InstanceId"] for r in page["Reservations"] for i in r["Instances"]])
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert [len(page) for page in pages] == [5, 2]
    assert {instance_id for page in pages for instance_id in page} == launched
    region.terminate(list(launched))
    gone = ec2.describe_instances(Filters=filters)["Reservations"]
    assert gone == []  # a terminated instance has left its VPC


def test_a_filter_by_id_finds_the_instances_by_whole_ids_and_by_patterns(region: Region) -> None:
    ids = sorted(region.launch(region.image(), count=2))

    def found(*values: str, state: str = "*") -> list[str]:
        filters = [
            {"Name": "instance-id", "Values": list(values)},
            {"Name": "instance-state-name", "Values": [state]},
        ]
        answer = region.client("ec2").describe_instances(Filters=filters)
        return [one["InstanceId"] for each in answer["Reservations"] for one in each["Instances"]]

    assert found(*ids, "i-00000000000000000") == ids
    assert found(f"{ids[0][:-1]}?") == ids[:1]
    assert found(ids[1], state="stopped") == []
    region.terminate(ids)


def test_requests_that_ec2_refuses_are_refused(region: Region) -> None:
    ec2 = region.client("ec2")
    image, subnet = region.image(), region.network()[1]
    run = {"MinCount": 1, "MaxCount": 1, "SubnetId": subnet}
    assert refusal(ec2.run_instances, ImageId="ami-0123456789abcdef1", **run) == "InvalidAMIID.NotFound"
    assert refusal(ec2.run_instances, ImageId="ami-x", **run) == "InvalidAMIID.Malformed"
    assert refusal(ec2.run_instances, ImageId=image, DryRun=True, **run) == "DryRunOperation"
    assert (
        refusal(ec2.run_instances, ImageId=image, **{**run, "SubnetId": "subnet-1"})
        == "InvalidSubnetID.NotFound"
    )
    assert (
        refusal(ec2.run_instances, ImageId=image, SecurityGroupIds=["sg-1"], **run) == "InvalidGroup.NotFound"
    )
    profile = {"Name": "none"}
    assert (
        refusal(ec2.run_instances, ImageId=image, IamInstanceProfile=profile, **run)
        == "InvalidParameterValue"
    )
    assert (
        refusal(ec2.describe_instances, Filters=[{"Name": "colour", "Values": ["red"]}])
        == "InvalidParameterValue"
    )
    assert refusal(ec2.describe_instances, MaxResults=2) == "InvalidParameterValue"
    assert (
        refusal(ec2.terminate_instances, InstanceIds=["i-0123456789abcdef1"]) == "InvalidInstanceID.NotFound"
    )


def test_a_repeated_client_token_launches_once(region: Region) -> None:
    ec2, image, subnet = region.client("ec2"), region.image(), region.network()[1]
    run = {"ImageId": image, "MinCount": 1, "MaxCount": 1, "SubnetId": subnet, "ClientToken": "once"}
    first, second = ec2.run_instances(**run), ec2.run_instances(**run)
    assert first["Instances"][0]["InstanceId"] == second["Instances"][0]["InstanceId"]
    assert refusal(ec2.run_instances, **{**run, "MaxCount": 2}) == "IdempotentParameterMismatch"
    taken = first["Instances"][0]["PrivateIpAddress"]
    again = {"ImageId": image, "MinCount": 1, "MaxCount": 1, "SubnetId": subnet, "PrivateIpAddress": taken}
    assert refusal(ec2.run_instances, **again) == "InvalidIPAddress.InUse"
    region.terminate([first["Instances"][0]["InstanceId"]])


def test_cpu_options_are_those_of_the_request_or_of_the_type(region: Region) -> None:
    image = region.image("setInterval(() => 0, 1000)")
    one = {"CoreCount": 1, "ThreadsPerCore": 1}
    wanted = [
        ("t3.micro", {"CpuOptions": one}, one),
        ("t3.micro", {}, {"CoreCount": 1, "ThreadsPerCore": 2}),
        ("t2.small", {}, one),
        ("t2.medium", {}, {"CoreCount": 2, "ThreadsPerCore": 1}),
    ]
    for kind, options, found in wanted:
        [instance_id] = region.launch(image, InstanceType=kind, **options)
        assert region.instance(instance_id)["CpuOptions"] == found
        region.terminate([instance_id])
    run = {"ImageId": image, "MinCount": 1, "MaxCount": 1, "SubnetId": region.network()[1]}
    ec2 = region.client("ec2")
    half = {"CoreCount": 1}
    assert refusal(ec2.run_instances, InstanceType="t3.micro", CpuOptions=half, **run) == "MissingParameter"
    assert (
        refusal(ec2.run_instances, InstanceType="t2.small", CpuOptions=one, **run) == "UnsupportedOperation"
    )


def test_a_launch_template_version_fills_in_what_the_request_leaves_out(region: Region) -> None:
    ec2, image = region.client("ec2"), region.image("setInterval(() => 0, 1000)")
    template = ec2.create_launch_template(
        LaunchTemplateName="web",
        LaunchTemplateData={
            "ImageId": image,
            "InstanceType": "t3.micro",
            "UserData": base64.b64encode(b"A=1").decode(),
            "MetadataOptions": {"HttpTokens": "required", "InstanceMetadataTags": "enabled"},
            "CpuOptions": {"CoreCount": 1, "ThreadsPerCore": 1},
            "TagSpecifications": [
                {
                    "ResourceType": "instance",
                    "Tags": [{"Key": "from", "Value": "template"}, {"Key": "only", "Value": "here"}],
                }
            ],
        },
    )["LaunchTemplate"]["LaunchTemplateId"]
    ec2.create_launch_template_version(
        LaunchTemplateId=template, SourceVersion="1", LaunchTemplateData={"InstanceType": "t3.small"}
    )
    types = {}
    for version in ("1", "$Latest", "$Default"):
        made = ec2.run_instances(
            LaunchTemplate={"LaunchTemplateId": template, "Version": version},
            MinCount=1,
            MaxCount=1,
            SubnetId=region.network()[1],
            TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "from", "Value": "request"}]}],
        )["Instances"][0]
        types[version] = made["InstanceType"]
        assert {tag["Key"]: tag["Value"] for tag in made["Tags"]} == {"from": "request", "only": "here"}
        assert made["MetadataOptions"]["HttpTokens"] == "required"
        assert made["CpuOptions"] == {"CoreCount": 1, "ThreadsPerCore": 1}
        region.terminate([made["InstanceId"]])
    assert types == {"1": "t3.micro", "$Latest": "t3.small", "$Default": "t3.micro"}
    assert (
        refusal(
            ec2.run_instances,
            LaunchTemplate={"LaunchTemplateId": template, "Version": "9"},
            MinCount=1,
            MaxCount=1,
        )
        == "InvalidLaunchTemplateId.VersionNotFound"
    )


def test_the_root_disk_goes_with_its_instance(region: Region) -> None:
    ec2 = region.client("ec2")
    [instance_id] = region.launch(region.image())
    volume = region.instance(instance_id)["BlockDeviceMappings"][0]["Ebs"]["VolumeId"]
    region.terminate([instance_id])
    assert volume not in [v["VolumeId"] for v in ec2.describe_volumes()["Volumes"]]


def test_an_instance_in_a_foreign_network_is_a_record_only(region: Region) -> None:
    ec2 = region.client("ec2")
    made = ec2.run_instances(ImageId=region.image(), MinCount=1, MaxCount=1)["Instances"][0]
    region.await_state(made["InstanceId"], "running")
    assert region.pid(made["InstanceId"]) is None
    assert made["PrivateIpAddress"].startswith("172.31.")
    region.terminate([made["InstanceId"]])


def test_a_protected_instance_is_terminated_only_after_its_protection(region: Region) -> None:
    ec2 = region.client("ec2")
    [instance_id] = region.launch(region.image(), DisableApiTermination=True)
    region.await_state(instance_id, "running")
    assert refusal(ec2.terminate_instances, InstanceIds=[instance_id]) == "OperationNotPermitted"
    ec2.modify_instance_attribute(InstanceId=instance_id, DisableApiTermination={"Value": False})
    ec2.modify_instance_attribute(
        InstanceId=instance_id, InstanceInitiatedShutdownBehavior={"Value": "terminate"}
    )
    behaviour = ec2.describe_instance_attribute(
        InstanceId=instance_id, Attribute="instanceInitiatedShutdownBehavior"
    )
    assert behaviour["InstanceInitiatedShutdownBehavior"]["Value"] == "terminate"
    region.terminate([instance_id])
