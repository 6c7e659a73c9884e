"""Finds connections that no security group lets through and cuts them, whatever made the program.

The preload refuses a Node program before it connects. A program in Go or C knows no preload: its connection
is found in the kernel's list within a second. As on AWS, what was open while a rule allowed it stays
("Security group connection tracking").
"""

from __future__ import annotations

import logging
from typing import Any

from region.base import loops
from region.machines import lives, open_sockets
from region.reach import refusals, rules, sockets, table

logger = logging.getLogger("region.reach")

LOOK_SECONDS = 1.0
LOOKS = 2
"""In which the holder of a connection is looked for: the gateway's, for one, belong to no instance."""

# By inode: how often the connection was looked at, or LOOKS once it was judged.
_looks: dict[str, int] = {}


def _look() -> None:
    documents = table.documents()
    peers = {address for document in documents.values() for address in document["peers"]}
    calls = {call.inode: call for call in sockets.outgoing(sockets.tables()) if call.address in peers}
    for over in _looks.keys() - calls.keys():
        del _looks[over]
    fresh = [inode for inode in calls if _looks.get(inode, 0) < LOOKS]
    if not fresh:
        return
    for instance_id, document in documents.items():
        pid = lives.pid_of(instance_id)
        held = open_sockets.held_by(pid) if pid else {}
        for inode in held.keys() & fresh:
            _judge(document, calls[inode], held[inode])
            _looks[inode] = LOOKS
    for inode in fresh:
        _looks[inode] = _looks.get(inode, 0) + 1


def _judge(document: dict[str, Any], call: sockets.Connection, place: tuple[int, int]) -> None:
    target = document["peers"].get(call.address)
    if target is None or rules.holds(target["tcp"], call.port):
        return
    how = "cut" if sockets.cut(*place) else "seen"
    refusals.record(document, target, call.port, 1, how)
    caller = f"{document['app']}/{document['service']}"
    logger.warning("%s called %s/%s:%s: %s", caller, target["app"], target["service"], call.port, how)


def install() -> None:
    loops.every(LOOK_SECONDS, _look)
