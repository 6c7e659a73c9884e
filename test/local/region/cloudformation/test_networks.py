"""CloudFormation's networks: made, changed in place or replaced, removed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from parts import att, out, ref
from world import REGION, World, started


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with started() as made:
        made.ami = made.image("exec sleep 1000")
        yield made


def network(port: int, traffic: str, subnet_tag: str) -> dict[str, Any]:
    """A VPC with everything the platform puts into one."""
    tagged = {"Tags": [{"Key": "mark", "Value": subnet_tag}]}
    types: dict[str, tuple[str, dict[str, Any]]] = {
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
