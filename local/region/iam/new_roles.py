"""Services that refuse a role which they do not know yet, each with its own sentence.

Lambda: aws-lambda-dotnet#2450. Step Functions: lumigo-CLI#83. CodeBuild: "Troubleshooting AWS CodeBuild".
EC2: karpenter-provider-aws#7849.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from region.base import contract, patch
from region.base.emulator import Response, ec2, responses
from region.iam import propagation

_SERVICES = "ministack.services."
contract.expect(f"{_SERVICES}lambda_svc", "_create_function", "(data)")
contract.expect(f"{_SERVICES}stepfunctions", "_create_state_machine", "(data)")
contract.expect(f"{_SERVICES}codebuild", "_create_project", "(data)")
contract.expect(
    f"{_SERVICES}ec2", "_resolve_iam_instance_profile", "(iam_arn='', iam_name='', allow_missing=False)"
)
contract.expect(f"{_SERVICES}ec2", "_error", "(code, message, status)")

# Module and function, the member that holds the role, code and sentence.
_TAKERS = (
    (
        "lambda_svc",
        "_create_function",
        "Role",
        "InvalidParameterValueException",
        "The role defined for the function cannot be assumed by Lambda.",
    ),
    (
        "stepfunctions",
        "_create_state_machine",
        "roleArn",
        "AccessDeniedException",
        "Neither the global service principal states.amazonaws.com, nor the regional one is authorized to "
        "assume the provided role.",
    ),
    (
        "codebuild",
        "_create_project",
        "serviceRole",
        "InvalidInputException",
        "CodeBuild is not authorized to perform: sts:AssumeRole on {role}",
    ),
)


def _taker(member: str, code: str, sentence: str) -> Callable[..., Response]:
    def take(original: Callable[[dict[str, Any]], Response], data: dict[str, Any]) -> Response:
        role = str(data.get(member) or "")
        if role.startswith("arn:") and propagation.seconds_left(role) > 0:
            return responses.error_response_json(code, sentence.format(role=role), 400)
        return original(data)

    return take


def _profile(
    original: Callable[..., Any], iam_arn: str = "", iam_name: str = "", allow_missing: bool = False
) -> Any:
    if not (iam_arn or iam_name) or not propagation.unknown_profile(iam_name, iam_arn):
        return original(iam_arn=iam_arn, iam_name=iam_name, allow_missing=allow_missing)
    what, word = ("name", "name") if iam_name else ("arn", "ARN")
    message = (
        f"Value ({iam_name or iam_arn}) for parameter iamInstanceProfile.{what} is invalid. "
        f"Invalid IAM Instance Profile {word}"
    )
    return None, ec2._error("InvalidParameterValue", message, 400)


def install() -> None:
    patch.wrap(f"{_SERVICES}ec2", "_resolve_iam_instance_profile", _profile)
    for module, name, member, code, sentence in _TAKERS:
        patch.wrap(f"{_SERVICES}{module}", name, _taker(member, code, sentence))
