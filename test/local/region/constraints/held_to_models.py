"""Calls held against the models of their APIs, as the region does it: one sentence for each violation.

python held_to_models.py < calls.json    # [{service, operation, request}], with PYTHONPATH=local
"""

from __future__ import annotations

import json
import sys
from typing import Any

import botocore.session

from region.constraints.shapes import Found, check_of


def main() -> int:
    session = botocore.session.get_session()
    count = 0
    for call in json.load(sys.stdin):
        shape: Any = session.get_service_model(call["service"]).operation_model(call["operation"]).input_shape
        unknown = set(call["request"]) - set(shape.members)
        found: Found = []
        check = check_of(shape)
        if check is not None:
            check(call["request"], "", found)
        for problem in [*map(str, found), *(f"{name} is no parameter" for name in sorted(unknown))]:
            count += 1
            print(f"{call['service']} {call['operation']}: {problem}")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
