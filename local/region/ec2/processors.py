"""CPU options of instances: Amazon EC2 User Guide, "CPU options for Amazon EC2 instances".

The values themselves are not checked: AWS publishes no sentence for those that a type does not have.
"""

from __future__ import annotations

import re

from region.ec2 import capacity
from region.instances.query import Parameters, Refused, first, number

# Families that "Supported CPU options for Amazon EC2 instance types" does not have.
_NONE = re.compile(r"t[12]\.|[cm]1\.|m[23]\.|a1\.|.*\.metal|hpc6a\.")


def check(parameters: Parameters) -> None:
    """Refused when only one of the two is given, or the type takes none."""
    given = [first(parameters, f"CpuOptions.{name}") for name in ("CoreCount", "ThreadsPerCore")]
    if not any(given):
        return
    kind = first(parameters, "InstanceType") or "m1.small"
    if not all(given):
        raise Refused(
            "MissingParameter",
            "When specifying CpuOptions you must specify both CoreCount and ThreadsPerCore.",
        )
    if _NONE.match(kind):
        raise Refused(
            "UnsupportedOperation", f"The {kind} instance type does not support specifying CpuOptions."
        )


def options(parameters: Parameters, kind: str) -> dict[str, int]:
    """What an instance has: the options, or those of its type."""
    vcpus = capacity.processors_of(kind)
    threads = 1 if vcpus == 1 or kind.startswith("t2.") or capacity.architecture_of(kind) == "arm64" else 2
    return {
        "CoreCount": number(parameters, "CpuOptions.CoreCount", vcpus // threads),
        "ThreadsPerCore": number(parameters, "CpuOptions.ThreadsPerCore", threads),
    }
