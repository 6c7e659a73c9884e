"""Who may speak to a listener of the region: programs of this machine, never a page of somewhere else.

A browser on this machine reaches every loopback address, and a page may send what HTML forms can send
without asking anyone. It cannot hide where it comes from, though: the browser writes `Origin` and
`Sec-Fetch-Site` (Fetch Metadata), and a name that somebody else's DNS points at this machine stays in `Host`.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

_OWN_SITES = ("none", "same-origin")
"""`none`: a person typed the address; `same-site` may be another port, and so another program."""


def refusal(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """Why a request with these headers is not answered, None when it may come in."""
    fields: dict[str, list[str]] = {}
    for name, value in headers:
        fields.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1").strip())
    hosts = fields.get("host", [])
    if len(hosts) > 1 or not all(map(is_loopback, hosts)):
        return f"Host {', '.join(hosts)} is not a name of this machine; use 127.0.0.1"
    for origin in fields.get("origin", []):
        if [origin] != [f"http://{host}" for host in hosts]:
            return f"a page of {origin} may not use the local region"
    for site in fields.get("sec-fetch-site", []):
        if site not in _OWN_SITES:
            return f"a page of another origin ({site}) may not use the local region"
    return None


def is_loopback(host: str) -> bool:
    """Whether a Host header, with or without a port, names this machine and cannot name another one."""
    name = _name(host)
    if name == "localhost" or name.endswith(".localhost"):
        return True  # RFC 6761, 6.3: these names are never asked of DNS
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _name(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].lower()
