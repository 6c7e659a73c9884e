"""How many programs start at the same time, judged on real processes."""

from __future__ import annotations

import contextvars
import subprocess
import sys
import time
from collections.abc import Callable

from region.machines import course, starting
from region.machines.lives import Life
from region.machines.starting import Starts

RESTING = [sys.executable, "-c", "import time; time.sleep(60)"]
WORKING = [sys.executable, "-c", "while True: pass"]


def settled(starts: Starts, done: Callable[[], bool]) -> None:
    """Looks as the region does, until `done`."""
    deadline = time.monotonic() + 20
    while not done():
        assert time.monotonic() < deadline, "nothing has settled"
        time.sleep(0.1)
        starts.settle()


def test_a_program_makes_room_for_another_one_when_it_rests() -> None:
    starts = Starts(at_once=2)
    with subprocess.Popen(RESTING) as resting, subprocess.Popen(WORKING) as working:
        try:
            starts.began(resting.pid)
            starts.began(working.pid)
            assert starts.room() == 0
            settled(starts, lambda: starts.room() == 1)
        finally:
            resting.kill()
            working.kill()


def test_a_program_that_has_ended_makes_room() -> None:
    starts = Starts(at_once=1)
    with subprocess.Popen(WORKING) as working:
        starts.began(working.pid)
        working.kill()
        working.wait()
        starts.settle()
        assert starts.room() == 1


def test_a_program_that_never_rests_is_taken_for_started_after_a_while(monkeypatch) -> None:
    monkeypatch.setattr(starting, "PATIENCE_SECONDS", 0.5)
    starts = Starts(at_once=1)
    with subprocess.Popen(WORKING) as working:
        try:
            starts.began(working.pid)
            settled(starts, lambda: starts.room() == 1)
        finally:
            working.kill()


def test_an_instance_without_a_program_waits_for_no_room(monkeypatch) -> None:
    monkeypatch.setattr(course, "_starts", Starts(at_once=0))
    waits = {
        process: not course._may_boot(Life({"_process": process}, contextvars.copy_context()))
        for process in (True, False)
    }
    assert waits == {True: True, False: False}
