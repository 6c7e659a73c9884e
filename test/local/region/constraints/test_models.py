"""Every constraint of every call that we make, violated once: the region refuses it as AWS does."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from regions import REPOSITORY, Region
from samples import valid, violations
from used_calls import calls_in, used_calls

from region.constraints.gate import SERVICES
from region.constraints.patterns import compiled

CALLS = sorted(used_calls(REPOSITORY))
# How the emulator calls what botocore calls otherwise.
NAMES = {"cloudwatch": "monitoring", "elbv2": "elasticloadbalancing", "stepfunctions": "states"}
CODES = {
    "ValidationException",
    "ValidationError",
    "InvalidParameter",
    "InvalidParameterException",
    "InvalidParameterValue",
    "InvalidInputException",
    "InvalidArgument",
    "MalformedXML",
    "MissingParameter",
}
SESSION: Any = botocore.session.get_session()


def unchecked(region: Region, service: str) -> Any:
    """A client that sends what it is given."""
    key, secret = region.root
    config = Config(
        parameter_validation=False,
        retries={"max_attempts": 0},
        s3={"addressing_style": "path"},
        account_id_endpoint_mode="disabled",
    )
    return SESSION.create_client(
        service,
        region_name="eu-west-1",
        endpoint_url=region.endpoint,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        config=config,
    )


@pytest.fixture(scope="module", autouse=True)
def bucket(region: Region) -> None:
    """S3 says first that a bucket does not exist: that of the samples does."""
    place = {"LocationConstraint": "eu-west-1"}
    region.client("s3").create_bucket(Bucket="abcdefgh", CreateBucketConfiguration=place)


def call(client: Any, operation: str, request: dict[str, Any]) -> dict[str, str]:
    """The error of a call, empty when it is taken."""
    try:
        client._make_api_call(operation, request)
    except ClientError as error:
        return error.response["Error"]
    return {}


def test_the_calls_of_the_repository_are_found() -> None:
    assert len(CALLS) > 60
    assert {NAMES.get(service, service) for service, _ in CALLS} <= {*SERVICES, "ebs"}
    for service, operation in CALLS:
        assert operation in SESSION.get_service_model(service).operation_names, (service, operation)
    documents, workflows = (
        "{ GetCommand } from '@aws-sdk/lib-dynamodb'",
        "{ A, paginateB } from '@aws-sdk/client-sfn'",
    )
    assert calls_in(f"import {documents}\nimport {workflows}") == {
        ("dynamodb", "GetItem"),
        ("stepfunctions", "B"),
    }


@pytest.mark.parametrize(("service", "operation"), CALLS)
def test_each_constraint_of_a_call_is_checked(region: Region, service: str, operation: str) -> None:
    client = unchecked(region, service)
    shape = SESSION.get_service_model(service).operation_model(operation).input_shape
    for violation in violations(shape) if shape is not None else ():
        error = call(client, operation, violation.request)
        what = (service, operation, violation.place, violation.kind, error)
        if operation.startswith("Head"):  # an answer without a body
            assert error.get("Code") == "400", what
            continue
        assert error.get("Code") in CODES, what
        told = ("failed to satisfy constraint", "for parameter", "must contain the parameter", "The XML")
        assert any(text in error.get("Message", "") for text in told), what


@pytest.mark.parametrize("service", sorted({service for service, _ in CALLS}))
def test_every_pattern_of_a_service_can_be_read(service: str) -> None:
    model = SESSION.get_service_model(service)
    for name in model.shape_names:
        if pattern := model.shape_for(name).metadata.get("pattern"):
            compiled(pattern)


@pytest.mark.parametrize(
    ("service", "operation", "request_", "code", "sentence"),
    [
        (
            "ssm",
            "PutParameter",
            {"Name": "/a", "Value": "v", "Type": "Secret"},
            "ValidationException",
            "1 validation error detected: Value 'Secret' at 'type' failed to satisfy constraint: "
            "Member must satisfy enum value set: [String, StringList, SecureString]",
        ),
        (
            "logs",
            "CreateLogGroup",
            {"logGroupName": "a:b"},
            "InvalidParameterException",
            "1 validation error detected: Value 'a:b' at 'logGroupName' failed to satisfy constraint: "
            "Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+",
        ),
        (
            "dynamodb",
            "GetItem",
            {"Key": {}},
            "ValidationException",
            "1 validation error detected: Value null at 'tableName' failed to satisfy constraint: "
            "Member must not be null",
        ),
        (
            "cloudformation",
            "DescribeStackEvents",
            {"StackName": ""},
            "ValidationError",
            None,
        ),
        (
            "iam",
            "CreateRole",
            {"RoleName": "r" * 65, "AssumeRolePolicyDocument": "{}"},
            "ValidationError",
            f"1 validation error detected: Value '{'r' * 65}' at 'roleName' failed to satisfy constraint: "
            "Member must have length less than or equal to 64",
        ),
        (
            "ec2",
            "RunInstances",
            {"MinCount": 1},
            "MissingParameter",
            "The request must contain the parameter MaxCount",
        ),
    ],
)
def test_refusals_read_as_those_of_aws(
    region: Region, service: str, operation: str, request_: dict[str, Any], code: str, sentence: str | None
) -> None:
    error = call(unchecked(region, service), operation, request_)
    if sentence is None:
        assert error == {} or error["Code"] == code
    else:
        assert (error["Code"], error["Message"]) == (code, sentence)


def test_what_the_model_allows_passes(region: Region) -> None:
    """A valid request of each call is not refused for its form; what it names does not exist."""
    for service, operation in CALLS:
        shape = SESSION.get_service_model(service).operation_model(operation).input_shape
        if shape is None or service == "dynamodb":
            continue  # the emulator itself knows more of DynamoDB than its model says
        error = call(unchecked(region, service), operation, valid(shape))
        assert "failed to satisfy constraint" not in error.get("Message", ""), (service, operation, error)
