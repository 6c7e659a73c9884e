"""Programs that listen where other machines could reach them are found by what the kernel says of them."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from region.machines import listening

PROGRAM = """
import socket, sys
kind = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
for family, host in ((socket.AF_INET, "127.0.0.1"), (kind, sys.argv[1])):
    kept = socket.socket(family)
    kept.bind((host, 0))
    kept.listen()
    globals()[f"kept_{host}"] = kept
print(kept.getsockname()[1], flush=True)
sys.stdin.read()
"""


@pytest.fixture
def listener(request):
    """A program that listens on 127.0.0.1 and on this address; its pid and the second port."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, request.param],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    port = int(process.stdout.readline())
    yield process.pid, port
    process.stdin.close()
    process.wait()


@pytest.mark.parametrize("listener", ["0.0.0.0"], indirect=True)
def test_all_addresses_are_beyond_loopback(listener):
    pid, port = listener
    assert listening.beyond_loopback(pid) == [f"0.0.0.0:{port}"]


@pytest.mark.parametrize("listener", ["127.0.0.1", "127.77.0.9"], indirect=True)
def test_loopback_addresses_are_not(listener):
    assert listening.beyond_loopback(listener[0]) == []


@pytest.mark.parametrize("listener", ["::"], indirect=True)
def test_all_addresses_of_both_kinds_are(listener):
    pid, port = listener
    assert listening.beyond_loopback(pid) == [f"[::]:{port}"]


def test_the_sockets_of_other_programs_and_of_one_that_ended_do_not_count():
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert listening.beyond_loopback(ended.pid) == []
    assert listening.beyond_loopback(os.getpid()) == []
