"""The user data of an instance, decoded, and the variables that it holds."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any


def user_data(instance: dict[str, Any]) -> bytes:
    """The decoded user data of an instance; unchanged if it is not base64."""
    text = instance.get("UserData") or ""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return text.encode()


def user_data_variables(text: str) -> dict[str, str]:
    """The `NAME=value` lines of user data, which Nanos' klib `user_data` puts into the environment."""
    lines = user_data({"UserData": text}).decode("utf-8", "replace").splitlines()
    found = [re.fullmatch(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)", line.rstrip("\r")) for line in lines]
    return {match[1]: match[2] for match in found if match}
