"""Instances: launch, states, events, description."""

from __future__ import annotations

import base64
import time
import urllib.request

import pytest
from botocore.exceptions import ClientError
from conftest import Region, alive, wait_for

STATES = {"source": ["aws.ec2"], "detail-type": ["EC2 Instance State-change Notification"]}


def refusal(function, **arguments) -> str:
    with pytest.raises(ClientError) as error:
        function(**arguments)
    return error.value.response["Error"]["Code"]


def test_an_instance_of_a_snapshot_image_is_a_process_on_its_own_address(region: Region) -> None:
    [instance_id] = region.launch(region.image())
    instance = region.await_state(instance_id, "running")
    address = instance["PrivateIpAddress"]
    assert address.startswith(f"127.{region.octet}.")

    def answer() -> str | None:
        try:
            return urllib.request.urlopen(f"http://{address}:8080/", timeout=2).read().decode()
        except OSError:
            return None

    assert wait_for("no answer of the program", answer) == address
    pid = region.pid(instance_id)
    assert pid and alive(pid)
    region.terminate([instance_id])
    assert not alive(pid)


def test_run_instances_answers_pending_with_address_zone_and_tags(region: Region) -> None:
    _, subnet = region.network("eu-west-1b", 16)
    made = region.client("ec2").run_instances(
        ImageId=region.image(),
        MinCount=1,
        MaxCount=2,
        SubnetId=subnet,
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "a & b"}]}],
    )["Instances"]
    assert [i["State"]["Name"] for i in made] == ["pending", "pending"]
    assert {i["Placement"]["AvailabilityZone"] for i in made} == {"eu-west-1b"}
    assert {i["PrivateIpAddress"] for i in made} == {f"127.{region.octet}.16.{n}" for n in (16, 17)}
    assert made[0]["Tags"] == [{"Key": "Name", "Value": "a & b"}]
    region.terminate([i["InstanceId"] for i in made])


def test_every_state_is_an_event_in_the_envelope_of_aws(region: Region) -> None:
    inbox = region.inbox(STATES)
    [instance_id] = region.launch(region.image())
    region.await_state(instance_id, "running")
    region.terminate([instance_id])
    wanted = ["pending", "running", "shutting-down", "terminated"]
    wait_for("four events", lambda: inbox.states_of(instance_id) == wanted)
    [shown] = [i for i in region.get("/_nanofleet/instances") if i["instanceId"] == instance_id]
    entered = [shown["entered"][state] for state in wanted]
    assert entered == sorted(entered) and entered[0] / 1000 == pytest.approx(time.time(), abs=60)
    event = inbox.events[0]
    assert event["resources"] == [f"arn:aws:ec2:eu-west-1:000000000000:instance/{instance_id}"]
    assert event["detail-type"] == "EC2 Instance State-change Notification"
    assert (event["source"], event["region"], event["account"]) == ("aws.ec2", "eu-west-1", "000000000000")
    assert event["detail"] == {"instance-id": instance_id, "state": "pending"}


def test_a_stopped_instance_keeps_its_address_and_starts_again(region: Region) -> None:
    inbox = region.inbox(STATES)
    ec2 = region.client("ec2")
    [instance_id] = region.launch(region.image())
    address = region.await_state(instance_id, "running")["PrivateIpAddress"]
    ec2.stop_instances(InstanceIds=[instance_id])
    assert region.await_state(instance_id, "stopped")["PrivateIpAddress"] == address
    assert region.pid(instance_id) is None
    ec2.start_instances(InstanceIds=[instance_id])
    assert region.await_state(instance_id, "running")["PrivateIpAddress"] == address
    region.terminate([instance_id])
    wanted = [
        "pending",
        "running",
        "stopping",
        "stopped",
        "pending",
        "running",
        "shutting-down",
        "terminated",
    ]
    wait_for("eight events", lambda: inbox.states_of(instance_id) == wanted)


def test_a_reboot_is_a_new_process_of_a_running_instance(region: Region) -> None:
    [instance_id] = region.launch(region.image())
    region.await_state(instance_id, "running")
    before = region.pid(instance_id)
    region.client("ec2").reboot_instances(InstanceIds=[instance_id])
    wait_for("a new process", lambda: region.pid(instance_id) not in (None, before))
    assert region.state_of(instance_id) == "running"
    region.terminate([instance_id])


@pytest.mark.parametrize(("behaviour", "state"), [("stop", "stopped"), ("terminate", "terminated")])
def test_a_program_that_ends_takes_its_instance_along(region: Region, behaviour: str, state: str) -> None:
    image = region.image("console.error('out of luck'); process.exit(3)")
    [instance_id] = region.launch(image, InstanceInitiatedShutdownBehavior=behaviour)
    instance = region.await_state(instance_id, state)
    assert instance["StateReason"]["Code"] == "Client.InstanceInitiatedShutdown"
    output = region.client("ec2").get_console_output(InstanceId=instance_id)["Output"]
    assert "out of luck" in output and "exit code 3" in output
    region.terminate([instance_id])


def test_a_program_that_ignores_sigterm_is_killed_after_the_grace_time(region: Region) -> None:
    image = region.image(
        "process.on('SIGTERM', () => console.log('no')); console.log('up'); setInterval(() => 0, 1000)"
    )
    [instance_id] = region.launch(image)
    region.await_state(instance_id, "running")
    pid = region.pid(instance_id)
    ec2 = region.client("ec2")
    wait_for(
        "the program is up", lambda: "up" in ec2.get_console_output(InstanceId=instance_id).get("Output", "")
    )
    region.terminate([instance_id])
    assert pid and not alive(pid)


def test_an_image_without_files_does_not_boot_and_says_why(region: Region) -> None:
    image = region.register(region.snapshot())
    [instance_id] = region.launch(image)
    reason = region.await_state(instance_id, "terminated")["StateReason"]
    assert reason["Code"] == "Client.InternalError"
    assert "image.json: the snapshot holds no image" in reason["Message"]


def test_output_goes_to_the_log_group_that_the_tags_name(region: Region) -> None:
    tags = {"nanofleet:stage": "local", "nanofleet:app": "web", "nanofleet:service": "page"}
    [instance_id] = region.launch(
        region.image("console.log('one'); console.log('two'); setInterval(() => 0, 1000)"), tags=tags
    )
    region.await_state(instance_id, "running")

    def messages() -> list[str]:
        found = region.client("logs").filter_log_events(
            logGroupName="/nanofleet/local/web/page", logStreamNames=[instance_id]
        )
        return [event["message"] for event in found["events"]]

    wait_for("both lines", lambda: messages() == ["one", "two"])
    region.terminate([instance_id])


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


def test_a_launch_template_version_fills_in_what_the_request_leaves_out(region: Region) -> None:
    ec2, image = region.client("ec2"), region.image("setInterval(() => 0, 1000)")
    template = ec2.create_launch_template(
        LaunchTemplateName="web",
        LaunchTemplateData={
            "ImageId": image,
            "InstanceType": "t3.micro",
            "UserData": base64.b64encode(b"A=1").decode(),
            "MetadataOptions": {"HttpTokens": "required", "InstanceMetadataTags": "enabled"},
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
