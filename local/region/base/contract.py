"""What the region relies on inside ministack, asserted before anything is changed.

Every hooked name is private to ministack, so the version is pinned and each module of the region states,
while it is imported, the names it hooks and the parameters they take:

    contract.expect("ministack.services.ec2", "_run_instances", "(p)")
    contract.expect_entry("ministack.services.ec2", "_ACTION_MAP", "RunInstances", "(p)")

A signature is written without annotations; None asks for existence only (tables, module variables).
"""

from __future__ import annotations

import importlib
import importlib.metadata
import inspect
import operator
from dataclasses import dataclass
from typing import Any

from region import PINNED_MINISTACK


class ContractBroken(Exception):
    """ministack is not what the region was written against; the message lists every difference."""


@dataclass(frozen=True)
class Expectation:
    module: str
    name: str
    key: str | None
    signature: str | None

    def __str__(self) -> str:
        return f"{self.module}.{self.name}" + (f"[{self.key!r}]" if self.key is not None else "")


_expectations: dict[tuple[str, str, str | None], Expectation] = {}


def expect(module: str, name: str, signature: str | None = None) -> None:
    """States that `module.name` exists and, when `signature` is given, takes these parameters.

    `name` may be a method, such as `Worker.invoke`.
    """
    _add(Expectation(module, name, None, signature))


def expect_entry(module: str, table: str, key: str, signature: str | None = None) -> None:
    """States that the table `module.table` has `key` (and that its value takes these parameters)."""
    expect(module, table)
    _add(Expectation(module, table, key, signature))


def _add(expectation: Expectation) -> None:
    place = (expectation.module, expectation.name, expectation.key)
    known = _expectations.get(place)
    if known is None or known.signature is None:
        _expectations[place] = expectation


def stated(module: str, name: str) -> bool:
    """Whether some module of the region stated that it relies on `module.name`."""
    return (module, name, None) in _expectations


def expectations() -> list[Expectation]:
    return sorted(_expectations.values(), key=str)


def signature_of(function: Any) -> str:
    """The parameters of `function` without annotations, such as `(p, count=1)`."""
    bare = [
        parameter.replace(annotation=inspect.Parameter.empty)
        for parameter in inspect.signature(function).parameters.values()
    ]
    return str(inspect.Signature(bare))


def verify() -> None:
    """Raises ContractBroken with one line per difference; returns when ministack is as expected."""
    version = importlib.metadata.version("ministack")
    differences = [text for text in map(_difference, expectations()) if text]
    if version != PINNED_MINISTACK:
        differences.insert(0, f"version {version} is installed")
    if differences:
        raise ContractBroken(
            f"ministack {PINNED_MINISTACK} is needed and something else was found "
            f"(install it with `pip install ministack=={PINNED_MINISTACK}`):\n  " + "\n  ".join(differences)
        )


def _difference(expectation: Expectation) -> str | None:
    try:
        found = operator.attrgetter(expectation.name)(importlib.import_module(expectation.module))
    except (ImportError, AttributeError):
        return f"{expectation} is missing"
    if expectation.key is not None:
        if expectation.key not in found:
            return f"{expectation} is missing"
        found = found[expectation.key]
    if expectation.signature is None:
        return None
    actual = signature_of(found)
    if actual == expectation.signature:
        return None
    return f"{expectation} takes {actual}, expected {expectation.signature}"
