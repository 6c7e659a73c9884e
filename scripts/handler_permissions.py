"""What CloudFormation's handlers of our resource types need, from the registry schemas that cfn-lint ships.

Writes local/region/cloudformation/handlers.json and docs/handler-permissions.md; with --check it compares.
"""

from __future__ import annotations

import fnmatch
import json
import sys
from importlib import metadata, resources
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "local" / "region" / "cloudformation" / "handlers.json"
PAGE = ROOT / "docs" / "handler-permissions.md"
EXCEPTIONS = ROOT / "resources" / "handler-exceptions.yml"

# What the stacks of services are made of, and what the file of an app's own resources may hold.
TYPES = [
    "AWS::ACMPCA::Certificate",
    "AWS::ACMPCA::CertificateAuthority",
    "AWS::ACMPCA::CertificateAuthorityActivation",
    "AWS::AutoScaling::AutoScalingGroup",
    "AWS::DynamoDB::Table",
    "AWS::EC2::EIP",
    "AWS::EC2::LaunchTemplate",
    "AWS::EC2::NatGateway",
    "AWS::EC2::Route",
    "AWS::EC2::SecurityGroup",
    "AWS::EC2::SecurityGroupEgress",
    "AWS::EC2::SecurityGroupIngress",
    "AWS::EC2::VPCEndpoint",
    "AWS::ElasticLoadBalancingV2::Listener",
    "AWS::ElasticLoadBalancingV2::ListenerRule",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::ElasticLoadBalancingV2::TargetGroup",
    "AWS::IAM::InstanceProfile",
    "AWS::IAM::Role",
    "AWS::MSK::Cluster",
    "AWS::MSK::Configuration",
    "AWS::S3::Bucket",
    "AWS::S3::BucketPolicy",
    "AWS::Scheduler::Schedule",
    "AWS::SNS::Subscription",
    "AWS::SNS::Topic",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::Queue",
    "AWS::SQS::QueuePolicy",
    "AWS::WAFv2::WebACLAssociation",
]
VERBS = ("create", "read", "update", "delete")

HEAD = """# What CloudFormation's handlers ask for

CloudFormation makes a resource through its handler, which calls AWS as the stack's role. The registry schema
of each type ("Resource type schema" in the CloudFormation CLI User Guide) lists the permissions of its
handlers. `scripts/handler_permissions.py` makes this table from the schemas of {date}, as cfn-lint {version}
ships them. It has every type that our templates make or that an app's own resources may have. The local
region asks the role for the same permissions before it changes a resource. `npm run check` compares the table
with the schemas.

"""


def schemas() -> dict[str, dict[str, Any]]:
    folder = resources.files("cfnlint") / "data" / "schemas" / "resources"
    found = (json.loads(entry.read_text()) for entry in folder.iterdir() if entry.name.endswith(".json"))
    return {schema["typeName"]: schema for schema in found if schema["typeName"] in TYPES}


Used = set[tuple[int, str]]


def reason(exceptions: list[dict[str, Any]], used: Used, name: str, action: str) -> str | None:
    for index, entry in enumerate(exceptions):
        if name not in entry.get("types", [name]):
            continue
        for pattern in entry["actions"]:
            if fnmatch.fnmatchcase(action, pattern) or action == pattern:
                used.add((index, pattern))
                return str(entry["reason"])
    return None


def read_data() -> dict[str, Any]:
    exceptions = yaml.safe_load(EXCEPTIONS.read_text())
    used: Used = set()
    types = {}
    for name, schema in sorted(schemas().items()):
        handlers = schema["handlers"]
        verbs = {verb: handlers[verb]["permissions"] for verb in VERBS if verb in handlers}
        types[name] = {
            "taggable": bool(schema.get("tagging", {}).get("taggable")),
            "handlers": {
                verb: {action: reason(exceptions, used, name, action) for action in sorted(set(actions))}
                for verb, actions in verbs.items()
            },
        }
    idle = [
        pattern
        for index, entry in enumerate(exceptions)
        for pattern in entry["actions"]
        if (index, pattern) not in used
    ]
    if idle:
        raise SystemExit(f"{EXCEPTIONS.name}: no handler asks for {', '.join(idle)}; remove it")
    if missing := [name for name in TYPES if name not in types]:
        raise SystemExit(f"cfn-lint has no schema of {', '.join(missing)}")
    folder = resources.files("cfnlint") / "data" / "schemas" / "version.json"
    date = json.loads(folder.read_text())["schema_date"][:10]
    return {"schemas": date, "cfnLint": metadata.version("cfn-lint"), "types": types}


def page(data: dict[str, Any]) -> str:
    text = HEAD.format(date=data["schemas"], version=data["cfnLint"])
    text += "| type | handler | the role has |\n| --- | --- | --- |\n"
    refused: dict[str, dict[str, set[str]]] = {}
    for name, entry in data["types"].items():
        for verb, actions in entry["handlers"].items():
            given = [action for action, why in actions.items() if why is None]
            text += f"| {name} | {verb} | {', '.join(f'`{action}`' for action in given) or 'nothing'} |\n"
            for action, why in actions.items():
                if why is not None:
                    refused.setdefault(why, {}).setdefault(action, set()).add(name)
    text += "\n## What they list and the role does not have\n\n"
    text += "| reason | types | permissions |\n| --- | --- | --- |\n"
    for why, actions in sorted(refused.items()):
        names = sorted({name for types in actions.values() for name in types})
        text += f"| {why} | {', '.join(names)} | {', '.join(f'`{action}`' for action in sorted(actions))} |\n"
    return text


def main() -> int:
    data = read_data()
    wanted = {DATA: json.dumps(data, indent=1) + "\n", PAGE: page(data)}
    if "--check" not in sys.argv:
        for path, text in wanted.items():
            path.write_text(text)
        return 0
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text() != text]
    for path in stale:
        print(f"{path.relative_to(ROOT)}: differs from the schemas; run scripts/handler_permissions.py")
    return 1 if stale else 0


if __name__ == "__main__":
    raise SystemExit(main())
