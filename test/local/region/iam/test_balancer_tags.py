"""Load balancers by their tags: a role may change those of its stage, also by the tags of their stack."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable

import pytest
from denials import denial, denied
from regions import Region
from roles import Actor, allow
from world import World

TAG = "nanofleet:stage"
STAGES = ("mine", "theirs")


def tags(stage: str) -> list[dict[str, str]]:
    return [{"Key": TAG, "Value": stage}]


def by_call(region: Region, stage: str) -> str:
    made = region.client("elbv2").create_load_balancer(
        Name=f"lb-{uuid.uuid4().hex[:8]}",
        Subnets=[region.network()[1]],
        Type="network",
        Scheme="internal",
        Tags=tags(stage),
    )
    return made["LoadBalancers"][0]["LoadBalancerArn"]


def by_stack(region: Region, stage: str) -> str:
    """A load balancer that has only the tags of its stack."""
    world = World(region)
    balancer = {"Type": "network", "Scheme": "internal", "Subnets": world.subnets[:1]}
    resource = {"Type": "AWS::ElasticLoadBalancingV2::LoadBalancer", "Properties": balancer}
    template = {"Resources": {"Own": resource}, "Outputs": {"Arn": {"Value": {"Ref": "Own"}}}}
    name = f"balancer-{stage}"
    region.client("cloudformation").create_stack(
        StackName=name, TemplateBody=json.dumps(template), Tags=tags(stage)
    )
    return world.outputs(name)["Arn"]


@pytest.mark.parametrize("make", [by_call, by_stack])
def test_load_balancers_are_told_apart_by_their_tags(
    region: Region, actor: Actor, make: Callable[[Region, str], str]
) -> None:
    mine, theirs = (make(region, stage) for stage in STAGES)
    action = "elasticloadbalancing:ModifyLoadBalancerAttributes"
    actor.may(allow(action, StringEquals={f"aws:ResourceTag/{TAG}": "mine"}))
    change = [{"Key": "load_balancing.cross_zone.enabled", "Value": "true"}]
    call = actor("elbv2").modify_load_balancer_attributes
    assert not denied(call, LoadBalancerArn=mine, Attributes=change)
    assert theirs in denial(call, LoadBalancerArn=theirs, Attributes=change)
