"""Changes of IAM that services see later, "Changes that I make are not always immediately visible"."""

from __future__ import annotations

import io
import json
import time
import uuid
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from denials import denial
from roles import ACCOUNT, Actor, allow, make_role
from waiting import eventually
from world import World, started

LAG = 3
MACHINE = json.dumps({"StartAt": "One", "States": {"One": {"Type": "Succeed"}}})
ANSWERS = "exports.handler = async () => 7"
PROJECT = {
    "source": {"type": "NO_SOURCE", "buildspec": "version: 0.2"},
    "artifacts": {"type": "NO_ARTIFACTS"},
    "environment": {"type": "LINUX_CONTAINER", "image": "none", "computeType": "BUILD_GENERAL1_SMALL"},
}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with started(NANOFLEET_LAG_SECONDS=str(LAG)) as made:
        yield made


def new_role(world: World, service: str) -> str:
    return make_role(world.region, f"role-{uuid.uuid4().hex[:8]}", service, allow("*"))


def package() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.js", ANSWERS)
    return packed.getvalue()


def make_function(world: World, name: str) -> Any:
    given = {"Runtime": "nodejs22.x", "Handler": "index.handler", "Code": {"ZipFile": package()}}
    return world.client("lambda").create_function(FunctionName=name, Role=new_role(world, "lambda"), **given)


def make_machine(world: World, name: str) -> Any:
    role = new_role(world, "states")
    return world.client("stepfunctions").create_state_machine(name=name, roleArn=role, definition=MACHINE)


def make_project(world: World, name: str) -> Any:
    role = new_role(world, "codebuild")
    return world.client("codebuild").create_project(name=name, serviceRole=role, **PROJECT)


def launch(world: World, name: str) -> Any:
    iam = world.client("iam")
    iam.create_instance_profile(InstanceProfileName=name)
    iam.add_role_to_instance_profile(
        InstanceProfileName=name, RoleName=new_role(world, "ec2").rpartition("/")[2]
    )
    world.ami = world.ami or world.image("exec sleep 1000")
    return world.client("ec2").run_instances(
        ImageId=world.ami,
        MinCount=1,
        MaxCount=1,
        SubnetId=world.subnets[0],
        IamInstanceProfile={"Name": name},
    )


@pytest.mark.parametrize(
    ("make", "code", "sentence"),
    [
        (
            make_function,
            "InvalidParameterValueException",
            "The role defined for the function cannot be assumed by Lambda.",
        ),
        (
            make_machine,
            "AccessDeniedException",
            "Neither the global service principal states.amazonaws.com, nor the regional one is authorized "
            "to assume the provided role.",
        ),
        (
            make_project,
            "InvalidInputException",
            f"CodeBuild is not authorized to perform: sts:AssumeRole on arn:aws:iam::{ACCOUNT}:role/role-",
        ),
        (
            launch,
            "InvalidParameterValue",
            "Value (own-launch) for parameter iamInstanceProfile.name is invalid. "
            "Invalid IAM Instance Profile name",
        ),
    ],
)
def test_a_service_does_not_know_a_new_role_yet(
    world: World, make: Callable[[World, str], Any], code: str, sentence: str
) -> None:
    with pytest.raises(ClientError) as refused:
        make(world, f"own-{make.__name__}")
    error = refused.value.response["Error"]
    assert error["Code"] == code
    assert error["Message"].startswith(sentence)


def test_a_role_that_everybody_knows_is_taken(world: World) -> None:
    role = new_role(world, "states")
    states = world.client("stepfunctions")

    def made() -> bool:
        try:
            states.create_state_machine(name="later", roleArn=role, definition=MACHINE)
        except states.exceptions.ClientError as error:
            assert error.response["Error"]["Code"] == "AccessDeniedException"
            return False
        return True

    eventually(made, 20)


def test_a_role_has_its_former_policies_for_a_while(world: World) -> None:
    actor = Actor(world.region, f"actor-{uuid.uuid4().hex[:8]}", allow("sqs:ListQueues"))
    queues, topics = actor("sqs").list_queues, actor("sns").list_topics
    denial(queues)  # a new role has no policies yet
    time.sleep(LAG)
    queues()
    actor.may(allow("sns:ListTopics"))
    queues()
    denial(topics)
    time.sleep(LAG)
    topics()
    denial(queues)
