"""Ports and loopback addresses that no other region of this machine has."""

from __future__ import annotations

import random
import socket

import pytest


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def free_range() -> tuple[int, socket.socket]:
    """The second octet of loopback addresses that no other region has, and the claim that keeps them.

    The claim is the gateway's of `nanofleet local`: a listener on port 4510 of 127.<octet>.0.2.
    """
    for octet in random.sample(range(60, 250), 190):
        claim = socket.socket()
        try:
            claim.bind((f"127.{octet}.0.2", 4510))
            claim.listen()
            return octet, claim
        except OSError:
            claim.close()
    pytest.fail("no loopback range is free for another region")
