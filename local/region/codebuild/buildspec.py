"""Reads a CodeBuild buildspec: version 0.2, the parts a build without a container can honour.

The rules come from the AWS page "Build specification reference for CodeBuild".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml

PHASES = ("install", "pre_build", "build", "post_build")
_TOP_LEVEL = {"version", "run-as", "env", "phases", "artifacts", "cache"}
_ENV_KEYS = {
    "shell",
    "variables",
    "parameter-store",
    "secrets-manager",
    "exported-variables",
    "git-credential-helper",
}
_PHASE_KEYS = {"commands", "finally", "on-failure", "runtime-versions", "run-as"}


class InvalidBuildspec(Exception):
    """The buildspec cannot be read; the message says where and why."""


@dataclass(frozen=True)
class Phase:
    """One phase: its commands, and what follows whatever happened to them."""

    name: str
    commands: list[str] = field(default_factory=list)
    cleanup: list[str] = field(default_factory=list)
    continue_on_failure: bool = False
    abort_on_failure: bool = False


@dataclass(frozen=True)
class Buildspec:
    shell: str
    variables: dict[str, str]
    parameters: dict[str, str]
    exported: list[str]
    phases: dict[str, Phase]


def parse(text: str) -> Buildspec:
    """Returns the buildspec written in ``text`` (YAML or JSON), or raises InvalidBuildspec."""
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise InvalidBuildspec(f"YAML_FILE_ERROR: the buildspec is not valid YAML: {error}") from error
    root = _mapping(document, "the buildspec")
    if str(root.get("version")) != "0.2":
        raise InvalidBuildspec(f"YAML_FILE_ERROR: version is {root.get('version')!r}; write version: 0.2")
    _known(root, _TOP_LEVEL, "the buildspec")
    env = _mapping(root.get("env"), "env")
    _known(env, _ENV_KEYS, "env")
    if env.get("secrets-manager"):
        raise InvalidBuildspec(
            "env.secrets-manager: the local region has no Secrets Manager; use parameter-store"
        )
    shell = env.get("shell", "sh")
    if shell not in ("sh", "bash", "/bin/sh", "/bin/bash"):
        raise InvalidBuildspec(f"env.shell: {shell!r} is unknown; write sh or bash")
    phases = _mapping(root.get("phases"), "phases")
    _known(phases, set(PHASES), "phases")
    if not phases:
        raise InvalidBuildspec("YAML_FILE_ERROR: phases is empty; a build needs at least one phase")
    return Buildspec(
        shell=shell.rsplit("/", 1)[-1],
        variables=_strings(env.get("variables"), "env.variables"),
        parameters=_strings(env.get("parameter-store"), "env.parameter-store"),
        exported=_lines(env.get("exported-variables"), "env.exported-variables"),
        phases={name: _phase(name, phases[name]) for name in PHASES if name in phases},
    )


def _phase(name: str, value: Any) -> Phase:
    where = f"phases.{name}"
    body = _mapping(value, where)
    _known(body, _PHASE_KEYS, where)
    on_failure = body.get("on-failure", "")
    if on_failure not in ("", "ABORT", "CONTINUE"):
        raise InvalidBuildspec(f"{where}.on-failure: {on_failure!r} is unknown; write ABORT or CONTINUE")
    return Phase(
        name=name,
        commands=_lines(body.get("commands"), f"{where}.commands"),
        cleanup=_lines(body.get("finally"), f"{where}.finally"),
        continue_on_failure=on_failure == "CONTINUE",
        abort_on_failure=on_failure == "ABORT",
    )


def _mapping(value: Any, where: str) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise InvalidBuildspec(f"YAML_FILE_ERROR: {where} must be a mapping, not {type(value).__name__}")
    return value


def _known(value: dict[str, Any], keys: set[str], where: str) -> None:
    unknown = sorted(str(key) for key in value if key not in keys)
    if unknown:
        raise InvalidBuildspec(f"YAML_FILE_ERROR: {where} has the unknown key {unknown[0]!r}")


def _strings(value: Any, where: str) -> dict[str, str]:
    mapping = _mapping(value, where)
    nested = [name for name, item in mapping.items() if isinstance(item, (dict, list))]
    if nested:
        raise InvalidBuildspec(f"YAML_FILE_ERROR: {where}.{nested[0]} must be a string")
    return {str(name): _scalar(item) for name, item in mapping.items()}


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _lines(value: Any, where: str) -> list[str]:
    if value is None:
        return []
    items = value if isinstance(value, list) else [value]
    wrong = [item for item in items if not isinstance(item, (str, int, float))]
    if wrong:
        raise InvalidBuildspec(
            f"YAML_FILE_ERROR: {where} has an entry that is not a string; quote it when it contains ': '"
        )
    return [str(item) for item in items]
