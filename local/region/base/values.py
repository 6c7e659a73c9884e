"""How the values of the region's environment variables are read; a wrong one is named."""

from __future__ import annotations

import ipaddress

ALL_ZONES = "abc"


class SettingsError(Exception):
    """An environment variable's value cannot be used; the message says which and what to do."""


def integer(environment: dict[str, str], name: str, default: int, low: int, high: int) -> int:
    text = environment.get(name) or str(default)
    if not text.isdigit() or not low <= int(text) <= high:
        raise SettingsError(f"{name}={text}: not a number from {low} to {high}; set it or leave it out")
    return int(text)


def seconds(environment: dict[str, str], name: str, default: float) -> float:
    text = environment.get(name) or str(default)
    try:
        value = float(text)
    except ValueError as error:
        raise SettingsError(f"{name}={text}: not a number of seconds") from error
    if value < 0:
        raise SettingsError(f"{name}={text}: below 0 seconds")
    return value


def zones(environment: dict[str, str], name: str) -> str:
    """`a,c`: the letters of the zones that the account sees."""
    text = environment.get(name) or ",".join(ALL_ZONES)
    letters = text.split(",")
    if len(set(letters)) < len(letters) or not set(letters) <= set("abcdef"):
        raise SettingsError(f"{name}={text}: not letters of zones such as a,c")
    return "".join(sorted(letters))


def quotas(environment: dict[str, str], name: str) -> dict[str, float]:
    """`L-1216C47A=5,L-2DC20C30=1`: values of quotas by their code; region/base/quotas.py knows the codes."""
    found: dict[str, float] = {}
    for part in filter(None, (environment.get(name) or "").split(",")):
        code, _equals, text = part.partition("=")
        if not code.startswith("L-") or not text.isdigit():
            raise SettingsError(f"{name}={part}: not a code and a number such as L-1216C47A=5")
        found[code] = float(text)
    return found


def network(environment: dict[str, str], name: str, default: str) -> ipaddress.IPv4Network:
    text = environment.get(name) or default
    try:
        return ipaddress.IPv4Network(text)
    except ValueError as error:
        raise SettingsError(f"{name}={text}: not an IPv4 network such as 127.77.0.0/16") from error
