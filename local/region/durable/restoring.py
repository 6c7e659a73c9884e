"""At the start: what the journal holds becomes the state of the services, and what was wrong is said."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from region.base import contract, patch
from region.base.settings import current as settings
from region.durable import watched
from region.durable.journal import DamagedError, Journal

logger = logging.getLogger("region.durable")

contract.expect("ministack.app", "load_state", "(service)")
contract.expect("ministack.app", "_load_persisted_state", "()")

journal = Journal(settings.emulator)
found: list[str] = []
"""What the check at the start found, a sentence each: in the log, and for `local status`."""
_state: dict[bytes, bytes] | None = None
_payloads: dict[str, dict[str, Any]] | None = None


def say(sentence: str) -> None:
    found.append(sentence)
    logger.warning("%s", sentence)


def read() -> str | None:
    """Reads the journal; why the region cannot start with it, None when it can."""
    global _state
    try:
        _state, wrong = journal.read(settings.accept_loss)
    except DamagedError as error:
        older = "start with what comes before it by NANOFLEET_ACCEPT_LOSS=yes, or " if error.older else ""
        return f"{settings.emulator}: {error}; {older}remove the state with `nanofleet local reset`"
    for sentence in wrong:
        say(sentence)
    return None


def _load(original: Callable[[], None]) -> None:
    global _payloads, _state
    _payloads = None if _state is None else watched.payloads(_state)
    original()
    if _state is not None:
        watched.know(_state)
        # Of versions before the journal.
        for file in settings.emulator.glob("*.json"):
            if file.name != "addresses.json":
                file.unlink()
    _payloads = _state = None


def _load_one(original: Callable[[str], Any], service: str) -> Any:
    return original(service) if _payloads is None else _payloads.get(service)


def install() -> None:
    patch.wrap("ministack.app", "_load_persisted_state", _load)
    patch.wrap("ministack.app", "load_state", _load_one)
