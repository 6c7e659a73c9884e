"""Roles for tests of IAM: a role with a policy, and clients that act as it."""

from __future__ import annotations

import contextlib
import json
from typing import Any

from regions import Region

ACCOUNT = "000000000000"
REGION = "eu-west-1"


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def allow(
    actions: str | list[str], resources: str | list[str] = "*", **condition: dict[str, Any]
) -> dict[str, Any]:
    statement: dict[str, Any] = {"Effect": "Allow", "Action": actions, "Resource": resources}
    return statement | ({"Condition": condition} if condition else {})


def make_role(region: Region, name: str, service: str, *statements: dict[str, Any]) -> str:
    """Makes the role or gives it another policy; returns its ARN."""
    iam = region.client("iam")
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": f"{service}.amazonaws.com", "AWS": "*"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    # Another test may have made it.
    with contextlib.suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    policy = {"Version": "2012-10-17", "Statement": list(statements)}
    iam.put_role_policy(RoleName=name, PolicyName="test", PolicyDocument=json.dumps(policy))
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


class Actor:
    """Somebody who acts as one role: `actor("ec2")` is a client with its credentials."""

    def __init__(self, region: Region, name: str, *statements: dict[str, Any]) -> None:
        self._region = region
        self._name = name
        role = make_role(region, name, "lambda", *statements)
        credentials = region.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
        self._keys = (credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"])

    def may(self, *statements: dict[str, Any]) -> None:
        """Replaces what the role may do."""
        make_role(self._region, self._name, "lambda", *statements)

    def __call__(self, service: str) -> Any:
        return self._region.client(service, *self._keys)
