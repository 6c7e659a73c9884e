"""A real region for tests: own port, own state folder, own loopback network."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from free_places import free_port, free_range
from inbox import Inbox
from waiting import wait_for

REPOSITORY = Path(__file__).resolve().parents[3]
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "nanofleet" / "ministack-1.5.33"
EMULATOR = Path(os.environ.get("NANOFLEET_EMULATOR") or CACHE)

PYTHON = EMULATOR / "bin" / "python"
START_SECONDS = 30.0
HTTP_SERVER = """import http from 'node:http'
console.log('listening on', process.env.HOST)
http.createServer((_, response) => response.end(process.env.HOST)).listen(8080, process.env.HOST)
"""


class Region:
    """A region in a process of its own; `environment` adds to or overrides what it is started with."""

    def __init__(self, state: Path, environment: dict[str, str] | None = None) -> None:
        self.state = state
        self.port = free_port()
        self.octet, self._claim = free_range()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.environment = {
            "NANOFLEET_STATE": str(state),
            "NANOFLEET_PORT": str(self.port),
            "NANOFLEET_VPC_CIDR": f"127.{self.octet}.0.0/16",
            "NANOFLEET_GRACE_SECONDS": "1",
            "NANOFLEET_RESTARTS": "0",  # a test starts it again when it wants to
            "NANOFLEET_SAVE_SECONDS": "0.5",
            **(environment or {}),
        }
        # How often a client asks again before it gives up; botocore's own number unless it is set.
        self.tries: int | None = None
        # What runs the region, and with which arguments.
        self.program = ["-m", "region"]
        self.process: subprocess.Popen[bytes] | None = None
        self._clients: dict[tuple[str, str], Any] = {}

    def start(self) -> None:
        self._spawn()
        wait_for("no answer from the region", self._healthy, START_SECONDS)

    def attempt(self) -> int:
        """The exit code of a start that is expected to be refused."""
        self._spawn()
        assert self.process is not None
        return self.process.wait(START_SECONDS)

    def _spawn(self) -> None:
        python = str(PYTHON) if PYTHON.exists() else sys.executable
        paths = [str(REPOSITORY / "local"), *([""] if PYTHON.exists() else sys.path)]
        with (self.state / "region.log").open("ab") as log:
            self.process = subprocess.Popen(
                [python, *self.program],
                env={
                    **os.environ,
                    **self.environment,
                    "PYTHONPATH": os.pathsep.join(filter(None, paths)),
                    "PYTHONDONTWRITEBYTECODE": "1",
                },
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _healthy(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            pytest.fail(f"the region ended with {self.process.returncode}:\n{self.log()[-3000:]}")
        try:
            return bool(self.get("/_nanofleet/health"))
        except OSError:
            return False

    def stop(self) -> int:
        """Ends it in order; its exit code."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(40)

    def kill(self) -> None:
        """kill -9 of the emulator itself; returns when its guard has ended too."""
        assert self.process is not None
        os.kill(self.get("/_nanofleet/health")["pid"], signal.SIGKILL)
        self.process.wait(15)

    def log(self) -> str:
        return (self.state / "region.log").read_text()

    @property
    def root(self) -> tuple[str, str]:
        """Root's key in this region, which it makes when it is first started."""
        key = json.loads((self.state / "root-key.json").read_text())
        return key["accessKeyId"], key["secretAccessKey"]

    def get(self, path: str) -> Any:
        return self.call("GET", path)

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """An answer of the private API."""
        data = None if body is None else json.dumps(body).encode()
        file = self.state / "root-key.json"
        key = {"x-nanofleet-key": self.root[1]} if file.exists() else {}
        request = urllib.request.Request(self.endpoint + path, data=data, method=method, headers=key)
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)

    def client(self, service: str, key: str = "", secret: str = "", token: str | None = None) -> Any:
        """A client with root's key, unless another one is given."""
        import botocore.session  # noqa: PLC0415 -- conftest.py has to find ministack's packages first

        if not key:
            key, secret = self.root
        if (service, key) not in self._clients:
            session = botocore.session.get_session()
            if self.tries is not None:
                session.set_config_variable("max_attempts", self.tries)
            self._clients[service, key] = session.create_client(
                service,
                region_name=self.environment.get("NANOFLEET_REGION", "eu-west-1"),
                endpoint_url=self.endpoint,
                aws_access_key_id=key,
                aws_secret_access_key=secret,
                aws_session_token=token,
            )
        return self._clients[service, key]

    def network(self, zone: str = "eu-west-1a", part: int = 0) -> tuple[str, str]:
        """(VPC, subnet) of the region's loopback network; the VPC is made once."""
        ec2 = self.client("ec2")
        cidr = f"127.{self.octet}.0.0/16"
        vpcs = ec2.describe_vpcs(Filters=[{"Name": "cidr", "Values": [cidr]}])["Vpcs"]
        vpcs = [vpc for vpc in vpcs if vpc["CidrBlock"] == cidr]
        vpc = vpcs[0]["VpcId"] if vpcs else ec2.create_vpc(CidrBlock=cidr)["Vpc"]["VpcId"]
        subnet_cidr = f"127.{self.octet}.{part}.0/20"
        known = [s for s in ec2.describe_subnets()["Subnets"] if s["CidrBlock"] == subnet_cidr]
        if known:
            return vpc, known[0]["SubnetId"]
        made = ec2.create_subnet(VpcId=vpc, CidrBlock=subnet_cidr, AvailabilityZone=zone)
        return vpc, made["Subnet"]["SubnetId"]

    def snapshot(self, tags: dict[str, str] | None = None) -> str:
        ec2 = self.client("ec2")
        volume = ec2.create_volume(AvailabilityZone="eu-west-1a", Size=1)["VolumeId"]
        specification = _specification("snapshot", tags)
        made = ec2.create_snapshot(VolumeId=volume, TagSpecifications=specification)["SnapshotId"]
        ec2.delete_volume(VolumeId=volume)
        return made

    def image(
        self, source: str = HTTP_SERVER, tags: dict[str, str] | None = None, **configuration: Any
    ) -> str:
        """An AMI whose program is the Node script `source`."""
        snapshot = self.snapshot()
        disk = self.state / "snapshots" / snapshot
        (disk / "root").mkdir(parents=True, exist_ok=True)
        (disk / "root" / "main.mjs").write_text(source)
        (disk / "image.json").write_text(
            json.dumps({"Program": "/node", "Args": ["/main.mjs"], **configuration})
        )
        return self.register(snapshot, tags)

    def register(self, snapshot: str, tags: dict[str, str] | None = None) -> str:
        specification = _specification("image", tags)
        return self.client("ec2").register_image(
            Name=f"image-{random.getrandbits(48):x}",
            RootDeviceName="/dev/xvda",
            Architecture="x86_64",
            VirtualizationType="hvm",
            TagSpecifications=specification,
            BlockDeviceMappings=[{"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": snapshot}}],
        )["ImageId"]

    def launch(
        self, image: str, count: int = 1, tags: dict[str, str] | None = None, **more: Any
    ) -> list[str]:
        """Ids of new instances in the loopback network."""
        specification = _specification("instance", tags)
        made = self.client("ec2").run_instances(
            ImageId=image,
            MinCount=count,
            MaxCount=count,
            SubnetId=self.network()[1],
            TagSpecifications=specification,
            **more,
        )
        return [instance["InstanceId"] for instance in made["Instances"]]

    def instance(self, instance_id: str) -> dict[str, Any]:
        found = self.client("ec2").describe_instances(InstanceIds=[instance_id])
        return found["Reservations"][0]["Instances"][0]

    def state_of(self, instance_id: str) -> str:
        return self.instance(instance_id)["State"]["Name"]

    def await_state(self, instance_id: str, state: str, seconds: float = 15.0) -> dict[str, Any]:
        wait_for(f"{instance_id} is not {state}", lambda: self.state_of(instance_id) == state, seconds)
        return self.instance(instance_id)

    def pid(self, instance_id: str) -> int | None:
        found = [i for i in self.get("/_nanofleet/instances") if i["instanceId"] == instance_id]
        return found[0]["pid"] if found else None

    def terminate(self, instance_ids: list[str]) -> None:
        if instance_ids:
            self.client("ec2").terminate_instances(InstanceIds=instance_ids)
        for instance_id in instance_ids:
            self.await_state(instance_id, "terminated")

    def inbox(self, pattern: dict[str, Any]) -> Inbox:
        """A queue that receives the events that match `pattern` from now on."""
        name = f"inbox-{random.getrandbits(48):x}"
        queue = self.client("sqs").create_queue(QueueName=name)["QueueUrl"]
        attributes = self.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
        self.client("events").put_rule(Name=name, EventPattern=json.dumps(pattern))
        self.client("events").put_targets(
            Rule=name, Targets=[{"Id": "queue", "Arn": attributes["Attributes"]["QueueArn"]}]
        )
        return Inbox(self.client("sqs"), queue)


def _specification(kind: str, tags: dict[str, str] | None) -> list[dict[str, Any]]:
    pairs = [{"Key": key, "Value": value} for key, value in (tags or {}).items()]
    return [{"ResourceType": kind, "Tags": pairs}] if pairs else []
