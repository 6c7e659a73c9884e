"""CloudFormation in a real region: each family of types is created, updated and deleted for real."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from world import ACCOUNT, REGION, World, eventually, started


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with started() as made:
        made.ami = made.image("exec sleep 1000")
        yield made


def ref(name: str) -> dict:
    return {"Ref": name}


def att(name: str, attribute: str) -> dict:
    return {"Fn::GetAtt": [name, attribute]}


def out(**values: Any) -> dict:
    return {name: {"Value": value} for name, value in values.items()}


def policy(service: str) -> dict:
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}],
    }


# --- networks -----------------------------------------------------------------------------------------------


def network(port: int, traffic: str, subnet_tag: str) -> dict:
    """A VPC with everything the platform puts into one."""
    tagged = {"Tags": [{"Key": "mark", "Value": subnet_tag}]}
    types: dict[str, tuple[str, dict]] = {
        "Vpc": (
            "EC2::VPC",
            {"CidrBlock": "10.9.0.0/16", "EnableDnsSupport": True, "EnableDnsHostnames": True},
        ),
        "Gateway": ("EC2::InternetGateway", {}),
        "Attached": ("EC2::VPCGatewayAttachment", {"VpcId": ref("Vpc"), "InternetGatewayId": ref("Gateway")}),
        "Public": (
            "EC2::Subnet",
            {"VpcId": ref("Vpc"), "CidrBlock": "10.9.0.0/24", "AvailabilityZone": f"{REGION}b", **tagged},
        ),
        "Table": ("EC2::RouteTable", {"VpcId": ref("Vpc")}),
        "Associated": (
            "EC2::SubnetRouteTableAssociation",
            {"SubnetId": ref("Public"), "RouteTableId": ref("Table")},
        ),
        "Address": ("EC2::EIP", {"Domain": "vpc", **tagged}),
        "Nat": (
            "EC2::NatGateway",
            {"SubnetId": ref("Public"), "AllocationId": att("Address", "AllocationId"), **tagged},
        ),
        "Out": (
            "EC2::Route",
            {"RouteTableId": ref("Table"), "DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": ref("Nat")},
        ),
        "Asks": ("EC2::SecurityGroup", {"GroupDescription": "asks", "VpcId": ref("Vpc")}),
        "Answers": ("EC2::SecurityGroup", {"GroupDescription": "answers", "VpcId": ref("Vpc")}),
        "Edge": (
            "EC2::SecurityGroupIngress",
            {
                "GroupId": ref("Answers"),
                "IpProtocol": "tcp",
                "FromPort": port,
                "ToPort": port,
                "SourceSecurityGroupId": ref("Asks"),
                "Description": "one edge",
            },
        ),
        "Way": (
            "EC2::SecurityGroupEgress",
            {
                "GroupId": ref("Asks"),
                "IpProtocol": "tcp",
                "FromPort": port,
                "ToPort": port,
                "DestinationSecurityGroupId": ref("Answers"),
            },
        ),
        "Endpoint": (
            "EC2::VPCEndpoint",
            {
                "VpcId": ref("Vpc"),
                "ServiceName": f"com.amazonaws.{REGION}.s3",
                "VpcEndpointType": "Gateway",
                "RouteTableIds": [ref("Table")],
            },
        ),
        "Flow": (
            "EC2::FlowLog",
            {"ResourceId": ref("Vpc"), "ResourceType": "VPC", "TrafficType": traffic, "LogGroupName": "flow"},
        ),
        "Options": ("EC2::DHCPOptions", {"DomainNameServers": ["AmazonProvidedDNS"], "DomainName": "test"}),
        "Uses": ("EC2::VPCDHCPOptionsAssociation", {"VpcId": ref("Vpc"), "DhcpOptionsId": ref("Options")}),
    }
    return {
        "Resources": {
            name: {"Type": f"AWS::{kind}", "Properties": given} for name, (kind, given) in types.items()
        },
        "Outputs": out(
            Vpc=ref("Vpc"),
            Nat=ref("Nat"),
            Address=ref("Address"),
            Allocation=att("Address", "AllocationId"),
            Answers=att("Answers", "GroupId"),
            Asks=ref("Asks"),
            Edge=ref("Edge"),
            Flow=ref("Flow"),
            Options=ref("Options"),
        ),
    }


def test_networks_are_made_changed_and_removed(world: World) -> None:
    ec2 = world.client("ec2")
    before = {group["GroupId"] for group in ec2.describe_security_groups()["SecurityGroups"]}
    made = world.stack("network", network(8080, "ALL", "one"))
    gateway = ec2.describe_nat_gateways(NatGatewayIds=[made["Nat"]])["NatGateways"][0]
    assert gateway["State"] == "available" and {"Key": "mark", "Value": "one"} in gateway["Tags"]
    assert (
        ec2.describe_addresses(PublicIps=[made["Address"]])["Addresses"][0]["AllocationId"]
        == made["Allocation"]
    )
    (rule,) = ec2.describe_security_groups(GroupIds=[made["Answers"]])["SecurityGroups"][0]["IpPermissions"]
    assert (rule["FromPort"], rule["UserIdGroupPairs"][0]["GroupId"]) == (8080, made["Asks"])
    assert ec2.describe_vpcs(VpcIds=[made["Vpc"]])["Vpcs"][0]["DhcpOptionsId"] == made["Options"]

    changed = world.stack("network", network(9090, "REJECT", "two"))
    kept = ("Vpc", "Nat", "Address", "Answers", "Options")
    assert [changed[name] for name in kept] == [made[name] for name in kept]
    assert changed["Edge"] != made["Edge"] and changed["Flow"] != made["Flow"]
    (rule,) = ec2.describe_security_groups(GroupIds=[made["Answers"]])["SecurityGroups"][0]["IpPermissions"]
    assert rule["FromPort"] == 9090
    (log,) = ec2.describe_flow_logs()["FlowLogs"]
    assert (log["FlowLogId"], log["TrafficType"]) == (changed["Flow"], "REJECT")
    gateway = ec2.describe_nat_gateways(NatGatewayIds=[made["Nat"]])["NatGateways"][0]
    assert {"Key": "mark", "Value": "two"} in gateway["Tags"]

    world.unstack("network")
    assert {group["GroupId"] for group in ec2.describe_security_groups()["SecurityGroups"]} == before
    assert ec2.describe_flow_logs()["FlowLogs"] == []
    assert made["Vpc"] not in [vpc["VpcId"] for vpc in ec2.describe_vpcs()["Vpcs"]]
    states = {one["NatGatewayId"]: one["State"] for one in ec2.describe_nat_gateways()["NatGateways"]}
    assert states.get(made["Nat"], "deleted") == "deleted"
    assert made["Address"] not in [one["PublicIp"] for one in ec2.describe_addresses()["Addresses"]]


# --- fleets -------------------------------------------------------------------------------------------------


def fleet(
    world: World,
    size: str,
    *,
    maximum: int = 6,
    with_hook: bool = True,
    inline: bool = False,
    release: str = "1",
) -> dict:
    """A service as the product deploys it: profile, pinned template version, group without capacity, hook."""
    hook = {
        "LifecycleHookName": "drain",
        "LifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING",
        "HeartbeatTimeout": 1,
        "DefaultResult": "CONTINUE",
    }
    group: dict[str, Any] = {
        "MinSize": "0",
        "MaxSize": str(maximum),
        "VPCZoneIdentifier": world.subnets,
        "TargetGroupARNs": [ref("Targets")],
        "LaunchTemplate": {"LaunchTemplateId": ref("Plan"), "Version": att("Plan", "LatestVersionNumber")},
        "Tags": [{"Key": "release", "Value": release, "PropagateAtLaunch": True}],
    }
    if inline:
        group["LifecycleHookSpecificationList"] = [hook]
    resources: dict[str, Any] = {
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {"AssumeRolePolicyDocument": policy("ec2.amazonaws.com")},
        },
        "Profile": {"Type": "AWS::IAM::InstanceProfile", "Properties": {"Roles": [ref("Role")]}},
        "Plan": {
            "Type": "AWS::EC2::LaunchTemplate",
            "Properties": {
                "LaunchTemplateData": {
                    "ImageId": world.ami,
                    "InstanceType": size,
                    "IamInstanceProfile": {"Arn": att("Profile", "Arn")},
                    "InstanceInitiatedShutdownBehavior": "terminate",
                    "TagSpecifications": [
                        {"ResourceType": "instance", "Tags": [{"Key": "app", "Value": "web"}]}
                    ],
                }
            },
        },
        "Targets": {
            "Type": "AWS::ElasticLoadBalancingV2::TargetGroup",
            "Properties": {
                "VpcId": world.vpc,
                "Port": 8080,
                "Protocol": "HTTP",
                "HealthCheckPath": "/healthz",
            },
        },
        "Group": {"Type": "AWS::AutoScaling::AutoScalingGroup", "Properties": group},
    }
    if with_hook and not inline:
        resources["Hook"] = {
            "Type": "AWS::AutoScaling::LifecycleHook",
            "Properties": {**hook, "AutoScalingGroupName": ref("Group"), "NotificationMetadata": release},
        }
    return {
        "Resources": resources,
        "Outputs": out(
            Group=ref("Group"),
            Plan=ref("Plan"),
            Version=att("Plan", "LatestVersionNumber"),
            Profile=att("Profile", "Arn"),
        ),
    }


def test_a_fleet_keeps_its_capacity_over_updates_and_launches_the_new_version(world: World) -> None:
    scaling = world.client("autoscaling")
    made = world.stack("fleet", fleet(world, "t3.micro"))
    name = made["Group"]
    assert made["Version"] == "1" and world.group(name)["DesiredCapacity"] == 0
    scaling.set_desired_capacity(AutoScalingGroupName=name, DesiredCapacity=2)
    old = eventually(lambda: world.serving(name) if len(world.serving(name)) == 2 else None)
    record = world.region.instance(old[0])
    assert record["IamInstanceProfile"]["Arn"] == made["Profile"]
    tags = {tag["Key"]: tag["Value"] for tag in record["Tags"]}
    assert (tags["app"], tags["release"]) == ("web", "1")

    changed = world.stack("fleet", fleet(world, "t3.small", maximum=4, release="2"))
    assert (changed["Group"], changed["Plan"], changed["Version"]) == (name, made["Plan"], "2")
    group = world.group(name)
    assert (group["DesiredCapacity"], group["MaxSize"], group["LaunchTemplate"]["Version"]) == (2, 4, "2")
    time.sleep(0.6)
    assert world.serving(name) == old
    (hook,) = scaling.describe_lifecycle_hooks(AutoScalingGroupName=name)["LifecycleHooks"]
    assert (hook["NotificationMetadata"], hook["HeartbeatTimeout"]) == ("2", 1)
    scaling.set_desired_capacity(AutoScalingGroupName=name, DesiredCapacity=3)
    (new,) = eventually(lambda: [one for one in world.serving(name) if one not in old])
    assert world.region.instance(new)["InstanceType"] == "t3.small"

    world.stack("fleet", fleet(world, "t3.small", maximum=1, with_hook=False, release="2"))
    assert world.group(name)["DesiredCapacity"] == 1
    assert scaling.describe_lifecycle_hooks(AutoScalingGroupName=name)["LifecycleHooks"] == []
    world.unstack("fleet")
    assert world.group(name) is None
    assert {world.region.state_of(one) for one in (*old, new)} == {"terminated"}


def test_deleting_a_fleet_waits_for_inline_hooks_and_ends_its_instances(world: World) -> None:
    made = world.stack("inline", fleet(world, "t3.micro", inline=True))
    name = made["Group"]
    world.client("autoscaling").set_desired_capacity(AutoScalingGroupName=name, DesiredCapacity=2)
    started_ones = eventually(lambda: world.serving(name) if len(world.serving(name)) == 2 else None)
    began = time.monotonic()
    world.unstack("inline")
    assert 0.9 < time.monotonic() - began < 8
    assert {world.region.state_of(one) for one in started_ones} == {"terminated"}


def test_a_fleet_whose_template_does_not_exist_fails_and_leaves_nothing(world: World) -> None:
    template = fleet(world, "t3.micro", with_hook=False)
    template["Resources"]["Group"]["Properties"]["LaunchTemplate"]["Version"] = "7"
    with pytest.raises(AssertionError, match="has no version 7"):
        world.stack("broken", template)
    groups = world.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    assert not [one for one in groups if "broken" in one["AutoScalingGroupName"]]


# --- load balancers -----------------------------------------------------------------------------------------


def balancers(world: World, path: str, body: str, delay: int) -> dict:
    octet = world.region.octet
    mappings = [
        {"SubnetId": subnet, "PrivateIPv4Address": f"127.{octet}.{third}.10"}
        for subnet, third in zip(world.subnets, (0, 16, 32), strict=True)
    ]
    elb = "AWS::ElasticLoadBalancingV2"
    return {
        "Resources": {
            "Public": {
                "Type": f"{elb}::LoadBalancer",
                "Properties": {
                    "Type": "application",
                    "Subnets": world.subnets,
                    "LoadBalancerAttributes": [{"Key": "idle_timeout.timeout_seconds", "Value": "30"}],
                },
            },
            "Inner": {
                "Type": f"{elb}::LoadBalancer",
                "Properties": {"Type": "network", "Scheme": "internal", "SubnetMappings": mappings},
            },
            "Web": {
                "Type": f"{elb}::TargetGroup",
                "Properties": {
                    "VpcId": world.vpc,
                    "Port": 8080,
                    "Protocol": "HTTP",
                    "HealthCheckPath": path,
                    "TargetGroupAttributes": [
                        {"Key": "deregistration_delay.timeout_seconds", "Value": str(delay)}
                    ],
                },
            },
            "Dns": {
                "Type": f"{elb}::TargetGroup",
                "Properties": {
                    "VpcId": world.vpc,
                    "Port": 8600,
                    "Protocol": "TCP_UDP",
                    "HealthCheckIntervalSeconds": 5,
                },
            },
            "Http": {
                "Type": f"{elb}::Listener",
                "Properties": {
                    "LoadBalancerArn": ref("Public"),
                    "Port": 80,
                    "Protocol": "HTTP",
                    "DefaultActions": [
                        {
                            "Type": "fixed-response",
                            "FixedResponseConfig": {
                                "StatusCode": "404",
                                "ContentType": "text/plain",
                                "MessageBody": body,
                            },
                        }
                    ],
                },
            },
            "Rule": {
                "Type": f"{elb}::ListenerRule",
                "Properties": {
                    "ListenerArn": ref("Http"),
                    "Priority": 7,
                    "Conditions": [{"Field": "host-header", "HostHeaderConfig": {"Values": ["web.*"]}}],
                    "Actions": [
                        {
                            "Type": "forward",
                            "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": ref("Web"), "Weight": 3}]},
                        }
                    ],
                },
            },
            "Resolver": {
                "Type": f"{elb}::Listener",
                "Properties": {
                    "LoadBalancerArn": ref("Inner"),
                    "Port": 53,
                    "Protocol": "TCP_UDP",
                    "DefaultActions": [{"Type": "forward", "TargetGroupArn": ref("Dns")}],
                },
            },
        },
        "Outputs": out(
            Public=ref("Public"),
            Name=att("Public", "DNSName"),
            Inner=ref("Inner"),
            Web=ref("Web"),
            Dns=ref("Dns"),
            Full=att("Web", "TargetGroupFullName"),
            Http=ref("Http"),
            Rule=ref("Rule"),
        ),
    }


def test_load_balancers_reach_the_gateway_and_change_in_place(world: World) -> None:
    made = world.stack("balancers", balancers(world, "/healthz", "no such service", 20))
    octet = world.region.octet

    def seen() -> tuple[dict, dict]:
        state = world.call("GET", "/_nanofleet/elb")
        return {one["arn"]: one for one in state["loadBalancers"]}, {
            one["arn"]: one for one in state["targetGroups"]
        }

    lbs, groups = seen()
    assert lbs[made["Inner"]]["addresses"] == [f"127.{octet}.{third}.10" for third in (0, 16, 32)]
    assert lbs[made["Public"]]["idleTimeout"] == 30
    (http,) = lbs[made["Public"]]["listeners"]
    assert (
        http["defaultActions"][0]["body"] == "no such service"
        and http["defaultActions"][0]["statusCode"] == 404
    )
    assert http["rules"][0]["actions"] == [
        {"type": "forward", "targetGroups": [{"arn": made["Web"], "weight": 3}]}
    ]
    assert groups[made["Web"]]["deregistrationDelay"] == 20
    assert (
        groups[made["Dns"]]["healthCheck"]["protocol"] == "TCP"
        and groups[made["Dns"]]["healthCheck"]["interval"] == 5
    )
    changed = world.stack("balancers", balancers(world, "/ready", "gone", 5))
    assert changed == made
    lbs, groups = seen()
    assert (
        groups[made["Web"]]["healthCheck"]["path"] == "/ready"
        and groups[made["Web"]]["deregistrationDelay"] == 5
    )
    assert lbs[made["Public"]]["listeners"][0]["defaultActions"][0]["body"] == "gone"
    world.unstack("balancers")
    lbs, groups = seen()
    assert not set(lbs) & set(made.values()) and not set(groups) & set(made.values())


# --- the control plane --------------------------------------------------------------------------------------


def control(greeting: str, minutes: int, memory: int) -> dict:
    """Functions, queues, rules, a state machine in JSONata, a build project, a table, logs and a schedule."""
    code = f"exports.handler = async (event) => ({{greeting: '{greeting}', n: event.n}})"
    machine = {
        "QueryLanguage": "JSONata",
        "StartAt": "Call",
        "States": {
            "Call": {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke",
                "Arguments": {"FunctionName": "${Function}", "Payload": {"n": "{% $states.input.n + 1 %}"}},
                "Output": "{% $states.result.Payload %}",
                "End": True,
            }
        },
    }
    queue_policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "events.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": att("Queue", "Arn"),
            }
        ],
    }
    role = {
        "AssumeRolePolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {
                        "Service": [
                            "lambda.amazonaws.com",
                            "states.amazonaws.com",
                            "codebuild.amazonaws.com",
                            "scheduler.amazonaws.com",
                        ]
                    },
                    "Action": "sts:AssumeRole",
                }
            ],
        },
        "Policies": [
            {
                "PolicyName": "all",
                "PolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
                },
            }
        ],
    }
    return {
        "Resources": {
            "Role": {"Type": "AWS::IAM::Role", "Properties": role},
            "Logs": {
                "Type": "AWS::Logs::LogGroup",
                "Properties": {
                    "LogGroupName": "/aws/lambda/hello",
                    "RetentionInDays": 7 if memory == 128 else 14,
                },
            },
            "Hello": {
                "Type": "AWS::Lambda::Function",
                "DependsOn": "Logs",
                "Properties": {
                    "FunctionName": "hello",
                    "Runtime": "nodejs22.x",
                    "Handler": "index.handler",
                    "Role": att("Role", "Arn"),
                    "Code": {"ZipFile": code},
                    "MemorySize": memory,
                },
            },
            "Dead": {"Type": "AWS::SQS::Queue", "Properties": {}},
            "Queue": {
                "Type": "AWS::SQS::Queue",
                "Properties": {
                    "VisibilityTimeout": minutes * 60,
                    "RedrivePolicy": {"deadLetterTargetArn": att("Dead", "Arn"), "maxReceiveCount": 3},
                },
            },
            "Policy": {
                "Type": "AWS::SQS::QueuePolicy",
                "Properties": {"Queues": [ref("Queue")], "PolicyDocument": queue_policy},
            },
            "Rule": {
                "Type": "AWS::Events::Rule",
                "Properties": {
                    "EventPattern": {"source": ["test.control"], "detail": {"g": [greeting]}},
                    "Targets": [{"Id": "queue", "Arn": att("Queue", "Arn")}],
                },
            },
            "Source": {
                "Type": "AWS::Lambda::EventSourceMapping",
                "Properties": {
                    "EventSourceArn": att("Dead", "Arn"),
                    "FunctionName": ref("Hello"),
                    "BatchSize": 5,
                    "FunctionResponseTypes": ["ReportBatchItemFailures"],
                },
            },
            "Tick": {
                "Type": "AWS::Events::Rule",
                "Properties": {
                    "ScheduleExpression": f"rate({minutes} minutes)",
                    "Targets": [{"Id": "hello", "Arn": att("Hello", "Arn")}],
                },
            },
            "MayCall": {
                "Type": "AWS::Lambda::Permission",
                "Properties": {
                    "FunctionName": ref("Hello"),
                    "Action": "lambda:InvokeFunction",
                    "Principal": "events.amazonaws.com",
                    "SourceArn": att("Tick", "Arn"),
                },
            },
            "Timer": {
                "Type": "AWS::Scheduler::Schedule",
                "Properties": {
                    "ScheduleExpression": f"rate({minutes} minutes)",
                    "FlexibleTimeWindow": {"Mode": "OFF"},
                    "Target": {"Arn": att("Hello", "Arn"), "RoleArn": att("Role", "Arn")},
                },
            },
            "Machine": {
                "Type": "AWS::StepFunctions::StateMachine",
                "Properties": {
                    "StateMachineName": "greeter",
                    "RoleArn": att("Role", "Arn"),
                    "Definition": machine,
                    "DefinitionSubstitutions": {"Function": att("Hello", "Arn")},
                },
            },
            "Builds": {
                "Type": "AWS::CodeBuild::Project",
                "Properties": {
                    "Name": "builder",
                    "ServiceRole": att("Role", "Arn"),
                    "TimeoutInMinutes": 5 + minutes,
                    "Artifacts": {"Type": "NO_ARTIFACTS"},
                    "Environment": {
                        "Type": "LINUX_CONTAINER",
                        "ComputeType": "BUILD_GENERAL1_SMALL",
                        "Image": "aws/codebuild/standard:7.0",
                        "EnvironmentVariables": [{"Name": "GREETING", "Value": greeting}],
                    },
                    "Source": {"Type": "NO_SOURCE", "BuildSpec": "version: 0.2"},
                },
            },
            "Table": {
                "Type": "AWS::DynamoDB::Table",
                "Properties": {
                    "TableName": "state",
                    "BillingMode": "PAY_PER_REQUEST",
                    "AttributeDefinitions": [
                        {"AttributeName": "pk", "AttributeType": "S"},
                        {"AttributeName": "sk", "AttributeType": "S"},
                    ],
                    "KeySchema": [
                        {"AttributeName": "pk", "KeyType": "HASH"},
                        {"AttributeName": "sk", "KeyType": "RANGE"},
                    ],
                    "TimeToLiveSpecification": {"AttributeName": "until", "Enabled": memory == 256},
                },
            },
            "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "control-sources"}},
            "Word": {
                "Type": "AWS::SSM::Parameter",
                "Properties": {"Name": "/word", "Type": "String", "Value": greeting},
            },
        },
        "Outputs": out(
            Machine=ref("Machine"), Queue=ref("Queue"), Table=att("Table", "Arn"), Builds=ref("Builds")
        ),
    }


def run(world: World, machine: str, n: int) -> dict:
    states = world.client("stepfunctions")
    execution = states.start_execution(stateMachineArn=machine, input=json.dumps({"n": n}))["executionArn"]

    def ended() -> dict | None:
        found = states.describe_execution(executionArn=execution)
        return None if found["status"] == "RUNNING" else found

    found = eventually(ended, 20)
    assert found["status"] == "SUCCEEDED", found
    return json.loads(found["output"])


def heard(world: World, queue: str, greeting: str) -> bool:
    entry = {"Source": "test.control", "DetailType": "t", "Detail": json.dumps({"g": greeting})}
    world.client("events").put_events(Entries=[entry])
    sqs = world.client("sqs")
    for _ in range(10):
        messages = sqs.receive_message(QueueUrl=queue).get("Messages", [])
        if messages:
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=messages[0]["ReceiptHandle"])
            return json.loads(messages[0]["Body"])["detail"]["g"] == greeting
        time.sleep(0.05)
    return False


def test_the_control_plane_works_after_create_and_after_update_and_goes_away(world: World) -> None:
    made = world.stack("control", control("hello", 1, 128))
    assert run(world, made["Machine"], 1) == {"greeting": "hello", "n": 2}
    assert heard(world, made["Queue"], "hello")
    table = world.client("dynamodb")
    table.put_item(TableName="state", Item={"pk": {"S": "app#web"}, "sk": {"S": "lock"}})
    changed = world.stack("control", control("goodbye", 2, 256))
    assert changed == made
    assert run(world, made["Machine"], 5) == {"greeting": "goodbye", "n": 6}
    assert heard(world, made["Queue"], "goodbye") and not heard(world, made["Queue"], "hello")
    assert table.get_item(TableName="state", Key={"pk": {"S": "app#web"}, "sk": {"S": "lock"}})["Item"]
    assert (
        table.describe_time_to_live(TableName="state")["TimeToLiveDescription"]["TimeToLiveStatus"]
        == "ENABLED"
    )
    (project,) = world.client("codebuild").batch_get_projects(names=["builder"])["projects"]
    assert project["timeoutInMinutes"] == 7
    assert project["environment"]["environmentVariables"][0]["value"] == "goodbye"
    (group,) = world.client("logs").describe_log_groups(logGroupNamePrefix="/aws/lambda/hello")["logGroups"]
    assert group["retentionInDays"] == 14
    attributes = world.client("sqs").get_queue_attributes(
        QueueUrl=made["Queue"], AttributeNames=["VisibilityTimeout"]
    )
    assert attributes["Attributes"]["VisibilityTimeout"] == "120"
    assert world.client("ssm").get_parameter(Name="/word")["Parameter"]["Value"] == "goodbye"
    world.unstack("control")
    assert world.client("lambda").list_functions()["Functions"] == []
    assert world.client("stepfunctions").list_state_machines()["stateMachines"] == []
    assert world.client("dynamodb").list_tables()["TableNames"] == []
    assert world.client("events").list_rules()["Rules"] == []
    assert world.client("sqs").list_queues().get("QueueUrls", []) == []
    assert world.client("scheduler").list_schedules()["Schedules"] == []
    assert world.client("codebuild").list_projects()["projects"] == []


# --- parameters, conditions and values of other stacks ------------------------------------------------------


def test_parameters_conditions_and_imported_values_work(world: World) -> None:
    exporter = {
        "Parameters": {"Word": {"Type": "String"}},
        "Resources": {
            "One": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": ref("Word")}}
        },
        "Outputs": {"One": {"Value": ref("One"), "Export": {"Name": {"Fn::Sub": "${AWS::StackName}-One"}}}},
    }
    importer = {
        "Parameters": {"Zones": {"Type": "CommaDelimitedList"}, "Extra": {"Type": "String", "Default": ""}},
        "Conditions": {"HasExtra": {"Fn::Not": [{"Fn::Equals": [ref("Extra"), ""]}]}},
        "Resources": {
            "Two": {
                "Type": "AWS::SSM::Parameter",
                "Properties": {
                    "Type": "String",
                    "Value": {"Fn::ImportValue": "exporter-One"},
                    "Description": {"Fn::If": ["HasExtra", ref("Extra"), {"Ref": "AWS::NoValue"}]},
                },
            },
            "Three": {
                "Type": "AWS::SSM::Parameter",
                "Condition": "HasExtra",
                "Properties": {"Type": "String", "Value": {"Fn::Join": ["-", ref("Zones")]}},
            },
        },
        "Outputs": {
            "Second": {"Value": {"Fn::Select": [1, ref("Zones")]}},
            "Three": {"Condition": "HasExtra", "Value": att("Three", "Value")},
            "Account": {"Value": ref("AWS::AccountId")},
        },
    }
    first = world.stack("exporter", exporter, {"Word": "a"})
    made = world.stack("importer", importer, {"Zones": "x,y"})
    assert made == {"Second": "y", "Account": ACCOUNT}
    assert world.stack("importer", importer, {"Zones": "x,z", "Extra": "e"})["Three"] == "x-z"
    assert first["One"]
    world.unstack("importer")
    world.unstack("exporter")
