"""The least policy of the person who deploys a stage, drawn from its packaged template.

`serverless deploy` makes the control plane's stack with the rights of the person who runs it, so that person
needs what CloudFormation's handlers call for each type in the template. What else the person calls (the
framework, our plugin, `nanofleet`) is in resources/deployer-calls.yml. Writes docs/deployer-policy/*.json;
with --check it compares: `python scripts/deployer_policy.py [--check] <folder of the packaged template>`.
"""

from __future__ import annotations

import fnmatch
import json
import sys
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / "docs" / "deployer-policy"
CALLS = ROOT / "resources" / "deployer-calls.yml"
TEMPLATE = "cloudformation-template-update-stack.json"
VERBS = ("create", "read", "update", "delete")
# A managed policy has at most 6,144 characters besides white space ("IAM and AWS STS quotas").
MOST = 6144


def types(folder: Path) -> list[str]:
    template = json.loads((folder / TEMPLATE).read_text())
    return sorted({resource["Type"] for resource in template["Resources"].values()})


def handlers(names: list[str]) -> dict[str, set[str]]:
    """What the handlers of these types call, by type, from the registry schemas that cfn-lint ships."""
    folder = resources.files("cfnlint") / "data" / "schemas" / "resources"
    schemas = (json.loads(entry.read_text()) for entry in folder.iterdir() if entry.name.endswith(".json"))
    found: dict[str, set[str]] = {}
    for schema in schemas:
        if schema["typeName"] in names:
            calls = [schema.get("handlers", {}).get(verb, {}).get("permissions", []) for verb in VERBS]
            found[schema["typeName"]] = {action for listed in calls for action in listed}
    if missing := [name for name in names if name not in found]:
        raise SystemExit(f"cfn-lint has no schema of {', '.join(missing)}")
    return found


def matches(action: str, patterns: list[str]) -> str | None:
    return next((one for one in patterns if fnmatch.fnmatchcase(action.lower(), one.lower())), None)


def deployer(calls: dict[str, Any], names: list[str]) -> set[str]:
    """Actions that the stack needs; those that the file leaves out have their reason there."""
    used: set[str] = set()
    wanted: set[str] = set()
    left_out = [(entry.get("types"), pattern) for entry in calls["leftOut"] for pattern in entry["actions"]]
    for name, actions in handlers(names).items():
        for action in actions:
            patterns = [pattern for only, pattern in left_out if only is None or name in only]
            pattern = matches(action, patterns)
            if pattern is None:
                wanted.add(action)
            else:
                used.add(pattern)
    if idle := sorted({pattern for _only, pattern in left_out} - used):
        raise SystemExit(f"{CALLS.name}: no handler asks for {', '.join(idle)}; remove it")
    return wanted | {action for group in calls["beside"] for action in group["actions"]}


def statements(calls: dict[str, Any], actions: set[str]) -> dict[str, list[dict[str, Any]]]:
    """The policies by name: each action in the first place that names it."""
    rest = set(actions)
    found: dict[str, list[dict[str, Any]]] = {}
    for place in calls["places"]:
        own = sorted({action for action in rest if matches(action, place["actions"])}, key=str.lower)
        if not own:
            raise SystemExit(f"{CALLS.name}: nothing is left for the place {place['sid']}")
        rest -= set(own)
        statement = {"Sid": place["sid"], "Effect": "Allow", "Action": own, "Resource": place["resources"]}
        if "condition" in place:
            statement["Condition"] = place["condition"]
        found.setdefault(place["policy"], []).append(statement)
    if rest:
        raise SystemExit(f"{CALLS.name}: no place for {', '.join(sorted(rest))}")
    return found


def documents(folder: Path) -> dict[str, str]:
    calls = yaml.safe_load(CALLS.read_text())
    found: dict[str, str] = {}
    for name, listed in statements(calls, deployer(calls, types(folder))).items():
        document = {"Version": "2012-10-17", "Statement": listed}
        size = len(json.dumps(document, separators=(",", ":")))
        if size > MOST:
            raise SystemExit(f"{name}: {size} characters, {MOST} at most; split it in {CALLS.name}")
        found[f"{name}.json"] = json.dumps(document, indent=2) + "\n"
    return found


def main() -> int:
    check = "--check" in sys.argv
    (folder,) = [Path(argument) for argument in sys.argv[1:] if argument != "--check"]
    wanted = documents(folder)
    PAGES.mkdir(exist_ok=True)
    if not check:
        for name, text in wanted.items():
            (PAGES / name).write_text(text)
        return 0
    standing = {path.name: path.read_text() for path in PAGES.glob("*.json")}
    stale = sorted(name for name in {*wanted, *standing} if wanted.get(name) != standing.get(name))
    for name in stale:
        print(f"docs/deployer-policy/{name}: differs from the template; run scripts/deployer_policy.py")
    return 1 if stale else 0


if __name__ == "__main__":
    raise SystemExit(main())
