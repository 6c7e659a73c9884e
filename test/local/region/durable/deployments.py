"""A small app that is deployed, again and again, while a person orders; and what must hold after a kill."""

from __future__ import annotations

import contextlib
import json
import threading
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from regions import Region
from waiting import wait_for

NAME = "app"
TABLE: dict[str, Any] = {
    "TableName": "orders",
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
}
SETTLED = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE")


class App:
    """One queue, one parameter, one template and one group of one instance, in a stack; orders beside it."""

    def __init__(self, region: Region) -> None:
        self.region = region
        self.confirmed: list[int] = []
        self.asked = 0
        region.client("dynamodb").create_table(**TABLE)
        where = {"LocationConstraint": "eu-west-1"}
        region.client("s3").create_bucket(Bucket="orders", CreateBucketConfiguration=where)
        self.queue = region.client("sqs").create_queue(QueueName="orders")["QueueUrl"]
        self.images = [region.image("setInterval(() => 0, 1000)") for _ in range(2)]
        self.subnet = region.network()[1]

    def body(self, release: int) -> str:
        """The template of a release: another image, another version of the launch template, another value."""
        data = {
            "ImageId": self.images[release % len(self.images)],
            "InstanceType": "t3.nano",
            "UserData": {"Fn::Base64": f"RELEASE={release}"},
        }
        version = {"Fn::GetAtt": ["Template", "LatestVersionNumber"]}
        group = {
            "AutoScalingGroupName": NAME,
            "MinSize": "1",
            "MaxSize": "2",
            "VPCZoneIdentifier": [self.subnet],
            "LaunchTemplate": {"LaunchTemplateId": {"Ref": "Template"}, "Version": version},
        }
        value = {"Name": "/app/release", "Type": "String", "Value": str(release)}
        resources: dict[str, Any] = {
            "Queue": {
                "Type": "AWS::SQS::Queue",
                "Properties": {"QueueName": "app", "DelaySeconds": release % 9},
            },
            "Value": {"Type": "AWS::SSM::Parameter", "Properties": value},
            "Template": {
                "Type": "AWS::EC2::LaunchTemplate",
                "Properties": {"LaunchTemplateName": NAME, "LaunchTemplateData": data},
            },
            "Group": {"Type": "AWS::AutoScaling::AutoScalingGroup", "Properties": group},
        }
        return json.dumps({"Resources": resources})

    def deploy(self, release: int) -> None:
        """As the product does it: waits for what is under way, makes a failed stack anew, then updates."""
        stacks = self.region.client("cloudformation")
        status = self.settled()
        if status and status not in SETTLED:
            stacks.delete_stack(StackName=NAME)
            wait_for("it is deleted", lambda: self.settled() is None)
            status = None
        if status is None:
            stacks.create_stack(StackName=NAME, TemplateBody=self.body(release))
        else:
            with contextlib.suppress(ClientError):  # no updates are to be performed
                stacks.update_stack(StackName=NAME, TemplateBody=self.body(release))
        status = self.settled()
        assert status in SETTLED[:2], status
        ssm = self.region.client("ssm")
        assert ssm.get_parameter(Name="/app/release")["Parameter"]["Value"] == str(release)
        if self.region.client("autoscaling").describe_instance_refreshes(AutoScalingGroupName=NAME):
            self.replace(release)

    def replace(self, release: int) -> None:
        """Ends what another release started, until the one instance in service is of this one."""
        image = self.images[release % len(self.images)]

        def current() -> bool:
            fleet = self.region.client("autoscaling").describe_auto_scaling_groups(
                AutoScalingGroupNames=[NAME]
            )
            members = fleet["AutoScalingGroups"][0]["Instances"]
            serving = [one["InstanceId"] for one in members if one["LifecycleState"] == "InService"]
            old = [one for one in serving if self.region.instance(one)["ImageId"] != image]
            if old:
                self.region.client("ec2").terminate_instances(InstanceIds=old)
            return bool(serving) and not old

        wait_for(f"an instance of release {release}", current)

    def settled(self) -> str | None:
        """The stack's status once nothing is under way, None without a stack."""

        def status() -> str | None:
            shown = self.region.client("cloudformation").describe_stacks()["Stacks"]
            mine = [one["StackStatus"] for one in shown if one["StackName"] == NAME]
            now = mine[0] if mine and mine[0] != "DELETE_COMPLETE" else "none"
            return None if now.endswith("_IN_PROGRESS") else now

        found = wait_for("the stack is under way", status, 30)
        return None if found == "none" else found

    def order(self, until: threading.Event) -> None:
        """Orders one after the other, until told to stop or the region dies; notes what was confirmed."""
        with contextlib.suppress(BotoCoreError, ClientError, OSError):
            while not until.is_set():
                self.asked += 1
                number = self.asked
                item = {"id": {"S": str(number)}}
                self.region.client("dynamodb").put_item(TableName="orders", Item=item)
                self.region.client("s3").put_object(
                    Bucket="orders", Key=str(number), Body=str(number).encode()
                )
                self.region.client("sqs").send_message(QueueUrl=self.queue, MessageBody=str(number))
                self.confirmed.append(number)

    def check(self) -> None:
        """Nothing confirmed is lost, and nothing refers to what is missing."""
        items = self.region.client("dynamodb").get_paginator("scan").paginate(TableName="orders")
        found = {int(item["id"]["S"]) for page in items for item in page["Items"]}
        keys = self.region.client("s3").get_paginator("list_objects_v2").paginate(Bucket="orders")
        objects = {int(one["Key"]) for page in keys for one in page.get("Contents", [])}
        attributes = self.region.client("sqs").get_queue_attributes(
            QueueUrl=self.queue, AttributeNames=["ApproximateNumberOfMessages"]
        )["Attributes"]
        missing = set(self.confirmed) - (found & objects)
        assert not missing, f"confirmed and lost: {sorted(missing)}"
        assert int(attributes["ApproximateNumberOfMessages"]) >= len(self.confirmed)
        self._check_references()

    def _check_references(self) -> None:
        ec2 = self.region.client("ec2")
        images = {image["ImageId"] for image in ec2.describe_images(Owners=["self"])["Images"]}
        assert images.issuperset(self.images)
        for fleet in self.region.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]:
            wanted = fleet["LaunchTemplate"]
            versions = ec2.describe_launch_template_versions(LaunchTemplateId=wanted["LaunchTemplateId"])
            assert int(wanted["Version"]) in [v["VersionNumber"] for v in versions["LaunchTemplateVersions"]]
            ids = [member["InstanceId"] for member in fleet["Instances"]]
            if ids:
                shown = ec2.describe_instances(InstanceIds=ids)["Reservations"]
                assert {i["ImageId"] for one in shown for i in one["Instances"]} <= images
