"""Instances: launch, states, events, end, output."""

from __future__ import annotations

import time
import urllib.request

import pytest
from regions import Region
from waiting import alive, wait_for

STATES = {"source": ["aws.ec2"], "detail-type": ["EC2 Instance State-change Notification"]}


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
