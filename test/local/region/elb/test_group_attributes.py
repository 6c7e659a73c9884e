"""How a target group chooses among its targets: values that ELB takes, by its API and in a template."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError
from waiting import wait_for
from world import World, started

ALGORITHM = "load_balancing.algorithm.type"
LEAST = {"Key": ALGORITHM, "Value": "least_outstanding_requests"}
UNKNOWN = {"Key": ALGORITHM, "Value": "fastest"}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with started() as made:
        yield made


def made(world: World, name: str, protocol: str) -> str:
    group = world.client("elbv2").create_target_group(
        Name=name, Protocol=protocol, Port=80, VpcId=world.vpc, HealthCheckIntervalSeconds=30
    )
    return group["TargetGroups"][0]["TargetGroupArn"]


def test_elb_takes_the_algorithm_of_an_application_load_balancer(world: World) -> None:
    elb = world.client("elbv2")
    arn = made(world, "least", "HTTP")
    elb.modify_target_group_attributes(TargetGroupArn=arn, Attributes=[LEAST])
    assert LEAST in elb.describe_target_group_attributes(TargetGroupArn=arn)["Attributes"]


@pytest.mark.parametrize(
    ("protocol", "attribute", "sentence"),
    [
        ("HTTP", UNKNOWN, "must be one of round_robin, least_outstanding_requests, weighted_random"),
        ("TCP", LEAST, "is not supported on target groups with protocol TCP"),
    ],
)
def test_elb_refuses_an_algorithm(
    world: World, protocol: str, attribute: dict[str, str], sentence: str
) -> None:
    elb = world.client("elbv2")
    arn = made(world, f"refused-{protocol}", protocol)
    before = elb.describe_target_group_attributes(TargetGroupArn=arn)["Attributes"]
    with pytest.raises(ClientError, match=sentence):
        elb.modify_target_group_attributes(TargetGroupArn=arn, Attributes=[attribute])
    assert elb.describe_target_group_attributes(TargetGroupArn=arn)["Attributes"] == before


def test_a_stack_with_an_unknown_algorithm_is_rolled_back_with_the_sentence(world: World) -> None:
    properties = {"Protocol": "HTTP", "Port": 80, "VpcId": world.vpc, "TargetGroupAttributes": [UNKNOWN]}
    group = {"Type": "AWS::ElasticLoadBalancingV2::TargetGroup", "Properties": properties}
    formation = world.client("cloudformation")
    formation.create_stack(StackName="unknown", TemplateBody=json.dumps({"Resources": {"Group": group}}))
    wait_for(
        "the stack is rolled back",
        lambda: (
            formation.describe_stacks(StackName="unknown")["Stacks"][0]["StackStatus"] == "ROLLBACK_COMPLETE"
        ),
    )
    events = formation.describe_stack_events(StackName="unknown")["StackEvents"]
    assert any("must be one of round_robin" in event.get("ResourceStatusReason", "") for event in events)
