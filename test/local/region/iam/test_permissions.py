"""IAM: what a role needs for the calls that a fleet makes, and what it must not get away with."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError
from denials import denial, denied
from regions import Region
from roles import ACCOUNT, REGION, Actor, allow, arn, make_role

EC2 = f"arn:aws:ec2:{REGION}:{ACCOUNT}:"


PUBLIC_EC2 = f"arn:aws:ec2:{REGION}::"


def tags(**values: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in values.items()]


def test_parameters_are_checked_name_by_name(region: Region, actor: Actor) -> None:
    actor.may(allow("ssm:GetParameters", arn("ssm", "parameter/mine/*")))
    ssm = actor("ssm")
    assert ssm.get_parameters(Names=["/mine/a", "/mine/b:3"])["InvalidParameters"]
    assert "parameter/other/b" in denial(ssm.get_parameters, Names=["/mine/a", "/other/b"])


def test_a_path_is_checked_as_it_is_asked_for(actor: Actor) -> None:
    actor.may(allow("ssm:GetParametersByPath", arn("ssm", "parameter/mine*")))
    assert actor("ssm").get_parameters_by_path(Path="/mine/deep")["Parameters"] == []
    assert denied(actor("ssm").get_parameters_by_path, Path="/")


@pytest.mark.parametrize(
    ("service", "call", "arguments", "action", "receiver"),
    [
        (
            "lambda",
            "create_function",
            {"FunctionName": "f", "Runtime": "nodejs22.x", "Handler": "a.b", "Code": {"ZipFile": b"x"}},
            "lambda:CreateFunction",
            "lambda",
        ),
        (
            "stepfunctions",
            "create_state_machine",
            {"name": "m", "definition": "{}"},
            "states:CreateStateMachine",
            "states",
        ),
        (
            "codebuild",
            "create_project",
            {
                "name": "project",
                "source": {"type": "NO_SOURCE", "buildspec": "x"},
                "artifacts": {"type": "NO_ARTIFACTS"},
                "environment": {
                    "type": "LINUX_CONTAINER",
                    "image": "x",
                    "computeType": "BUILD_GENERAL1_SMALL",
                },
            },
            "codebuild:CreateProject",
            "codebuild",
        ),
        (
            "cloudformation",
            "create_stack",
            {"StackName": "s", "TemplateBody": "{}"},
            "cloudformation:CreateStack",
            "cloudformation",
        ),
    ],
)
def test_handing_a_role_to_a_service_needs_pass_role(
    region: Region,
    actor: Actor,
    service: str,
    call: str,
    arguments: dict[str, Any],
    action: str,
    receiver: str,
) -> None:
    role = make_role(region, "passed", receiver, allow("logs:CreateLogGroup"))
    member = {
        "lambda": "Role",
        "stepfunctions": "roleArn",
        "codebuild": "serviceRole",
        "cloudformation": "RoleARN",
    }[service]
    actor.may(allow(action))
    assert "iam:PassRole" in denial(getattr(actor(service), call), **arguments, **{member: role})
    actor.may(
        allow(action),
        allow("iam:PassRole", role, StringEquals={"iam:PassedToService": f"{receiver}.amazonaws.com"}),
    )
    assert not denied(getattr(actor(service), call), **arguments, **{member: role})


def test_builds_are_authorized_as_their_project(actor: Actor) -> None:
    actor.may(allow(["codebuild:BatchGetBuilds", "codebuild:StopBuild"], arn("codebuild", "project/mine")))
    builds = actor("codebuild")
    assert builds.batch_get_builds(ids=["mine:1", f"{arn('codebuild', 'build/mine:2')}"])["buildsNotFound"]
    assert "project/theirs" in denial(builds.batch_get_builds, ids=["mine:1", "theirs:1"])
    assert denied(builds.stop_build, id="theirs:1") and not denied(builds.stop_build, id="mine:1")


def test_groups_are_authorized_by_name_and_tags(region: Region, actor: Actor) -> None:
    _, subnet = region.network()
    scaling, ec2 = region.client("autoscaling"), region.client("ec2")
    template = ec2.create_launch_template(
        LaunchTemplateName=f"t-{uuid.uuid4().hex[:8]}", LaunchTemplateData={"ImageId": region.image()}
    )["LaunchTemplate"]["LaunchTemplateId"]
    for name, stage in (("mine-a", "mine"), ("theirs-a", "theirs")):
        scaling.create_auto_scaling_group(
            AutoScalingGroupName=name,
            MinSize=0,
            MaxSize=3,
            VPCZoneIdentifier=subnet,
            LaunchTemplate={"LaunchTemplateId": template, "Version": "1"},
            Tags=[{"Key": "nanofleet:stage", "Value": stage, "PropagateAtLaunch": True}],
        )
    own = actor("autoscaling")
    actor.may(
        allow(
            "autoscaling:SetDesiredCapacity",
            arn("autoscaling", "autoScalingGroup:*:autoScalingGroupName/mine-*"),
        )
    )
    assert not denied(own.set_desired_capacity, AutoScalingGroupName="mine-a", DesiredCapacity=0)
    assert denied(own.set_desired_capacity, AutoScalingGroupName="theirs-a", DesiredCapacity=0)
    actor.may(
        allow("autoscaling:SetDesiredCapacity", StringEquals={"aws:ResourceTag/nanofleet:stage": "mine"})
    )
    assert not denied(own.set_desired_capacity, AutoScalingGroupName="mine-a", DesiredCapacity=0)
    assert denied(own.set_desired_capacity, AutoScalingGroupName="theirs-a", DesiredCapacity=0)
    for name in ("mine-a", "theirs-a"):
        scaling.delete_auto_scaling_group(AutoScalingGroupName=name, ForceDelete=True)


def test_a_qualified_call_needs_the_qualified_function(actor: Actor) -> None:
    actor.may(allow("lambda:InvokeFunction", arn("lambda", "function:none")))
    client = actor("lambda")
    assert not denied(client.invoke, FunctionName="none")
    assert denied(client.invoke, FunctionName="none", Qualifier="live")
    actor.may(allow("lambda:InvokeFunction", arn("lambda", "function:none:live")))
    assert denied(client.invoke, FunctionName="none") and not denied(
        client.invoke, FunctionName="none", Qualifier="live"
    )


def test_leading_keys_decide_which_items_may_be_written(region: Region, actor: Actor) -> None:
    name = f"table-{uuid.uuid4().hex[:8]}"
    region.client("dynamodb").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in ("pk", "sk")],
    )
    actor.may(
        allow(
            "dynamodb:PutItem",
            arn("dynamodb", f"table/{name}"),
            **{"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["reconcile"]}},
        )
    )

    def item(pk: str) -> dict[str, Any]:
        return {"TableName": name, "Item": {"pk": {"S": pk}, "sk": {"S": "x"}}}

    actor("dynamodb").put_item(**item("reconcile"))
    assert denied(actor("dynamodb").put_item, **item("app#web"))


def test_objects_are_authorized_by_key(region: Region, actor: Actor) -> None:
    bucket = f"bucket-{uuid.uuid4().hex[:8]}"
    region.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    for key in ("sources/a", "apps/a"):
        region.client("s3").put_object(Bucket=bucket, Key=key, Body=b"x")
    actor.may(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/sources/*"))
    assert actor("s3").get_object(Bucket=bucket, Key="sources/a")["Body"].read() == b"x"
    assert denied(actor("s3").get_object, Bucket=bucket, Key="apps/a")


def test_log_streams_are_named_below_their_group(actor: Actor) -> None:
    actor.may(allow("logs:CreateLogStream", arn("logs", "log-group:/mine:*")))
    assert not denied(actor("logs").create_log_stream, logGroupName="/mine", logStreamName="a")
    assert denied(actor("logs").create_log_stream, logGroupName="/theirs", logStreamName="a")


def test_a_denial_names_principal_action_and_resource(actor: Actor) -> None:
    message = denial(actor("ssm").get_parameter, Name="/a")
    assert f"arn:aws:sts::{ACCOUNT}:assumed-role/actor-" in message
    assert f"ssm:GetParameter on resource: {arn('ssm', 'parameter/a')}" in message


def test_the_account_root_may_do_everything(region: Region) -> None:
    assert json.dumps(region.client("ssm").get_parameters(Names=["/a"])["InvalidParameters"]) == '["/a"]'


def test_a_template_by_url_is_read_with_the_permission_of_the_caller(region: Region, actor: Actor) -> None:
    s3, bucket = region.client("s3"), f"templates-{uuid.uuid4().hex[:8]}"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    topics = {f"Topic{index}": {"Type": "AWS::SNS::Topic"} for index in range(1, 3)}
    template = json.dumps(
        {"Description": "x" * 1000, "Resources": topics, "Metadata": {"Filling": "x" * 60_000}}
    )
    s3.put_object(Bucket=bucket, Key="templates/large.json", Body=template)
    given = {
        "StackName": f"large-{uuid.uuid4().hex[:8]}",
        "TemplateURL": f"https://s3.{REGION}.amazonaws.com/{bucket}/templates/large.json",
    }
    stacks = allow("cloudformation:CreateStack", arn("cloudformation", "stack/large-*/*"))
    actor.may(stacks)
    message = denial(actor("cloudformation").create_stack, **given)
    assert "s3:GetObject" in message and f"{bucket}/templates/large.json" in message
    actor.may(stacks, allow("s3:GetObject", f"arn:aws:s3:::{bucket}/templates/*"))
    actor("cloudformation").create_stack(**given)


def test_a_template_in_a_request_has_its_limit(region: Region) -> None:
    template = json.dumps(
        {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}, "Metadata": {"Filling": "x" * 60_000}}
    )
    with pytest.raises(ClientError, match="51200"):
        region.client("cloudformation").create_stack(StackName="too-large", TemplateBody=template)
