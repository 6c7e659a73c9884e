"""The calls of AWS that this repository makes or that its roles allow, read out of its sources."""

from __future__ import annotations

import re
from pathlib import Path

import botocore.session

FOLDERS = ("adapters", "apps", "buildspecs", "cli", "functions", "local", "resources", "scripts", "workflows")
# Names of the SDK's packages and of Step Functions' integrations, as botocore calls the services.
_SERVICES = {
    "auto-scaling": "autoscaling",
    "cloudwatch-logs": "logs",
    "elastic-load-balancing-v2": "elbv2",
    "eventbridge": "events",
    "sfn": "stepfunctions",
    "elasticloadbalancingv2": "elbv2",
    "states": "stepfunctions",
    "lib-dynamodb": "dynamodb",
    "elasticloadbalancing": "elbv2",
}
_ROLES = ("autoscaling", "cloudformation", "codebuild", "dynamodb", "ebs", "ec2", "elasticloadbalancing")
_ROLES += ("events", "iam", "lambda", "logs", "s3", "sns", "sqs", "ssm", "states", "sts")
# The document client and the uploader of the SDK, in the API's own words.
_DOCUMENTS = {
    "Get": "GetItem",
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "TransactWrite": "TransactWriteItems",
    "TransactGet": "TransactGetItems",
    "BatchWrite": "BatchWriteItem",
    "BatchGet": "BatchGetItem",
}
_UPLOAD = (
    "PutObject",
    "CreateMultipartUpload",
    "UploadPart",
    "CompleteMultipartUpload",
    "AbortMultipartUpload",
)


def _service(name: str) -> str:
    return _SERVICES.get(name, name)


def used_calls(repository: Path) -> set[tuple[str, str]]:
    """`(service, operation)` as botocore names them."""
    found: set[tuple[str, str]] = set()
    for folder in FOLDERS:
        for file in (repository / folder).rglob("*"):
            if file.suffix in (".ts", ".mjs", ".js", ".yml", ".go") and "node_modules" not in file.parts:
                found |= calls_in(file.read_text())
    return found | _allowed(repository / "resources")


def _allowed(folder: Path) -> set[tuple[str, str]]:
    """What templates and roles name as an action, where a call has that name."""
    text = "".join(file.read_text() for file in folder.rglob("*.yml"))
    named = set(re.findall(rf"\b({'|'.join(_ROLES)}):([A-Z]\w+)\b", text))
    session = botocore.session.get_session()
    calls = {(_service(service), action) for service, action in named}
    models = {service: session.get_service_model(service) for service, _ in calls}
    return {(service, action) for service, action in calls if action in models[service].operation_names}


def calls_in(text: str) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for names, package in re.findall(r"import (?:type )?\{([^}]*)\} from '@aws-sdk/([\w-]+)'", text):
        service = package.removeprefix("client-")
        for name in re.findall(r"\b([A-Z]\w+)Command\b", names):
            if package == "lib-dynamodb":
                found.add(("dynamodb", _DOCUMENTS[name] if name in _DOCUMENTS else str(name)))
            else:
                found.add((_service(service), name))
        for name in re.findall(r"\bpaginate(\w+)", names):
            found.add((_service(service), name))
        if package == "lib-storage":
            found |= {("s3", name) for name in _UPLOAD}
    for service, action in re.findall(r"arn:\$\{Partition\}:states:::aws-sdk:(\w+):(\w+)", text):
        found.add((_service(service), action[0].upper() + action[1:]))
    for service, action in re.findall(r"arn:\$\{Partition\}:states:::(lambda|codebuild|states):(\w+)", text):
        found.add((_service(service), action[0].upper() + action[1:]))
    found |= {("ssm", name) for name in re.findall(r"\bAmazonSSM\.([A-Z]\w+)", text)}
    return found
