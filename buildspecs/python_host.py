"""What the preload does for Node: a server that listens on all addresses listens on `HOST` alone, and names
of Consul, and those without a dot, are found at `RESOLVER`.

In the local region all instances share one machine, and each has an address of its own; on AWS the image's
`resolv.conf` names the resolver. Python imports this as `sitecustomize` from the virtual environment of an
image; images for AWS have none.
"""

from __future__ import annotations

import os
import random
import re
import socket
import struct
from typing import Any

_HOST = os.environ.get("HOST", "")
_RESOLVERS = [one.rpartition(":") for one in os.environ.get("RESOLVER", "").split(",") if ":" in one]
_bind: Any = socket.socket.bind
_getaddrinfo: Any = socket.getaddrinfo


def _bind_own(self: socket.socket, address: Any) -> None:
    if isinstance(address, tuple) and self.type & socket.SOCK_STREAM and address[1] != 0:
        if self.family == socket.AF_INET and address[0] in ("", "0.0.0.0"):
            address = (_HOST, *address[1:])
        elif self.family == socket.AF_INET6 and address[0] in ("", "::"):
            self.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            address = (f"::ffff:{_HOST}", *address[1:])
    _bind(self, address)


def _getaddrinfo_own(host: Any, port: Any, family: int = 0, *args: Any, **kwargs: Any) -> list[Any]:
    name = host.decode() if isinstance(host, bytes) else host
    # The image's `resolv.conf` searches names without a dot among the services first.
    bare = isinstance(name, str) and name != "localhost" and re.fullmatch("[A-Za-z][A-Za-z0-9-]*", name)
    if bare and family != socket.AF_INET6 and (services := _addresses(f"{name}.service.consul")):
        return [one for each in services for one in _getaddrinfo(each, port, family, *args, **kwargs)]
    if not isinstance(name, str) or not name.rstrip(".").endswith(".consul"):
        return _getaddrinfo(host, port, family, *args, **kwargs)
    if family == socket.AF_INET6 or not (addresses := _addresses(name.rstrip("."))):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    return [one for found in addresses for one in _getaddrinfo(found, port, family, *args, **kwargs)]


def _addresses(name: str) -> list[str]:
    """The A records of a name, from the first resolver that answers (RFC 1035)."""
    question = b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\0\0\1\0\1"
    query = struct.pack(">6H", random.getrandbits(16), 0x0100, 1, 0, 0, 0) + question
    for address, _, port in _RESOLVERS:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.settimeout(2)
            try:
                asking.sendto(query, (address, int(port)))
                return _answers(asking.recv(4096), len(query))
            except OSError:
                continue
    return []


def _answers(message: bytes, at: int) -> list[str]:
    found: list[str] = []
    for _ in range(struct.unpack_from(">H", message, 6)[0]):
        while message[at] and message[at] < 0xC0:
            at += 1 + message[at]
        at += 2 if message[at] else 1
        kind, _, _, length = struct.unpack_from(">HHIH", message, at)
        if kind == 1:
            found.append(socket.inet_ntoa(message[at + 10 : at + 14]))
        at += 10 + length
    return found


if _HOST:
    socket.socket.bind = _bind_own
if _RESOLVERS:
    socket.getaddrinfo = _getaddrinfo_own
