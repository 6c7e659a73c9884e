"""Parameters that CloudFormation reads from Parameter Store, and types that it does not know.

What is wrong with them is refused at the call.

CloudFormation User Guide, "Specify existing resources at runtime with CloudFormation-supplied parameter
types": a key that does not exist is a validation error, and constraints hold for the key, not for its value.
The sentences are those of public threads (taskcat#680, aws-cdk#15135, aws-cdk#6786) and of published answers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from region.base import contract, patch
from region.base.emulator import engine, ssm

ENGINE = "ministack.services.cloudformation.engine"
_MODULES = tuple(f"ministack.services.cloudformation.{name}" for name in ("engine", "handlers", "changesets"))
for _module in _MODULES:
    contract.expect(_module, "_resolve_parameters", "(template, provided_params, previous_params=None)")
contract.expect(ENGINE, "_check_parameter_constraints", "(name, defn, ptype, value)")
contract.expect(
    "ministack.services.ssm", "resolve_parameter_value", "(name_or_arn, version=None, decrypt=False)"
)
contract.expect(
    "ministack.services.ssm",
    "_lookup_parameter",
    "(name_or_arn, *, allow_arn_region=False, flexible_name=False)",
)

_EC2 = (
    "AvailabilityZone::Name",
    "Image::Id",
    "Instance::Id",
    "KeyPair::KeyName",
    "SecurityGroup::GroupName",
    "SecurityGroup::Id",
    "Subnet::Id",
    "Volume::Id",
    "VPC::Id",
)
_OF_AWS = (*(f"AWS::EC2::{kind}" for kind in _EC2), "AWS::Route53::HostedZone::Id")
_LISTS = tuple(f"List<{kind}>" for kind in _OF_AWS)
_STORED = ("String", "List<String>", "CommaDelimitedList", *_OF_AWS, *_LISTS)
KINDS = frozenset(
    (
        *("String", "Number", "List<Number>", "CommaDelimitedList", *_OF_AWS, *_LISTS),
        "AWS::SSM::Parameter::Name",
        *(f"AWS::SSM::Parameter::Value<{kind}>" for kind in _STORED),
    )
)
_VALUE = re.compile(r"AWS::SSM::Parameter::Value<(.+)>")
_CONSTRAINTS = ("AllowedPattern", "MinLength", "MaxLength", "AllowedValues")

Definitions = dict[str, dict[str, Any]]


def _resolve(
    original: Callable[..., dict[str, Any]],
    template: dict[str, Any],
    provided: list[dict[str, Any]],
    previous: dict[str, Any] | None = None,
) -> dict[str, Any]:
    definitions: Definitions = template.get("Parameters") or {}
    for definition in definitions.values():
        kind = str(definition.get("Type", "String"))
        if kind not in KINDS:
            raise ValueError(f"Template format error: Unrecognized parameter type: {kind}")
    stored = {
        name: match[1]
        for name, definition in definitions.items()
        if (match := _VALUE.fullmatch(str(definition.get("Type", ""))))
    }
    keys = {name: _key(name, definitions[name], provided, previous or {}) for name in stored}
    _check({name: key for name, key in keys.items() if key}, definitions, stored)
    bare = {
        name: _without(definition) if name in stored else definition
        for name, definition in definitions.items()
    }
    return original({**template, "Parameters": bare} if stored else template, provided, previous)


def _key(
    name: str, definition: dict[str, Any], provided: list[dict[str, Any]], previous: dict[str, Any]
) -> str:
    """The name in Parameter Store, empty when none is given: the call is refused for that."""
    given = next((one for one in provided if one.get("Key") == name), None)
    if given is None:
        return str(definition.get("Default", ""))
    if given.get("UsePreviousValue"):
        return str((previous.get(name) or {}).get("SsmName") or definition.get("Default", ""))
    return str(given.get("Value", ""))


def _check(keys: dict[str, str], definitions: Definitions, stored: dict[str, str]) -> None:
    for name, key in keys.items():
        definition = definitions[name]
        allowed = definition.get("AllowedValues")
        if allowed and key not in map(str, allowed):
            raise ValueError(f"Parameter '{name}' must be one of AllowedValues")
        engine._check_parameter_constraints(name, definition, "String", key)
    found = {name: _record(key) for name, key in keys.items()}
    _refuse(
        "Unable to fetch parameters [{}] from parameter store for this account.",
        (keys[name] for name, record in found.items() if record is None),
    )
    kinds = {name: str(record.get("Type")) for name, record in found.items() if record}
    _refuse(
        "Parameters [{}] referenced by template have types not supported by CloudFormation.",
        (keys[name] for name, kind in kinds.items() if kind == "SecureString"),
    )
    _refuse(
        "Types for SSM parameters [{}] defined in CFN template and SSM are incompatible",
        (keys[name] for name, kind in kinds.items() if (kind == "StringList") != _is_list(stored[name])),
    )


def _record(key: str) -> dict[str, Any] | None:
    """The parameter of a name or of `name:version`; one of AWS's own is a String."""
    if ssm.resolve_parameter_value(key) is None:
        return None
    name, _version = _parts(key)
    return ssm._lookup_parameter(name, allow_arn_region=True, flexible_name=True)[1] or {"Type": "String"}


def _versioned(
    original: Callable[..., Any], key: str, version: str | None = None, decrypt: bool = False
) -> Any:
    name, inside = _parts(key)
    return original(name, version or inside, decrypt)


def _parts(key: str) -> tuple[str, str | None]:
    name, _colon, version = (key, "", "") if key.startswith("arn:") else key.partition(":")
    return name, version or None


def _refuse(sentence: str, keys: Iterable[str]) -> None:
    wrong = ",".join(keys)
    if wrong:
        raise ValueError(sentence.format(wrong))


def _is_list(kind: str) -> bool:
    return kind == "CommaDelimitedList" or kind.startswith("List<")


def _without(definition: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in definition.items() if key not in _CONSTRAINTS}


def install() -> None:
    patch.wrap("ministack.services.ssm", "resolve_parameter_value", _versioned)
    for module in _MODULES:
        patch.wrap(module, "_resolve_parameters", _resolve)
