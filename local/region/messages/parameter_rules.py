"""What Parameter Store refuses beyond the model of its API: names, sizes by tier, references in values.

Systems Manager User Guide, "About requirements and constraints for parameter names" and "Managing parameter
tiers"; API Reference, "PutParameter".
"""

from __future__ import annotations

import re
from typing import Any

from region.base.emulator import get_account_id, get_region
from region.base.partition import ARN

STANDARD, ADVANCED = 4096, 8192
"""Characters of a value."""
DEEPEST = 15
LONGEST_ARN = 1011

_NAME = re.compile(r"[A-Za-z0-9_.\-/]+")
_TIERS = (
    "https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html"
)


def refusal(data: dict[str, Any], known: bool) -> tuple[str, str] | None:
    """Code and sentence, None when AWS would write the parameter; `known` when it exists already."""
    return _bad_name(str(data.get("Name", "")), known) or _bad_value(data)


def _bad_name(name: str, known: bool) -> tuple[str, str] | None:
    if known:
        return None
    arn = f"{ARN}:ssm:{get_region()}:{get_account_id()}:parameter/{name.lstrip('/')}"
    if name.count("/") > DEEPEST:
        return "HierarchyLevelLimitExceededException", (
            f"A hierarchy can have a maximum of {DEEPEST} levels. For more information, see Requirements and "
            "constraints for parameter names in the AWS Systems Manager User Guide."
        )
    if len(arn) > LONGEST_ARN:
        return "ValidationException", f"Parameter name must not be longer than {LONGEST_ARN} with its ARN."
    return _bad_letters(name)


def _bad_letters(name: str) -> tuple[str, str] | None:
    first = name.lstrip("/").split("/", 1)[0].lower()
    if first.startswith("aws"):
        return "AccessDeniedException", f"No access to reserved parameter name: {name}."
    if first.startswith("ssm") or not _NAME.fullmatch(name):
        return "ValidationException", (
            'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path, it can '
            "consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, "
            "numbers and the following 3 symbols .-_"
        )
    if "/" in name and not name.startswith("/"):
        return "ValidationException", "Parameter name must be a fully qualified name."
    return None


def _bad_value(data: dict[str, Any]) -> tuple[str, str] | None:
    value = str(data.get("Value", ""))
    if "{{" in value and "}}" in value:
        return "ValidationException", (
            'Parameter value can\'t nest another parameter. Do not use "{{}}" in the value.'
        )
    tier = data.get("Tier") or "Standard"
    if tier == "Standard" and len(value) > STANDARD:
        return "ValidationException", (
            f"Standard tier parameters support a maximum parameter value of {STANDARD} characters. "
            "To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier. "
            f"For more information, see {_TIERS}"
        )
    if len(value) > ADVANCED:
        return "ValidationException", (
            "1 validation error detected: Value at 'value' failed to satisfy constraint: "
            f"Member must have length less than or equal to {ADVANCED}"
        )
    return None
