"""Saves the emulator's state while it runs; the emulator itself saves on a clean end only."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import threading
from collections.abc import Callable
from typing import Any

from region.base import contract, loops, patch
from region.base.emulator import app, persistence
from region.base.root_key import PRIVATE
from region.base.settings import current as settings

logger = logging.getLogger("region.state")

PERSISTENCE = "ministack.core.persistence"
contract.expect("ministack.app", "_build_persistence_save_dict", "()")
contract.expect(PERSISTENCE, "_json_default", "(obj)")
contract.expect(PERSISTENCE, "_state_format_version", "(service)")
contract.expect(PERSISTENCE, "load_state", "(service)")
contract.expect(PERSISTENCE, "save_state", "(service, data)")

# A store that changes while it is copied is copied again.
ATTEMPTS = 5

_written: dict[str, bytes] = {}
_saving = threading.Lock()


def save() -> list[str]:
    """Writes the state of every service that changed since the last call, each file whole; their names."""
    saved: list[str] = []
    with _saving:
        for name, get_state in app._build_persistence_save_dict().items():
            try:
                if _save_one(name, get_state):
                    saved.append(name)
            except Exception:
                logger.exception("the state of %s was not saved", name)
    return saved


def _save_one(name: str, get_state: Any) -> bool:
    text = _serialised(name, get_state)
    if text is None:
        return False
    digest = hashlib.blake2b(text.encode(), digest_size=16).digest()
    if _written.get(name) == digest:
        return False
    version = persistence._state_format_version(name)
    file = settings.emulator / f"{name}.json"
    draft = file.with_suffix(".json.draft")
    with open(draft, "w", opener=_for_owner) as output:
        output.write(f'{{"__ministack_format__": {version}, "payload": {text}}}')
    os.replace(draft, file)
    _written[name] = digest
    return True


def _serialised(name: str, get_state: Any) -> str | None:
    for _ in range(ATTEMPTS):
        try:
            state = get_state()
            return None if state is None else json.dumps(state, default=persistence._json_default)
        except RuntimeError as error:
            if "during iteration" not in str(error):
                raise
    logger.warning("the state of %s changes too fast to be saved now; the next round tries again", name)
    return None


def _for_owner(path: str, flags: int) -> int:
    """SecureStrings and the environments of functions are in these files."""
    return os.open(path, flags, PRIVATE)


def _at_the_end(original: Callable[[str, Any], None], service: str, data: Any) -> None:
    original(service, data)
    file = settings.emulator / f"{service}.json"
    if file.exists():
        file.chmod(PRIVATE)


def install() -> None:
    patch.wrap(PERSISTENCE, "save_state", _at_the_end)
    loops.every(settings.save_seconds, _round)


def _round() -> None:
    names = save()
    if names:
        logger.debug("saved %s", ", ".join(names))
