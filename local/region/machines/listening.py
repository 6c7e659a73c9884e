"""Where a program listens although other machines may reach it there: it has to keep to its own address.

Read from /proc (proc(5), "/proc/net/tcp"); other programs of the same session count too.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

from region.machines.open_sockets import held_by

LISTEN = "0A"


def beyond_loopback(pid: int) -> list[str]:
    """Sockets of the process and its children, such as `0.0.0.0:8080`, that listen on no loopback address."""
    inodes = held_by(pid).keys()
    found = {place for table in ("tcp", "tcp6") for place, inode in _listening(pid, table) if inode in inodes}
    return sorted(found)


def _listening(pid: int, table: str) -> list[tuple[str, str]]:
    """(place, inode) of each listening socket that is not on a loopback address."""
    try:
        lines = Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]
    except OSError:
        return []
    found: list[tuple[str, str]] = []
    for line in lines:
        fields = line.split()
        if fields[3] != LISTEN:
            continue
        digits, port = fields[1].split(":")
        address = _address(digits)
        inner = getattr(address, "ipv4_mapped", None) or address
        if not inner.is_loopback:
            host = f"[{address}]" if address.version == 6 else str(address)
            found.append((f"{host}:{int(port, 16)}", fields[9]))
    return found


def _address(digits: str) -> IPv4Address | IPv6Address:
    """The kernel writes each four bytes in the machine's order, which is little-endian here."""
    words = [bytes.fromhex(digits[at : at + 8])[::-1] for at in range(0, len(digits), 8)]
    packed = b"".join(words)
    return IPv4Address(packed) if len(packed) == 4 else IPv6Address(packed)
