"""A region of its own for a test module, with three zones and the few steps that fleet tests share."""

from __future__ import annotations

import contextlib
import json
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Any

from inbox import Inbox
from regions import Region
from waiting import eventually

REGION = "eu-west-1"
ACCOUNT = "000000000000"


class World:
    """One running region: `client("ec2")`, `call("PUT", path, body)`, `image(...)`, `subnets` of zones a, b,
    c.
    """

    # What the tests of a module launch, when they share it.
    ami = ""
    plan = ""

    def __init__(self, region: Region) -> None:
        self.region = region
        self.client, self.call = region.client, region.call
        self.vpc, _subnet = region.network()
        places = (("a", 0), ("b", 16), ("c", 32))
        self.subnets = [region.network(f"{REGION}{zone}", part)[1] for zone, part in places]

    def image(self, program: str) -> str:
        """An AMI whose instances run this shell program; returns its id."""
        snapshot = self.region.snapshot()
        disk = self.region.state / "snapshots" / snapshot
        (disk / "root").mkdir(parents=True, exist_ok=True)
        script = disk / "root" / "main.sh"
        script.write_text(f"#!/bin/sh\n{program}\n")
        script.chmod(0o755)
        (disk / "image.json").write_text(json.dumps({"Program": "/main.sh"}))
        return self.region.register(snapshot)

    def template(self, image: str, name: str, **data: Any) -> str:
        ec2 = self.client("ec2")
        given = {
            "ImageId": image,
            "InstanceType": "t3.micro",
            "InstanceInitiatedShutdownBehavior": "terminate",
            **data,
        }
        made = ec2.create_launch_template(LaunchTemplateName=name, LaunchTemplateData=given)
        return made["LaunchTemplate"]["LaunchTemplateId"]

    def group(self, name: str) -> dict[str, Any]:
        """The group, described; the test fails when there is none."""
        found = self.find_group(name)
        assert found is not None, f"there is no group {name}"
        return found

    def find_group(self, name: str) -> dict[str, Any] | None:
        found = self.client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[name])
        return next(iter(found["AutoScalingGroups"]), None)

    def serving(self, name: str) -> list[str]:
        group = self.find_group(name) or {"Instances": []}
        return [one["InstanceId"] for one in group["Instances"] if one["LifecycleState"] == "InService"]

    def reports(self) -> Inbox:
        """A queue that receives every event of Auto Scaling from now on."""
        return self.region.inbox({"source": ["aws.autoscaling"]})

    def stack(
        self, name: str, template: dict[str, Any], parameters: dict[str, str] | None = None
    ) -> dict[str, str]:
        """Creates or updates a stack and returns its outputs; fails with the reasons of its events."""
        cloudformation = self.client("cloudformation")
        given = {
            "StackName": name,
            "TemplateBody": json.dumps(template),
            "Capabilities": ["CAPABILITY_NAMED_IAM"],
            "Parameters": [
                {"ParameterKey": key, "ParameterValue": value} for key, value in (parameters or {}).items()
            ],
        }
        known = any(one["StackName"] == name for one in cloudformation.describe_stacks()["Stacks"])
        (cloudformation.update_stack if known else cloudformation.create_stack)(**given)
        return self.outputs(name)

    def outputs(self, name: str) -> dict[str, str]:
        """The outputs of a stack once it is settled; fails with the reasons of its events."""
        stack = eventually(lambda: self._settled(name), 30)
        assert stack["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE"), self.reasons(name)
        return {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", [])}

    def _settled(self, name: str) -> dict[str, Any] | None:
        stack = self.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
        return None if stack["StackStatus"].endswith("IN_PROGRESS") else stack

    def reasons(self, name: str) -> list[str]:
        events = self.client("cloudformation").describe_stack_events(StackName=name)["StackEvents"]
        told = [one for one in events if one.get("ResourceStatusReason")]
        return [f"{one['LogicalResourceId']}: {one['ResourceStatusReason']}" for one in told]

    def unstack(self, name: str) -> None:
        """Deletes a stack and waits until it is gone."""
        cloudformation = self.client("cloudformation")
        stack_id = cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackId"]
        cloudformation.delete_stack(StackName=name)
        stack = eventually(lambda: self._settled(stack_id), 30)
        assert stack["StackStatus"] == "DELETE_COMPLETE", self.reasons(stack_id)


@contextlib.contextmanager
def started(**environment: str) -> Generator[World, None, None]:
    """A region in a folder of its own, stopped at the end whatever happens."""
    with tempfile.TemporaryDirectory(prefix="region-") as folder:
        region = Region(
            Path(folder), {"NANOFLEET_BOOT_SECONDS": "0.05", "NANOFLEET_DRAIN_SECONDS": "1", **environment}
        )
        region.start()
        try:
            yield World(region)
        finally:
            region.stop()
