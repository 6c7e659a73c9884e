"""Values of a health check that ELB refuses beside each other, by its API and in a template."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from waiting import wait_for
from world import World, started


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with started() as made:
        yield made


_made = iter(range(1000))
SHORTER = "Health check interval must be greater than the timeout."
# The platform's DNS target group as it once was: 10 s is the timeout for TCP when none is given.
OLD_RESOLVER = {"Protocol": "TCP_UDP", "HealthCheckProtocol": "TCP", "HealthCheckIntervalSeconds": 5}

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "the platform's old health check": (OLD_RESOLVER, SHORTER),
    "HTTP at an NLB, 6 s by default": (
        {"Protocol": "TCP", "HealthCheckProtocol": "HTTP", "HealthCheckIntervalSeconds": 5},
        SHORTER,
    ),
    "HTTP at an ALB, 5 s by default": ({"Protocol": "HTTP", "HealthCheckIntervalSeconds": 5}, SHORTER),
    "equal at an ALB": (
        {"Protocol": "HTTP", "HealthCheckIntervalSeconds": 9, "HealthCheckTimeoutSeconds": 9},
        SHORTER,
    ),
    "a short interval": (
        {"Protocol": "HTTP", "HealthCheckIntervalSeconds": 4, "HealthCheckTimeoutSeconds": 2},
        "healthCheckIntervalSeconds",
    ),
    "a short timeout": (
        {"Protocol": "TCP", "HealthCheckIntervalSeconds": 5, "HealthCheckTimeoutSeconds": 1},
        "healthCheckTimeoutSeconds",
    ),
    "one success": ({"Protocol": "TCP", "HealthyThresholdCount": 1}, "at 'healthyThresholdCount'"),
    "eleven failures": ({"Protocol": "HTTP", "UnhealthyThresholdCount": 11}, "at 'unhealthyThresholdCount'"),
    "UDP asked for health": ({"Protocol": "UDP", "HealthCheckProtocol": "UDP"}, "'UDP' is not supported"),
    "TCP at an ALB": ({"Protocol": "HTTP", "HealthCheckProtocol": "TCP"}, "'TCP' is not supported"),
    "a path for TCP": ({"Protocol": "TCP", "HealthCheckPath": "/up"}, "HealthCheckPath cannot be specified"),
    "a matcher for TCP": (
        {"Protocol": "TCP", "Matcher": {"HttpCode": "200"}},
        "Matcher cannot be specified",
    ),
    "a path without its slash": ({"Protocol": "HTTP", "HealthCheckPath": "up"}, "must begin with a '/'"),
    "server errors at an ALB": (
        {"Protocol": "HTTP", "Matcher": {"HttpCode": "200,500"}},
        "must be within '200-499'",
    ),
    "codes of a wrong order": (
        {"Protocol": "TCP", "HealthCheckProtocol": "HTTP", "Matcher": {"HttpCode": "599-200"}},
        "must be within '200-599'",
    ),
}
TAKEN: dict[str, dict[str, Any]] = {
    "the platform's": {**OLD_RESOLVER, "HealthCheckTimeoutSeconds": 4},
    "equal at an NLB": {"Protocol": "TCP", "HealthCheckIntervalSeconds": 10},
    "a service's": {"Protocol": "HTTP", "HealthCheckIntervalSeconds": 5, "HealthCheckTimeoutSeconds": 2},
    "server errors at an NLB": {
        "Protocol": "TCP",
        "HealthCheckProtocol": "HTTP",
        "Matcher": {"HttpCode": "200-299,503"},
    },
}


def unchecked(world: World) -> Any:
    """A client that leaves it to ELB to refuse values out of range."""
    import botocore.session  # noqa: PLC0415 -- conftest.py has to find ministack's packages first
    from botocore.config import Config  # noqa: PLC0415

    key, secret = world.region.root
    return botocore.session.get_session().create_client(
        "elbv2",
        region_name="eu-west-1",
        endpoint_url=world.region.endpoint,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        config=Config(parameter_validation=False),
    )


def make(world: World, values: dict[str, Any]) -> dict[str, Any]:
    name = f"checked-{next(_made)}"
    made = unchecked(world).create_target_group(Name=name, Port=80, VpcId=world.vpc, **values)
    return made["TargetGroups"][0]


@pytest.mark.parametrize("case", REFUSED)
def test_elb_refuses(world: World, case: str) -> None:
    values, sentence = REFUSED[case]
    with pytest.raises(ClientError) as refused:
        make(world, values)
    assert refused.value.response["Error"]["Code"] == "ValidationError"
    assert sentence in refused.value.response["Error"]["Message"]


@pytest.mark.parametrize("case", TAKEN)
def test_elb_takes(world: World, case: str) -> None:
    assert make(world, TAKEN[case])["Protocol"] == TAKEN[case]["Protocol"]


def test_a_change_to_a_refused_pair_is_refused_and_changes_nothing(world: World) -> None:
    group = make(world, TAKEN["the platform's"])
    elb = world.client("elbv2")
    with pytest.raises(ClientError, match="interval must be greater"):
        elb.modify_target_group(TargetGroupArn=group["TargetGroupArn"], HealthCheckTimeoutSeconds=6)
    shown = elb.describe_target_groups(TargetGroupArns=[group["TargetGroupArn"]])["TargetGroups"][0]
    assert shown["HealthCheckTimeoutSeconds"] == 4


def test_a_stack_with_a_refused_pair_is_rolled_back_with_the_sentence(world: World) -> None:
    properties = {**OLD_RESOLVER, "Port": 8600, "VpcId": world.vpc}
    group = {"Type": "AWS::ElasticLoadBalancingV2::TargetGroup", "Properties": properties}
    formation = world.client("cloudformation")
    formation.create_stack(StackName="refused-pair", TemplateBody=json.dumps({"Resources": {"Group": group}}))
    wait_for(
        "the stack is at work",
        lambda: (
            formation.describe_stacks(StackName="refused-pair")["Stacks"][0]["StackStatus"]
            == "ROLLBACK_COMPLETE"
        ),
    )
    events = formation.describe_stack_events(StackName="refused-pair")["StackEvents"]
    assert any(SHORTER in event.get("ResourceStatusReason", "") for event in events)
