"""What tools that nobody here wrote say of our templates: parliament of policies, checkov of resources.

    python scripts/second_opinions.py <template.json>...

What is accepted is in resources/accepted-findings.yml, each with its reason. Anything else fails, and so does
an entry that nothing needs any more.
"""

from __future__ import annotations

import fnmatch
import json
import logging
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import parliament  # pyright: ignore[reportMissingImports]
import yaml

ROOT = Path(__file__).resolve().parent.parent
ACCEPTED = ROOT / "resources" / "accepted-findings.yml"

ACCOUNT, REGION = "123456789012", "eu-west-1"
PSEUDO = {"AWS::Partition": "aws", "AWS::Region": REGION, "AWS::AccountId": ACCOUNT}
PLACE = f"{REGION}:{ACCOUNT}"
# What `Ref` and `Fn::GetAtt` of a resource are in the place of its name.
ARNS = {
    "AWS::CodeBuild::Project": f"arn:aws:codebuild:{PLACE}:project/{{}}",
    "AWS::DynamoDB::Table": f"arn:aws:dynamodb:{PLACE}:table/{{}}",
    "AWS::ECR::Repository": f"arn:aws:ecr:{PLACE}:repository/{{}}",
    "AWS::IAM::ManagedPolicy": f"arn:aws:iam::{ACCOUNT}:policy/{{}}",
    "AWS::IAM::Role": f"arn:aws:iam::{ACCOUNT}:role/{{}}",
    "AWS::Lambda::Function": f"arn:aws:lambda:{PLACE}:function:{{}}",
    "AWS::Logs::LogGroup": f"arn:aws:logs:{PLACE}:log-group:{{}}:*",
    "AWS::S3::Bucket": "arn:aws:s3:::{}",
    "AWS::SNS::Topic": f"arn:aws:sns:{PLACE}:{{}}",
    "AWS::SQS::Queue": f"arn:aws:sqs:{PLACE}:{{}}",
    "AWS::StepFunctions::StateMachine": f"arn:aws:states:{PLACE}:stateMachine:{{}}",
}

# (tool, rule, where, what it says)
Finding = tuple[str, str, str, str]


class Policies:
    """The policies of a template, with values in the place of CloudFormation's functions."""

    def __init__(self, template: dict[str, Any]) -> None:
        self._resources = template["Resources"]

    def all(self) -> Iterator[tuple[str, str]]:
        for name, resource in self._resources.items():
            properties = resource.get("Properties") or {}
            documents = [one["PolicyDocument"] for one in properties.get("Policies") or []]
            if resource["Type"] in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
                documents.append(properties["PolicyDocument"])
            if resource["Type"].startswith("AWS::IAM::"):
                yield from ((name, json.dumps(self._value(document))) for document in documents)

    def _value(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._value(item) for item in value]
        if not isinstance(value, dict):
            return value
        key, inner = next(iter(value.items()), ("", None))
        called = {
            "Ref": self._named,
            "Fn::GetAtt": self._attribute,
            "Fn::Sub": self._text,
            "Fn::Join": self._joined,
        }
        if key in called:
            return called[key](inner)
        return {name: self._value(part) for name, part in value.items()}

    def _attribute(self, named: Any) -> str:
        return self._named(".".join(named) if isinstance(named, list) else str(named))

    def _text(self, given: Any) -> str:
        text = str(given[0] if isinstance(given, list) else given)
        return re.sub(r"\$\{([^}]+)\}", lambda match: self._named(match[1]), text)

    def _joined(self, given: Any) -> str:
        return str(given[0]).join(str(self._value(part)) for part in given[1])

    def _named(self, name: str) -> str:
        if name in PSEUDO:
            return PSEUDO[name]
        logical, _, attribute = name.partition(".")
        kind = self._resources.get(logical, {}).get("Type", "")
        if kind in ARNS and not (kind == "AWS::S3::Bucket" and not attribute):
            return ARNS[kind].format(logical.lower())
        # A parameter of an app's template carries the ARN of a table or a bucket.
        if name.startswith("GetAtt"):
            kind = "AWS::S3::Bucket" if name.startswith("GetAttPictures") else "AWS::DynamoDB::Table"
            return ARNS[kind].format(name.lower())
        return logical.lower()


def of_policies(path: Path) -> Iterator[Finding]:
    for name, policy in Policies(json.loads(path.read_text())).all():
        for raw in parliament.analyze_policy_string(policy).findings:
            finding = parliament.enhance_finding(raw)
            yield "parliament", str(finding.issue), f"{path.stem}/{name}", str(finding.detail)


def of_resources(paths: list[Path]) -> Iterator[Finding]:
    logging.disable(logging.CRITICAL)
    # Late, as they take seconds to import.
    from checkov.cloudformation.runner import Runner  # noqa: PLC0415 # pyright: ignore[reportMissingImports]
    from checkov.runner_filter import RunnerFilter  # noqa: PLC0415 # pyright: ignore[reportMissingImports]

    files = [str(path) for path in paths]
    report = Runner().run(
        root_folder="", files=files, runner_filter=RunnerFilter(framework=["cloudformation"])
    )
    for check in report.failed_checks:
        name = check.resource.rsplit(".", 1)[-1]
        yield "checkov", check.check_id, f"{Path(check.file_path).stem}/{name}", check.check_name
    for path in report.parsing_errors:
        yield "checkov", "PARSING", Path(path).stem, "cannot be read"


def main() -> int:
    accepted = yaml.safe_load(ACCEPTED.read_text())
    paths = [Path(argument) for argument in sys.argv[1:]]
    findings = [finding for path in paths for finding in of_policies(path)] + list(of_resources(paths))
    used: set[tuple[int, str]] = set()
    opened = 0
    for tool, rule, where, what in findings:
        hit = next(
            (
                (i, on)
                for i, entry in enumerate(accepted)
                for on in entry.get("at", ["*"])
                if (entry["tool"], entry["rule"]) == (tool, rule) and fnmatch.fnmatchcase(where, on)
            ),
            None,
        )
        if hit:
            used.add(hit)
            continue
        opened += 1
        print(f"{where}: {tool} {rule}: {what}")
    for index, entry in enumerate(accepted):
        for on in entry.get("at", ["*"]):
            if entry["tool"] in ("parliament", "checkov") and (index, on) not in used:
                opened += 1
                print(
                    f"{ACCEPTED.name}: {entry['tool']} {entry['rule']} on {on}: nothing needs it; remove it"
                )
    return 1 if opened else 0


if __name__ == "__main__":
    raise SystemExit(main())
