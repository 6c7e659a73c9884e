"""Killed right after an answer: what was answered is there, and what was under way has ended."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from regions import Region
from roles import allow, make_role
from state_machines import Machines
from waiting import eventually, wait_for

TABLE: dict[str, Any] = {
    "TableName": "orders",
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
}


@pytest.fixture
def unsaved(tmp_path: Path) -> Iterator[Region]:
    """A region that saves nothing by itself."""
    running = Region(tmp_path, {"NANOFLEET_SAVE_SECONDS": "600"})
    running.start()
    yield running
    if running.process and running.process.poll() is None:
        running.stop()


def again(region: Region) -> None:
    region.kill()
    region.start()


def archive() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as code:
        code.writestr("index.mjs", "export const handler = async () => 'kept'")
    return data.getvalue()


def test_every_item_is_as_it_was_answered(unsaved: Region) -> None:
    table = unsaved.client("dynamodb")
    table.create_table(**TABLE)
    for number in range(30):
        table.put_item(TableName="orders", Item={"id": {"S": str(number)}, "n": {"N": "0"}})
    for number in range(10):
        table.update_item(
            TableName="orders",
            Key={"id": {"S": str(number)}},
            UpdateExpression="SET n = n + :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )
        table.delete_item(TableName="orders", Key={"id": {"S": str(number + 10)}})
    removed = {"Delete": {"TableName": "orders", "Key": {"id": {"S": "20"}}}}
    table.transact_write_items(TransactItems=[removed])
    for _ in range(2):
        again(unsaved)
        items = table.scan(TableName="orders")["Items"]
        expected = {str(n): "1" if n < 10 else "0" for n in (*range(10), *range(21, 30))}
        assert {item["id"]["S"]: item["n"]["N"] for item in items} == expected


def test_items_of_a_table_that_was_made_anew_do_not_come_back(unsaved: Region) -> None:
    table = unsaved.client("dynamodb")
    for item in ("old", "new"):
        table.create_table(**TABLE)
        table.put_item(TableName="orders", Item={"id": {"S": item}})
        if item == "old":
            table.delete_table(TableName="orders")
    again(unsaved)
    assert table.scan(TableName="orders")["Items"] == [{"id": {"S": "new"}}]


def test_what_every_service_answered_is_there(unsaved: Region) -> None:
    ssm, sqs, s3 = unsaved.client("ssm"), unsaved.client("sqs"), unsaved.client("s3")
    ssm.put_parameter(Name="/kept", Value="secret", Type="SecureString")
    queue = sqs.create_queue(QueueName="kept")["QueueUrl"]
    sqs.send_message(QueueUrl=queue, MessageBody="first")
    sqs.send_message(QueueUrl=queue, MessageBody="second")
    s3.create_bucket(Bucket="kept", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket="kept", Key="object", Body=b"bytes", Metadata={"a": "b"})
    s3.put_bucket_tagging(Bucket="kept", Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    role = make_role(unsaved, "kept", "lambda", allow("*"))
    function = unsaved.client("lambda")
    function.create_function(
        FunctionName="kept",
        Runtime="nodejs22.x",
        Handler="index.handler",
        Code={"ZipFile": archive()},
        Role=role,
    )
    unsaved.client("events").put_rule(Name="kept", ScheduleExpression="rate(1 day)")
    unsaved.client("logs").create_log_group(logGroupName="kept")
    unsaved.client("sns").create_topic(Name="kept")
    alarm = {"Namespace": "n", "MetricName": "m", "ComparisonOperator": "GreaterThanThreshold"}
    unsaved.client("cloudwatch").put_metric_alarm(
        AlarmName="kept", **alarm, Threshold=1, EvaluationPeriods=1, Period=60, Statistic="Sum"
    )
    template = unsaved.client("ec2").create_launch_template(
        LaunchTemplateName="kept", LaunchTemplateData={"InstanceType": "t3.nano"}
    )["LaunchTemplate"]["LaunchTemplateId"]
    for version in ("t3.micro", "t3.small"):
        unsaved.client("ec2").create_launch_template_version(
            LaunchTemplateId=template, LaunchTemplateData={"InstanceType": version}
        )
    unsaved.client("autoscaling").create_auto_scaling_group(
        AutoScalingGroupName="kept", MinSize=0, MaxSize=0, VPCZoneIdentifier=unsaved.network()[1],
        LaunchTemplate={"LaunchTemplateId": template, "Version": "3"},
    )  # fmt: skip
    machine = Machines(unsaved).make({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}})
    again(unsaved)
    assert ssm.get_parameter(Name="/kept", WithDecryption=True)["Parameter"]["Value"] == "secret"
    messages = [sqs.receive_message(QueueUrl=queue)["Messages"][0]["Body"] for _ in range(2)]
    assert sorted(messages) == ["first", "second"]
    kept = s3.get_object(Bucket="kept", Key="object")
    assert (kept["Body"].read(), kept["Metadata"]) == (b"bytes", {"a": "b"})
    assert s3.get_bucket_tagging(Bucket="kept")["TagSet"] == [{"Key": "a", "Value": "b"}]
    assert json.loads(function.invoke(FunctionName="kept")["Payload"].read()) == "kept"
    assert unsaved.client("events").list_rules()["Rules"][0]["Name"] == "kept"
    assert [g["logGroupName"] for g in unsaved.client("logs").describe_log_groups()["logGroups"]][
        -1
    ] == "kept"
    assert unsaved.client("sns").list_topics()["Topics"]
    assert unsaved.client("cloudwatch").describe_alarms()["MetricAlarms"][0]["AlarmName"] == "kept"
    group = unsaved.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"][0]
    versions = unsaved.client("ec2").describe_launch_template_versions(LaunchTemplateId=template)
    assert group["LaunchTemplate"]["Version"] == "3"
    assert [one["VersionNumber"] for one in versions["LaunchTemplateVersions"]] == [3, 2, 1]
    assert unsaved.client("stepfunctions").describe_state_machine(stateMachineArn=machine)["name"]


def long_build(region: Region) -> str:
    client = region.client("codebuild")
    spec = "version: 0.2\nphases: { build: { commands: [sleep 600] } }"
    machine = {"type": "LINUX_CONTAINER", "image": "none", "computeType": "BUILD_GENERAL1_SMALL"}
    client.create_project(
        name="long",
        serviceRole=make_role(region, "build", "codebuild", allow("*")),
        source={"type": "NO_SOURCE", "buildspec": spec},
        artifacts={"type": "NO_ARTIFACTS"},
        environment=machine,
    )
    return client.start_build(projectName="long")["build"]["id"]


def test_an_execution_and_a_build_that_were_under_way_have_failed(unsaved: Region) -> None:
    machines = Machines(unsaved)
    waiting = {"Type": "Wait", "Seconds": 600, "End": True}
    execution = machines.start(machines.make({"StartAt": "Wait", "States": {"Wait": waiting}}))
    build = long_build(unsaved)
    ours = [{"ResourceType": "volume", "Tags": [{"Key": "CreatedBy", "Value": "ops"}]}]
    ec2 = unsaved.client("ec2")
    made, foreign = (
        ec2.create_volume(AvailabilityZone="eu-west-1a", Size=1, TagSpecifications=tags)["VolumeId"]
        for tags in (ours, [])
    )
    again(unsaved)
    assert [one["VolumeId"] for one in ec2.describe_volumes()["Volumes"]] == [foreign], made
    ended = machines.client.describe_execution(executionArn=execution)
    assert (ended["status"], ended["cause"]) == ("FAILED", "The local region ended while the execution ran")
    assert machines.history(execution)[-1]["type"] == "ExecutionFailed"
    [shown] = unsaved.client("codebuild").batch_get_builds(ids=[build])["builds"]
    assert (shown["buildStatus"], shown["buildComplete"], shown["currentPhase"]) == (
        "FAULT",
        True,
        "COMPLETED",
    )
    found = unsaved.get("/_nanofleet/found")
    assert any("was running: FAULT" in sentence for sentence in found)
    assert any("was running: failed" in sentence for sentence in found)
    again(unsaved)
    assert unsaved.get("/_nanofleet/found") == []


def stack(region: Region, name: str) -> dict[str, Any]:
    found = region.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    return found[0]


# Waits for a signal that never comes.
HANDLE = {"Type": "AWS::CloudFormation::WaitConditionHandle"}
WAIT = {
    "Type": "AWS::CloudFormation::WaitCondition",
    "DependsOn": ["Queue", "Topic"],
    "Properties": {"Handle": {"Ref": "Handle"}, "Timeout": "600"},
}


def body(seconds: int, **more: Any) -> str:
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "kept", "DelaySeconds": seconds}}
    return json.dumps({"Resources": {"Queue": queue, **more}})


STUCK: dict[str, Any] = {"Topic": {"Type": "AWS::SNS::Topic"}, "Handle": HANDLE, "Wait": WAIT}


def delay(region: Region) -> str | None:
    for url in region.client("sqs").list_queues().get("QueueUrls", []):
        attributes = region.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["DelaySeconds"])
        return attributes["Attributes"]["DelaySeconds"]
    return None


def topics(region: Region) -> int:
    return len(region.client("sns").list_topics()["Topics"])


def settled(region: Region) -> str:
    def status() -> str | None:
        now = stack(region, "stuck")["StackStatus"]
        return None if now.endswith("IN_PROGRESS") else now

    return eventually(status)


def test_a_stack_that_was_being_created_is_rolled_back_and_can_be_made_again(own_region: Region) -> None:
    stacks = own_region.client("cloudformation")
    stacks.create_stack(StackName="stuck", TemplateBody=body(1, **STUCK))
    wait_for("a topic", lambda: topics(own_region) == 1)
    again(own_region)
    assert settled(own_region) == "ROLLBACK_COMPLETE"
    assert (delay(own_region), topics(own_region)) == (None, 0)
    stacks.delete_stack(StackName="stuck")
    wait_for("it is gone", lambda: "stuck" not in str(stacks.describe_stacks()["Stacks"]))
    stacks.create_stack(StackName="stuck", TemplateBody=body(1))
    assert settled(own_region) == "CREATE_COMPLETE"


def test_a_stack_that_was_being_updated_is_as_before_and_takes_the_update_again(own_region: Region) -> None:
    stacks = own_region.client("cloudformation")
    stacks.create_stack(StackName="stuck", TemplateBody=body(1))
    assert settled(own_region) == "CREATE_COMPLETE"
    stacks.update_stack(StackName="stuck", TemplateBody=body(5, **STUCK))
    wait_for("the new delay", lambda: delay(own_region) == "5" and topics(own_region) == 1)
    again(own_region)
    assert settled(own_region) == "UPDATE_ROLLBACK_COMPLETE"
    assert (delay(own_region), topics(own_region)) == ("1", 0)
    stacks.update_stack(StackName="stuck", TemplateBody=body(5))
    assert settled(own_region) == "UPDATE_COMPLETE"
    assert delay(own_region) == "5"
