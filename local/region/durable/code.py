"""The code of functions: a file that nothing refers to goes when the state that says so is on disk."""

from __future__ import annotations

from collections.abc import Callable

from region.base import contract, patch

LAMBDA = "ministack.services.lambda_svc"
contract.expect(LAMBDA, "_prune_orphan_code_blobs", "(referenced)")

_wanted: set[str] | None = None
_prune: Callable[[set[str]], None] | None = None


def _later(original: Callable[[set[str]], None], referenced: set[str]) -> None:
    global _wanted, _prune
    _wanted, _prune = referenced, original


def prune() -> None:
    """Removes what the look before the last write found unused."""
    global _wanted
    if _wanted is not None and _prune is not None:
        _prune(_wanted)
    _wanted = None


def install() -> None:
    patch.wrap(LAMBDA, "_prune_orphan_code_blobs", _later)
