"""The import rules of pyproject.toml: each names the one import that breaks it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from regions import REPOSITORY

SETTINGS = REPOSITORY / "pyproject.toml"
BROKEN = {
    "A room imports only rooms on the floors below its own.": (
        "messages/queues.py",
        "import region.metadata.tree",
    ),
    "No module imports itself in a circle, be it over other rooms.": (
        "autoscaling/groups.py",
        "import region.autoscaling.activities",
    ),
    "Rooms that each stand beside one service of the emulator know nothing of each other.": (
        "elb/targets.py",
        "import region.messages.queues",
    ),
    "Only base.emulator opens ministack, and it does so late.": ("base/loops.py", "import ministack.app"),
    "The guard imports nothing of the region, so that it outlives whatever is wrong there.": (
        "guard.py",
        "import region.base.settings",
    ),
}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the region to spoil."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(REPOSITORY / "local" / "region", tmp_path / "region", ignore=ignored)
    return tmp_path / "region"


def verdicts(package: Path) -> dict[str, str]:
    """KEPT or BROKEN by the name of the contract."""
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), str(SETTINGS), "--no-cache"],
        cwd=package.parent,
        env={
            **os.environ,
            "PYTHONPATH": str(package.parent),
            "COLUMNS": "200",
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    found = dict(re.findall(r"^(.+\.) (KEPT|BROKEN)$", done.stdout, re.MULTILINE))
    assert found, done.stdout + done.stderr
    return found


def test_the_region_keeps_every_rule_and_each_has_a_case_here(package: Path) -> None:
    assert verdicts(package) == dict.fromkeys(BROKEN, "KEPT")


@pytest.mark.parametrize("rule", list(BROKEN))
def test_one_forbidden_import_breaks_its_rule_and_no_other(package: Path, rule: str) -> None:
    name, forbidden = BROKEN[rule]
    file = package / name
    # Inside a function, where it hides best.
    file.write_text(f"{file.read_text()}\n\ndef _late() -> None:\n    {forbidden}\n")
    assert [kept for kept, verdict in verdicts(package).items() if verdict == "BROKEN"] == [rule]


def test_a_new_room_has_to_get_a_floor(package: Path) -> None:
    (package / "attic").mkdir()
    (package / "attic" / "__init__.py").write_text("")
    assert verdicts(package)["A room imports only rooms on the floors below its own."] == "BROKEN"
