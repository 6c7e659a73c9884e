"""Load balancers: a permission on those with a tag is none on others."""

from __future__ import annotations

import uuid

from denials import denial
from regions import Region
from roles import Actor, allow


def test_load_balancers_are_told_apart_by_their_tags(region: Region, actor: Actor) -> None:
    elb = region.client("elbv2")
    subnet = region.network()[1]
    made = {
        stage: elb.create_load_balancer(
            Name=f"lb-{uuid.uuid4().hex[:8]}",
            Subnets=[subnet],
            Type="network",
            Scheme="internal",
            Tags=[{"Key": "stage", "Value": stage}],
        )["LoadBalancers"][0]["LoadBalancerArn"]
        for stage in ("mine", "theirs")
    }
    ours = {"aws:ResourceTag/stage": "mine"}
    actor.may(allow("elasticloadbalancing:ModifyLoadBalancerAttributes", StringEquals=ours))
    change = [{"Key": "load_balancing.cross_zone.enabled", "Value": "true"}]
    own = actor("elbv2")
    own.modify_load_balancer_attributes(LoadBalancerArn=made["mine"], Attributes=change)
    told = denial(own.modify_load_balancer_attributes, LoadBalancerArn=made["theirs"], Attributes=change)
    assert made["theirs"] in told
