"""Connections as the kernel lists them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

from waiting import wait_for

from region.machines import open_sockets
from region.reach import sockets

HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode"


def row(own: str, other: str, state: str, inode: str) -> str:
    return f"   0: {own} {other} {state} 00000000:00000000 00:00000000 00000000  1000        0 {inode} 1 0"


def test_only_the_end_that_began_a_connection_is_listed() -> None:
    mapped = "0000000000000000FFFF0000"
    table = "\n".join(
        [
            HEAD,
            row("21004D7F:18EB", "00000000:0000", "0A", "1"),  # 127.77.0.33:6379 listens
            row("00000000:0050", "00000000:0000", "0A", "2"),  # and somebody on every address
            row("0100007F:A000", "21004D7F:18EB", "01", "3"),  # a call
            row("21004D7F:18EB", "0100007F:A000", "01", "4"),  # its other end
            row("14004D7F:0050", "0100007F:A002", "01", "5"),  # the other end of one to port 80
            row("0100007F:A001", "21004D7F:18EB", "06", "0"),  # one that is over
            row("0100007F:A003", "21004D7F:18EB", "01", "0"),  # one that nobody holds
            row(f"{mapped}0100007F:A004", f"{mapped}21004D7F:18EB", "01", "6"),  # IPv4 in IPv6's form
            row("0" * 31 + "1:A005", "0" * 31 + "1:0051", "01", "7"),  # IPv6
        ]
    )
    assert [(call.inode, call.address, call.port) for call in sockets.outgoing(table)] == [
        ("3", "127.77.0.33", 6379),
        ("6", "127.77.0.33", 6379),
        ("7", "", 81),
    ]


def test_a_connection_of_a_child_process_is_found_and_cut_at_both_ends() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        call = f"import socket; socket.create_connection(('127.0.0.1', {port})).recv(9)"
        shell = ["/bin/sh", "-c", '"$0" -c "$1"; exit 3', sys.executable, call]
        with subprocess.Popen(shell, stdout=subprocess.PIPE) as caller:
            accepted, _address = server.accept()

            def found() -> tuple[int, int] | None:
                held = open_sockets.held_by(caller.pid)
                calls = [one for one in sockets.outgoing(sockets.tables()) if one.port == port]
                return next((held[one.inode] for one in calls if one.inode in held), None)

            wait_for("the connection is not listed", lambda: found() is not None, 5)
            place = found()
            assert place is not None
            assert place[0] != caller.pid
            assert sockets.cut(*place)
            accepted.settimeout(5)
            assert accepted.recv(9) == b""
            assert caller.wait(5) == 3
            accepted.close()


def test_what_is_gone_is_neither_held_nor_cut() -> None:
    with subprocess.Popen(["/bin/true"]) as process:
        process.wait()
        gone = process.pid
    assert open_sockets.held_by(gone) == {}
    assert not sockets.cut(gone, 3)
    assert not sockets.cut(os.getpid(), 9999)
