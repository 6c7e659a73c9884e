"""The end of the region, in order and by force: nothing is left running, nothing confirmed is forgotten."""

from __future__ import annotations

import io
import json
import os
import signal
import time
import zipfile

import pytest
from regions import Region
from waiting import alive, wait_for

IDLE = "setInterval(() => 0, 1000)"
# A program that leaves a child in a session of its own.
FORKING = """import { spawn } from 'node:child_process'
const child = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' })
console.log(child.pid)
setInterval(() => 0, 1000)"""


def console(region: Region, instance_id: str) -> str:
    ec2 = region.client("ec2")
    return wait_for("output", lambda: ec2.get_console_output(InstanceId=instance_id).get("Output"))


def test_sigterm_ends_every_process_and_keeps_the_state(own_region: Region) -> None:
    image = own_region.image(IDLE)
    ids = own_region.launch(image, count=3)
    pids = [wait_for("a process", lambda i=i: own_region.pid(i)) for i in ids]
    assert own_region.stop() == 0
    assert not any(alive(pid) for pid in pids)
    own_region.start()
    assert own_region.client("ec2").describe_images(ImageIds=[image])["Images"]
    for instance_id in ids:
        assert own_region.instance(instance_id)["StateReason"]["Code"] == "Server.InternalError"


def test_kill_9_leaves_no_process_and_all_that_was_answered(own_region: Region) -> None:
    image = own_region.image(FORKING)
    own_region.client("ssm").put_parameter(Name="/kept", Value="yes", Type="String")
    own_region.client("s3").create_bucket(
        Bucket="kept", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    own_region.client("s3").put_object(Bucket="kept", Key="object", Body=b"bytes")
    inbox = own_region.inbox({"source": ["aws.ec2"]})
    [instance_id] = own_region.launch(image)
    own_region.await_state(instance_id, "running")
    pids = [own_region.pid(instance_id), int(console(own_region, instance_id))]
    own_region.kill()
    wait_for("no process is left", lambda: not any(alive(pid) for pid in pids if pid), 5)
    own_region.start()
    assert own_region.client("ssm").get_parameter(Name="/kept")["Parameter"]["Value"] == "yes"
    assert own_region.client("s3").get_object(Bucket="kept", Key="object")["Body"].read() == b"bytes"
    assert own_region.state_of(instance_id) == "terminated"
    wait_for("its end is an event", lambda: inbox.states_of(instance_id)[-1:] == ["terminated"])
    [fresh] = own_region.launch(image)
    before = own_region.instance(instance_id).get("PrivateIpAddress")
    assert own_region.instance(fresh)["PrivateIpAddress"].endswith(".17") and before is None


def test_a_process_that_outlived_guard_and_region_is_killed_at_the_next_start(own_region: Region) -> None:
    [instance_id] = own_region.launch(own_region.image(IDLE))
    pid = wait_for("a process", lambda: own_region.pid(instance_id))
    health = own_region.get("/_nanofleet/health")
    assert own_region.process and health["guard"] == own_region.process.pid
    time.sleep(1)
    os.kill(health["guard"], signal.SIGSTOP)  # it can neither adopt nor kill
    os.kill(health["pid"], signal.SIGKILL)
    wait_for("the region is gone", lambda: not alive(health["pid"]))
    os.kill(health["guard"], signal.SIGKILL)
    own_region.process.wait(5)
    assert alive(pid)
    own_region.start()
    assert not alive(pid)


def test_a_killed_guard_takes_the_region_along(own_region: Region) -> None:
    [instance_id] = own_region.launch(own_region.image(IDLE))
    pid = wait_for("a process", lambda: own_region.pid(instance_id))
    health = own_region.get("/_nanofleet/health")
    os.kill(health["guard"], signal.SIGKILL)
    wait_for("region and instance are gone", lambda: not alive(health["pid"]) and not alive(pid), 15)
    assert own_region.process
    own_region.process.wait(5)


def test_a_number_that_was_given_anew_is_left_alone(own_region: Region) -> None:
    home = own_region.state / "instances" / "i-0123456789abcdef0"
    own_region.stop()
    home.mkdir(parents=True)
    (home / "process.json").write_text(
        json.dumps({"pid": os.getpid(), "startTime": 1, "address": "127.0.0.1"})
    )
    own_region.start()
    assert not home.exists()


def test_an_instance_that_was_launched_a_moment_before_the_end_is_known_and_terminated(
    own_region: Region,
) -> None:
    own_region.stop()
    own_region.environment["NANOFLEET_SAVE_SECONDS"] = "600"
    own_region.start()
    image = own_region.image(IDLE)
    [instance_id] = own_region.launch(image)
    pid = wait_for("a process", lambda: own_region.pid(instance_id))
    own_region.kill()
    own_region.start()
    assert not alive(pid)
    assert own_region.state_of(instance_id) == "terminated"
    [fresh] = own_region.launch(image)
    own_region.await_state(fresh, "running")


def test_a_second_region_on_the_same_state_or_port_is_refused(
    own_region: Region, tmp_path_factory: pytest.TempPathFactory
) -> None:
    [instance_id] = own_region.launch(own_region.image(IDLE))
    pid = wait_for("a process", lambda: own_region.pid(instance_id))
    same_state = Region(own_region.state)
    same_port = Region(tmp_path_factory.mktemp("other"), {"NANOFLEET_PORT": str(own_region.port)})
    for other, message in (
        (same_state, "another one runs on"),
        (same_port, f"port {own_region.port} is taken"),
    ):
        assert other.attempt() == 1
        assert message in other.log()
    assert alive(pid)


def test_a_lambda_worker_ends_with_the_region(own_region: Region) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as code:
        code.writestr(
            "index.mjs", "export const handler = async () => ({ pid: process.pid, env: process.env })"
        )
    own_region.client("iam").create_role(RoleName="function", AssumeRolePolicyDocument="{}")
    function = own_region.client("lambda")
    function.create_function(
        FunctionName="pid",
        Runtime="nodejs22.x",
        Handler="index.handler",
        Code={"ZipFile": archive.getvalue()},
        Role="arn:aws:iam::000000000000:role/function",
    )
    wait_for(
        "active", lambda: function.get_function(FunctionName="pid")["Configuration"]["State"] == "Active"
    )
    answer = json.loads(function.invoke(FunctionName="pid")["Payload"].read())
    assert alive(answer["pid"])
    assert answer["env"]["AWS_ENDPOINT_URL"] == own_region.endpoint
    own_region.kill()
    wait_for("the worker is gone", lambda: not alive(answer["pid"]), 5)


def test_a_stopped_instance_starts_again_after_a_restart_with_its_disk(own_region: Region) -> None:
    source = """import fs from 'node:fs'
    fs.appendFileSync('boots', 'x'); console.log('boots', fs.readFileSync('boots', 'utf8'))
    setInterval(() => 0, 1000)"""
    ec2 = own_region.client("ec2")
    [instance_id] = own_region.launch(own_region.image(source))
    assert "boots x\n" in console(own_region, instance_id)
    ec2.stop_instances(InstanceIds=[instance_id])
    address = own_region.await_state(instance_id, "stopped")["PrivateIpAddress"]
    own_region.stop()
    own_region.start()
    assert own_region.state_of(instance_id) == "stopped"
    ec2.start_instances(InstanceIds=[instance_id])
    assert own_region.await_state(instance_id, "running")["PrivateIpAddress"] == address
    wait_for("the second boot", lambda: "boots xx" in console(own_region, instance_id))
