"""Load balancers by their tags: a role may change those of its stage, also by the tags of their stack."""

from __future__ import annotations

import json

from denials import denied
from regions import Region
from roles import Actor, allow
from waiting import eventually
from world import World


def output_of(region: Region, stack: str) -> str:
    """The one output of a stack, empty until it is there."""
    found = region.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    done = found["StackStatus"] == "CREATE_COMPLETE"
    return found["Outputs"][0]["OutputValue"] if done else ""


def test_load_balancers_are_authorized_by_the_tags_of_their_stack(region: Region, actor: Actor) -> None:
    world = World(region)
    balancer = {"Type": "network", "Scheme": "internal", "Subnets": world.subnets[:1]}
    resource = {"Type": "AWS::ElasticLoadBalancingV2::LoadBalancer", "Properties": balancer}
    template = {"Resources": {"Own": resource}, "Outputs": {"Arn": {"Value": {"Ref": "Own"}}}}
    arns = {}
    for stage in ("mine", "theirs"):
        region.client("cloudformation").create_stack(
            StackName=f"balancer-{stage}",
            TemplateBody=json.dumps(template),
            Tags=[{"Key": "nanofleet:stage", "Value": stage}],
        )
        arns[stage] = eventually(lambda name=f"balancer-{stage}": output_of(region, name), 20)
    own = actor("elbv2")
    action = "elasticloadbalancing:ModifyLoadBalancerAttributes"
    actor.may(allow(action, StringEquals={"aws:ResourceTag/nanofleet:stage": "mine"}))
    change = {"Attributes": [{"Key": "deletion_protection.enabled", "Value": "false"}]}
    assert not denied(own.modify_load_balancer_attributes, LoadBalancerArn=arns["mine"], **change)
    assert denied(own.modify_load_balancer_attributes, LoadBalancerArn=arns["theirs"], **change)
