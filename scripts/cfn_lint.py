"""cfn-lint over templates: errors and warnings fail, information does not.

    python scripts/cfn_lint.py <template.json>...

What it says and we accept is in resources/accepted-findings.yml, each with its reason.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import yaml

# The usual one, one with two zones, and one of each other partition.
REGIONS = ("eu-west-1", "us-west-1", "cn-north-1", "us-gov-west-1")
ACCEPTED = Path(__file__).resolve().parent.parent / "resources" / "accepted-findings.yml"


def main(templates: list[str]) -> int:
    entries = yaml.safe_load(ACCEPTED.read_text())
    rules = [entry["rule"] for entry in entries if entry["tool"] == "cfn-lint"]
    program = Path(sys.executable).with_name("cfn-lint")
    how = ["--regions", *REGIONS, "--non-zero-exit-code", "warning"]
    return subprocess.run(
        [program, "--ignore-checks", *rules, *how, "--template", *templates], check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
