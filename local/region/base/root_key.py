"""The one key of root in this region: random, in a file that only its owner can read.

`nanofleet local up` makes the same file before it starts the parts (local/root-key.ts).
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
import string
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from region.base.settings import current as settings

_LETTERS = string.ascii_uppercase + "234567"
PRIVATE = 0o600


@dataclass(frozen=True)
class RootKey:
    id: str
    secret: str


@cache
def root_key() -> RootKey:
    """The key in the region's state folder; the first call of a fresh region makes it."""
    file = settings.state / "root-key.json"
    if not file.exists():
        _make(file)
    written = json.loads(file.read_text())
    return RootKey(written["accessKeyId"], written["secretAccessKey"])


def derived(purpose: str) -> str:
    """A secret that only who knows the root key can tell, the same one each time."""
    return hmac.new(root_key().secret.encode(), purpose.encode(), "sha256").hexdigest()


def is_ours(given: str) -> bool:
    return hmac.compare_digest(given.encode(), root_key().secret.encode())


def _make(file: Path) -> None:
    made = {
        "accessKeyId": "AKIA" + "".join(secrets.choice(_LETTERS) for _ in range(16)),
        "secretAccessKey": secrets.token_urlsafe(30),
    }
    draft = file.with_suffix(".draft")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE), "w") as output:
        json.dump(made, output)
    os.replace(draft, file)
