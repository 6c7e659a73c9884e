"""Load balancers of a real region: what the gateway is told, and what becomes of its reports."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from waiting import eventually
from world import World, started


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with started() as made:
        made.plan = made.template(made.image("exec sleep 1000"), "sleeper-template")
        yield made


_made = iter(range(1000))


def balancer(world: World, kind: str = "application", **more: Any) -> str:
    given = more or {"Subnets": world.subnets}
    made = world.client("elbv2").create_load_balancer(
        Name=f"lb-{next(_made)}", Type=kind, Scheme="internal", **given
    )
    return made["LoadBalancers"][0]["LoadBalancerArn"]


def targets(world: World, protocol: str = "HTTP", port: int = 8080, **more: Any) -> str:
    made = world.client("elbv2").create_target_group(
        Name=f"tg-{next(_made)}", Protocol=protocol, Port=port, VpcId=world.vpc, **more
    )
    return made["TargetGroups"][0]["TargetGroupArn"]


def listen(world: World, lb: str, group: str, protocol: str = "HTTP", port: int = 80) -> str:
    made = world.client("elbv2").create_listener(
        LoadBalancerArn=lb,
        Protocol=protocol,
        Port=port,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
    )
    return made["Listeners"][0]["ListenerArn"]


def fleet(world: World, count: int, groups: list[str]) -> str:
    name = f"group-{next(_made)}"
    world.client("autoscaling").create_auto_scaling_group(
        AutoScalingGroupName=name,
        MinSize=0,
        MaxSize=5,
        DesiredCapacity=count,
        VPCZoneIdentifier=",".join(world.subnets),
        LaunchTemplate={"LaunchTemplateId": world.plan, "Version": "1"},
        TargetGroupARNs=groups,
    )
    eventually(lambda: len(world.serving(name)) == count)
    return name


def state(world: World) -> dict[str, Any]:
    return world.call("GET", "/_nanofleet/elb")


def told(world: World, arn: str) -> dict[str, Any]:
    return next(one for one in state(world)["targetGroups"] if one["arn"] == arn)


def health(world: World, arn: str) -> dict[str, str]:
    found = world.client("elbv2").describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
    return {one["Target"]["Id"]: one["TargetHealth"]["State"] for one in found}


def report(world: World, arn: str, key: str, now: str) -> None:
    world.call("PUT", "/_nanofleet/elb/health", {arn: {key: {"state": now, "reason": "", "description": ""}}})


def test_tells_the_gateway_listeners_rules_and_targets_with_their_addresses(world: World) -> None:
    elbv2, lb, group = world.client("elbv2"), balancer(world), targets(world, HealthCheckPath="/healthz")
    listener = listen(world, lb, group, port=8001)
    elbv2.create_rule(
        ListenerArn=listener,
        Priority=10,
        Conditions=[
            {"Field": "host-header", "HostHeaderConfig": {"Values": ["web.*"]}},
            {"Field": "path-pattern", "Values": ["/api/*"]},
        ],
        Actions=[
            {
                "Type": "redirect",
                "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_302"},
            }
        ],
    )
    name = fleet(world, 1, [group])
    (instance,) = world.serving(name)
    address = world.region.instance(instance)["PrivateIpAddress"]
    shown = next(one for one in state(world)["loadBalancers"] if one["arn"] == lb)
    assert shown["type"] == "application" and shown["addresses"] == [] and shown["idleTimeout"] == 60
    (served,) = shown["listeners"]
    assert (served["port"], served["protocol"]) == (8001, "HTTP")
    assert served["defaultActions"] == [{"type": "forward", "targetGroups": [{"arn": group, "weight": 1}]}]
    (rule,) = served["rules"]
    assert rule["priority"] == 10
    assert rule["conditions"] == [
        {"field": "host-header", "values": ["web.*"]},
        {"field": "path-pattern", "values": ["/api/*"]},
    ]
    (action,) = rule["actions"]
    assert (action["type"], action["statusCode"], action["protocol"]) == ("redirect", 302, "HTTPS")
    # Both are in the VPC's default group, which lets nobody in here.
    assert told(world, group)["targets"] == [
        {"id": instance, "port": 8080, "address": address, "state": "registered", "blocked": True}
    ]
    assert told(world, group)["healthCheck"] == {
        "protocol": "HTTP",
        "port": None,
        "path": "/healthz",
        "matcher": "200",
        "interval": 30,
        "timeout": 5,
        "healthyThreshold": 5,
        "unhealthyThreshold": 2,
    }


def test_a_poll_is_answered_as_soon_as_something_changes(world: World) -> None:
    known = state(world)["version"]
    timer = threading.Timer(0.5, lambda: targets(world))
    began = time.monotonic()
    timer.start()
    answer = world.call("GET", f"/_nanofleet/elb?version={known}")
    timer.join()
    assert answer["version"] != known
    assert 0.4 < time.monotonic() - began < 3


def test_target_health_is_what_the_gateway_reports(world: World) -> None:
    lb, group = balancer(world), targets(world)
    name = fleet(world, 1, [group])
    (instance,) = world.serving(name)
    assert health(world, group) == {instance: "unused"}
    listen(world, lb, group)
    assert health(world, group) == {instance: "initial"}
    report(world, group, f"{instance}:8080", "healthy")
    assert health(world, group) == {instance: "healthy"}
    report(world, group, f"{instance}:8080", "unhealthy")
    assert health(world, group) == {instance: "unhealthy"}


def test_a_terminating_instance_drains_before_it_is_ended(world: World) -> None:
    lb, group = balancer(world), targets(world)
    listen(world, lb, group)
    name = fleet(world, 1, [group])
    (instance,) = world.serving(name)
    world.client("autoscaling").set_desired_capacity(AutoScalingGroupName=name, DesiredCapacity=0)
    eventually(lambda: health(world, group).get(instance) == "draining", 2)
    assert [one["state"] for one in told(world, group)["targets"]] == ["draining"]
    assert world.region.state_of(instance) == "running"
    world.region.await_state(instance, "terminated", 5)
    assert health(world, group) == {}


def test_a_target_that_the_gateway_calls_unused_has_drained(world: World) -> None:
    lb, group = balancer(world), targets(world)
    listen(world, lb, group)
    name = fleet(world, 1, [group])
    (instance,) = world.serving(name)
    world.client("elbv2").deregister_targets(TargetGroupArn=group, Targets=[{"Id": instance}])
    assert health(world, group) == {instance: "draining"}
    report(world, group, f"{instance}:8080", "unused")
    assert health(world, group) == {}


def test_attaching_and_detaching_a_target_group_moves_the_members(world: World) -> None:
    lb, group = balancer(world), targets(world)
    listen(world, lb, group)
    name, scaling = fleet(world, 2, []), world.client("autoscaling")
    scaling.attach_load_balancer_target_groups(AutoScalingGroupName=name, TargetGroupARNs=[group])
    assert sorted(health(world, group)) == sorted(world.serving(name))
    scaling.detach_load_balancer_target_groups(AutoScalingGroupName=name, TargetGroupARNs=[group])
    assert set(health(world, group).values()) == {"draining"}
    assert (
        scaling.describe_load_balancer_target_groups(AutoScalingGroupName=name)["LoadBalancerTargetGroups"]
        == []
    )


def test_a_group_checked_by_its_load_balancer_replaces_what_the_gateway_calls_unhealthy(world: World) -> None:
    lb, group = balancer(world), targets(world)
    listen(world, lb, group)
    name = fleet(world, 1, [group])
    world.client("autoscaling").update_auto_scaling_group(
        AutoScalingGroupName=name, HealthCheckType="ELB", HealthCheckGracePeriod=0
    )
    (sick,) = world.serving(name)
    report(world, group, f"{sick}:8080", "unhealthy")
    eventually(lambda: world.serving(name) and sick not in world.serving(name))


def test_a_network_load_balancer_has_a_static_address_in_each_subnet(world: World) -> None:
    octet = world.region.octet
    mappings = [
        {"SubnetId": subnet, "PrivateIPv4Address": f"127.{octet}.{third}.10"}
        for subnet, third in zip(world.subnets, (0, 16, 32), strict=True)
    ]
    lb = balancer(world, "network", SubnetMappings=mappings)
    group = targets(world, "TCP_UDP", 8600)
    listen(world, lb, group, "TCP_UDP", 53)
    shown = next(one for one in state(world)["loadBalancers"] if one["arn"] == lb)
    assert shown["type"] == "network"
    assert shown["addresses"] == [mapping["PrivateIPv4Address"] for mapping in mappings]
    assert (
        told(world, group)["protocol"] == "TCP_UDP" and told(world, group)["healthCheck"]["protocol"] == "TCP"
    )
    described = world.client("elbv2").describe_load_balancers(LoadBalancerArns=[lb])["LoadBalancers"][0]
    assert described["VpcId"] == world.vpc
    shown_zones = described["AvailabilityZones"]
    zones = {zone["ZoneName"]: zone["LoadBalancerAddresses"][0]["PrivateIPv4Address"] for zone in shown_zones}
    assert zones == {
        f"eu-west-1{zone}": f"127.{octet}.{third}.10" for zone, third in (("a", 0), ("b", 16), ("c", 32))
    }


def test_what_is_in_use_is_refused(world: World) -> None:
    elbv2, lb, group = world.client("elbv2"), balancer(world), targets(world)
    listener = listen(world, lb, group)
    described = elbv2.describe_target_groups(TargetGroupArns=[group])["TargetGroups"][0]
    assert described["LoadBalancerArns"] == [lb]
    with pytest.raises(ClientError, match="currently in use"):
        elbv2.delete_target_group(TargetGroupArn=group)
    rule = {
        "ListenerArn": listener,
        "Priority": 5,
        "Conditions": [{"Field": "path-pattern", "Values": ["/x"]}],
        "Actions": [
            {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "418", "MessageBody": "tea"}}
        ],
    }
    elbv2.create_rule(**rule)
    with pytest.raises(ClientError) as refused:
        elbv2.create_rule(**rule)
    assert refused.value.response["Error"]["Code"] == "PriorityInUse"
    elbv2.delete_load_balancer(LoadBalancerArn=lb)
    elbv2.delete_target_group(TargetGroupArn=group)
    assert not [one for one in state(world)["loadBalancers"] if one["arn"] == lb]
