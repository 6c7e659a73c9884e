"""CloudFormation's load balancers, as the gateway sees them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from parts import att, out, ref
from world import World, started


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with started() as made:
        made.ami = made.image("exec sleep 1000")
        yield made


def balancers(world: World, path: str, body: str, delay: int) -> dict[str, Any]:
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
                    "HealthCheckTimeoutSeconds": 4,
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

    def seen() -> tuple[dict[str, Any], dict[str, Any]]:
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
