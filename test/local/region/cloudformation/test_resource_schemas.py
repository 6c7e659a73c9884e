"""`npm run check` refuses what breaks a constraint of CloudFormation's schema of a type that we use."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cfnlint.api import lint
from cfnlint.config import ManualArgs
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER
from regions import REPOSITORY
from resource_schemas import broken, sample, with_value

from region.cloudformation import properties

REGION = "eu-west-1"
OWN = REPOSITORY / "resources"
NODE = REPOSITORY / "node_modules" / ".bin" / "node"


def types_of_sources() -> set[str]:
    """Those of the control plane; the generated templates add theirs."""
    texts = [
        file.read_text() for file in [*OWN.rglob("*.yml"), *(REPOSITORY / "images").rglob("resources.yml")]
    ]
    return set(re.findall(r"^\s*Type: ['\"]?(AWS::\w+::\w+)['\"]?\s*$", "\n".join(texts), re.M))


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Properties of one resource of each generated type."""
    folder = tmp_path_factory.mktemp("templates")
    subprocess.run([NODE, "scripts/templates.ts", folder], cwd=REPOSITORY, check=True, capture_output=True)
    found: dict[str, dict[str, Any]] = {}
    for file in Path(folder).glob("*.json"):
        for resource in json.loads(file.read_text())["Resources"].values():
            found.setdefault(resource["Type"], resource.get("Properties", {}))
    return found


TYPES = sorted(types_of_sources() | {"AWS::EC2::LaunchTemplate", "AWS::AutoScaling::AutoScalingGroup"})


def test_the_types_are_found() -> None:
    assert len(TYPES) >= 25


def test_the_region_takes_the_properties_of_each_generated_type(samples: dict[str, dict[str, Any]]) -> None:
    found = {kind: properties.problems(kind, values) for kind, values in samples.items()}
    assert {kind: problems for kind, problems in found.items() if problems} == {}


@pytest.mark.parametrize("kind", TYPES)
def test_each_constraint_of_a_type_is_checked(kind: str, samples: dict[str, dict[str, Any]]) -> None:
    schema: dict[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, kind).schema
    base = samples.get(kind) or sample({**schema, "type": "object"}, schema)
    cases = list(broken(schema))
    template = {
        "Resources": {
            f"R{index}": {"Type": kind, "Properties": with_value(base, schema, path, value)}
            for index, (path, _, value) in enumerate(cases)
        }
    }
    template["Resources"]["Whole"] = {"Type": kind, "Properties": base}
    config = ManualArgs(regions=[REGION], include_checks=["I", "W"])
    found: Any = lint(json.dumps(template), config=config)
    errors = {
        (str(match.path[1]), match.message, tuple(match.path[2:]))
        for match in found
        if match.rule.id.startswith("E3") and len(match.path) > 1
    }
    # A resource alone names others that are not there: what that makes of a whole one does not count.
    own = {(message, path) for name, message, path in errors if name == "Whole"}
    refused = {name for name, message, path in errors if (message, path) not in own}
    missed = [
        (".".join(map(str, path)), constraint, value)
        for index, (path, constraint, value) in enumerate(cases)
        if f"R{index}" not in refused
    ]
    assert missed == []
