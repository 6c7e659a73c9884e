"""Functions for tests: made, called, their workers looked for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from world import World

ROLE = {
    "Type": "AWS::IAM::Role",
    "Properties": {
        "AssumeRolePolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "lambda.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                }
            ],
        },
        "ManagedPolicyArns": ["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"],
    },
}


_made = iter(range(1000))


def function(world: World, code: str, **more: Any) -> str:
    """A function made by a stack of its own; returns its name."""
    name = f"function-{next(_made)}"
    world.stack(name, template(name, code, **more))
    return name


def template(name: str, code: str, **more: Any) -> dict[str, Any]:
    given = {
        "FunctionName": name,
        "Runtime": "nodejs22.x",
        "Handler": "index.handler",
        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        "Code": {"ZipFile": code},
        "Timeout": 10,
        **more,
    }
    return {"Resources": {"Role": ROLE, "Function": {"Type": "AWS::Lambda::Function", "Properties": given}}}


def invoke(world: World, name: str, payload: Any = None) -> Any:
    answer = world.client("lambda").invoke(FunctionName=name, Payload=json.dumps(payload))
    assert "FunctionError" not in answer, answer["Payload"].read()
    return json.loads(answer["Payload"].read())


def workers(name: str) -> list[int]:
    """Process ids of the function's workers, found by what they were started with."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if f"ministack-lambda-{name}-" in (entry / "cmdline").read_text():
                found.append(int(entry.name))
        except OSError:
            continue
    return found
