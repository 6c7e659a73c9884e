"""What CloudFormation refuses about buckets, load balancers and tables that are logged, protected, kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from parts import out, ref
from roles import Actor, allow
from waiting import eventually
from world import ACCOUNT, World, started


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with started() as made:
        yield made


def bucket(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::S3::Bucket", "Properties": properties}


def policy(name: str, service: str, prefix: str) -> dict[str, Any]:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "s3:PutObject",
        "Resource": {"Fn::Sub": f"arn:aws:s3:::${{{name}}}/{prefix}*"},
    }
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return {
        "Type": "AWS::S3::BucketPolicy",
        "Properties": {"Bucket": ref(name), "PolicyDocument": document},
    }


def balancer(world: World, attributes: dict[str, Any]) -> dict[str, Any]:
    pairs = [{"Key": key, "Value": value} for key, value in attributes.items()]
    return {
        "Type": "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "DependsOn": "Policy",
        "Properties": {"Subnets": world.subnets, "LoadBalancerAttributes": pairs},
    }


def logging(world: World, prefix: str, allowed: str) -> dict[str, Any]:
    attributes = {
        "access_logs.s3.enabled": "true",
        "access_logs.s3.bucket": ref("Logs"),
        "access_logs.s3.prefix": prefix,
    }
    return {
        "Resources": {
            "Logs": bucket(),
            "Policy": policy("Logs", "logdelivery.elasticloadbalancing.amazonaws.com", allowed),
            "Public": balancer(world, attributes),
        },
        "Outputs": out(Public=ref("Public"), Logs=ref("Logs")),
    }


def failed(world: World, name: str, template: dict[str, Any], status: str) -> list[str]:
    with pytest.raises(AssertionError):
        world.stack(name, template)
    stack = world.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
    assert stack["StackStatus"] == status
    reasons = world.reasons(name)
    world.client("cloudformation").delete_stack(StackName=name)
    return reasons


def test_a_load_balancer_logs_only_into_a_bucket_that_lets_the_delivery_write_its_place(world: World) -> None:
    made = world.stack("logged", logging(world, "web", f"web/AWSLogs/{ACCOUNT}/"))
    asked = world.client("elbv2").describe_load_balancer_attributes(LoadBalancerArn=made["Public"])
    assert {"Key": "access_logs.s3.bucket", "Value": made["Logs"]} in asked["Attributes"]
    with pytest.raises(ClientError, match=r"Access Denied for bucket: elsewhere\. Please check S3bucket"):
        world.client("elbv2").modify_load_balancer_attributes(
            LoadBalancerArn=made["Public"],
            Attributes=[{"Key": "access_logs.s3.bucket", "Value": "elsewhere"}],
        )
    world.unstack("logged")
    reasons = failed(world, "unlogged", logging(world, "web", "other/"), "ROLLBACK_COMPLETE")
    assert any("Access Denied for bucket: " in reason for reason in reasons), reasons


def test_a_protected_load_balancer_is_deleted_only_after_its_protection_is_lifted(world: World) -> None:
    template = {
        "Resources": {
            "Policy": bucket(),
            "Public": balancer(world, {"deletion_protection.enabled": "true"}),
        },
        "Outputs": out(Public=ref("Public")),
    }
    arn = world.stack("protected", template)["Public"]
    elb, cloudformation = world.client("elbv2"), world.client("cloudformation")
    with pytest.raises(ClientError, match="cannot be deleted because deletion protection is enabled") as told:
        elb.delete_load_balancer(LoadBalancerArn=arn)
    assert told.value.response["Error"]["Code"] == "OperationNotPermitted"
    cloudformation.delete_stack(StackName="protected")
    eventually(
        lambda: (
            cloudformation.describe_stacks(StackName="protected")["Stacks"][0]["StackStatus"]
            == "DELETE_FAILED"
        ),
        20,
    )
    assert any("deletion protection is enabled" in reason for reason in world.reasons("protected"))
    off = {"Key": "deletion_protection.enabled", "Value": "false"}
    elb.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=[off])
    world.unstack("protected")


def test_a_web_acl_goes_before_a_load_balancer_only_when_both_exist(world: World) -> None:
    wanted = {
        "Policy": bucket(),
        "Public": balancer(world, {}),
        "Guard": {
            "Type": "AWS::WAFv2::WebACLAssociation",
            "Properties": {
                "ResourceArn": ref("Public"),
                "WebACLArn": "arn:aws:wafv2:eu-west-1:1:regional/webacl/a/1",
            },
        },
    }
    reasons = failed(world, "unguarded", {"Resources": wanted}, "ROLLBACK_COMPLETE")
    assert any("your resource doesn’t exist" in reason for reason in reasons), reasons
    waf = world.client("wafv2")
    visible = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "m"}
    acl = waf.create_web_acl(
        Name="shop", Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig=visible
    )["Summary"]["ARN"]
    wanted["Guard"]["Properties"]["WebACLArn"] = acl
    made = world.stack("guarded", {"Resources": wanted, "Outputs": out(Public=ref("Public"))})
    assert waf.get_web_acl_for_resource(ResourceArn=made["Public"])["WebACL"]["ARN"] == acl
    world.unstack("guarded")


def test_a_bucket_logs_only_into_one_that_lets_the_log_delivery_in(world: World) -> None:
    def stack(allowed: str) -> dict[str, Any]:
        logged = bucket(LoggingConfiguration={"DestinationBucketName": ref("Logs"), "LogFilePrefix": "a/"})
        return {
            "Resources": {
                "Logs": bucket(),
                "Policy": policy("Logs", "logging.s3.amazonaws.com", allowed),
                "Data": {**logged, "DependsOn": "Policy"},
            },
            "Outputs": out(Data=ref("Data"), Logs=ref("Logs")),
        }

    made = world.stack("bucket-logs", stack("a/"))
    told = world.client("s3").get_bucket_logging(Bucket=made["Data"])["LoggingEnabled"]
    assert told == {"TargetBucket": made["Logs"], "TargetPrefix": "a/"}
    world.unstack("bucket-logs")
    reasons = failed(world, "no-bucket-logs", stack("b/"), "ROLLBACK_COMPLETE")
    assert any("appropriate grants for the log-delivery group" in reason for reason in reasons), reasons


def test_a_bucket_is_deleted_only_when_no_version_of_an_object_is_left(world: World) -> None:
    template = {
        "Resources": {"Data": bucket(VersioningConfiguration={"Status": "Enabled"})},
        "Outputs": out(Data=ref("Data")),
    }
    name = world.stack("versions", template)["Data"]
    s3, cloudformation = world.client("s3"), world.client("cloudformation")
    version = s3.put_object(Bucket=name, Key="a", Body=b"1")["VersionId"]
    marker = s3.delete_object(Bucket=name, Key="a")["VersionId"]
    cloudformation.delete_stack(StackName="versions")
    eventually(
        lambda: (
            cloudformation.describe_stacks(StackName="versions")["Stacks"][0]["StackStatus"]
            == "DELETE_FAILED"
        ),
        20,
    )
    assert any("You must delete all versions" in reason for reason in world.reasons("versions"))
    for one in (version, marker):
        s3.delete_object(Bucket=name, Key="a", VersionId=one)
    world.unstack("versions")


@pytest.mark.parametrize("enabled", [True, False])
def test_a_table_can_be_brought_back_if_its_template_says_so(world: World, enabled: bool) -> None:
    table = {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": enabled},
        },
    }
    name = world.stack("backups", {"Resources": {"T": table}, "Outputs": out(T=ref("T"))})["T"]
    told = world.client("dynamodb").describe_continuous_backups(TableName=name)
    state = told["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    assert state["PointInTimeRecoveryStatus"] == ("ENABLED" if enabled else "DISABLED")
    world.unstack("backups")


def test_a_role_may_lift_the_protection_of_what_has_its_tag_alone(world: World) -> None:
    template = {
        "Resources": {"Policy": bucket(), "Public": balancer(world, {"deletion_protection.enabled": "true"})},
        "Outputs": out(Public=ref("Public")),
    }
    template["Resources"]["Public"]["Properties"]["Tags"] = [{"Key": "stage", "Value": "dev"}]
    arn = world.stack("tagged", template)["Public"]
    off = [{"Key": "deletion_protection.enabled", "Value": "false"}]

    def lift(stage: str) -> None:
        only = {"StringEquals": {"aws:ResourceTag/stage": stage}}
        statement = allow("elasticloadbalancing:ModifyLoadBalancerAttributes", "*", **only)
        elb = Actor(world.region, f"lifter-{stage}", statement)("elbv2")
        elb.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=off)

    with pytest.raises(ClientError, match="not authorized to perform"):
        lift("prod")
    lift("dev")
    world.unstack("tagged")
