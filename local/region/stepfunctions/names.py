"""Names as Step Functions shows them: members of an API's answer as the AWS SDK for Java 2 spells them."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from region.base import contract
from region.base.emulator import stepfunctions

contract.expect("ministack.services.stepfunctions", "_api_name_to_sfn_key", "(name)")

# CodeBuild answers with numbers, Step Functions shows milliseconds since the epoch.
_TIMES = {"startTime", "endTime"}


def output_names(value: Any) -> Any:
    """`value` with every member's name capitalised (`buildStatus` becomes `BuildStatus`)."""
    if isinstance(value, list):
        return [output_names(item) for item in value]
    if isinstance(value, dict):
        return {
            stepfunctions._api_name_to_sfn_key(key): int(item * 1000) if key in _TIMES else output_names(item)
            for key, item in value.items()
        }
    return value


def iso(moment: datetime) -> str:
    """A point in time as SDK integrations show it, such as `2026-01-31T12:00:00.000Z`."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
