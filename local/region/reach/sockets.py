"""TCP connections of this machine as the kernel lists them, and whose they are (proc(5), /proc/net/tcp)."""

from __future__ import annotations

import ctypes
import os
import socket
from dataclasses import dataclass
from pathlib import Path

_ESTABLISHED, _LISTEN = "01", "0A"
_WILDCARD = "00000000"
_MAPPED = "0000000000000000FFFF0000"
# `pidfd_getfd`, the same number on every architecture (Linux 5.6).
_PIDFD_GETFD = 438

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Connection:
    """An established connection at the end that began it."""

    inode: str
    address: str
    port: int


def outgoing(tables: str) -> list[Connection]:
    """The connections in the text of /proc/net/tcp and tcp6; the ends that accepted them are left out."""
    # Most rows of a busy machine are connections that are over.
    lines = [line for line in tables.splitlines() if " 01 " in line or " 0A " in line]
    rows = [line.split() for line in lines]
    rows = [row for row in rows if len(row) > 9 and ":" in row[1]]
    listening = {_bare(row[1]) for row in rows if row[3] == _LISTEN}
    found: list[Connection] = []
    for row in rows:
        own, other = _bare(row[1]), _bare(row[2])
        accepted = own in listening or f"{_WILDCARD}:{own.rpartition(':')[2]}" in listening
        if row[3] == _ESTABLISHED and row[9] != "0" and not accepted:
            address, _colon, port = other.rpartition(":")
            found.append(Connection(row[9], _dotted(address), int(port, 16)))
    return found


def _bare(place: str) -> str:
    """`0100007F:1F90`, also for an IPv4 address in IPv6's form."""
    address, _colon, port = place.rpartition(":")
    if len(address) > 8:
        address = address[24:] if address.startswith(_MAPPED) or not address.strip("0") else address
    return f"{address}:{port}"


def _dotted(address: str) -> str:
    """Empty for an address of IPv6: the region's network has none."""
    if len(address) > 8:
        return ""
    return ".".join(str(byte) for byte in reversed(bytes.fromhex(address)))


def tables() -> str:
    files = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
    return "\n".join(file.read_text() for file in files if file.exists())


def cut(pid: int, descriptor: int) -> bool:
    """Ends another process's connection at both ends; False where the kernel does not allow it.

    The kernel hands out a copy of the descriptor to anyone who may trace the process: its own user, with
    Yama (`ptrace_scope` 1) only an ancestor, which the region is.
    """
    try:
        process = os.pidfd_open(pid)
    except OSError:
        return False
    try:
        copy = int(_libc.syscall(_PIDFD_GETFD, process, descriptor, 0))
    finally:
        os.close(process)
    if copy < 0:
        return False
    with socket.socket(fileno=copy) as end:
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            return False
    return True
