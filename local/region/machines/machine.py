"""The process of an instance: started in a session of its own, recorded, ended as a group."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from region.machines.console import Console
from region.machines.program import Program


@dataclass
class Machine:
    """A started program; `home` is the instance's folder."""

    process: subprocess.Popen[bytes]
    home: Path
    console: Console

    @classmethod
    def start(cls, program: Program, home: Path, address: str, console: Console) -> Machine:
        """Starts `program` and writes `process.json`; OSError when the system refuses."""
        output = console.open()
        try:
            process = subprocess.Popen(
                program.command,
                cwd=program.folder,
                env=program.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        finally:
            os.close(output)
        _record(home, process.pid, address)
        return cls(process, home, console)

    def ended(self) -> bool:
        return self.process.poll() is not None

    def ask_to_end(self) -> None:
        _signal_group(self.process.pid, signal.SIGTERM)

    def kill(self) -> None:
        _signal_group(self.process.pid, signal.SIGKILL)

    def finish(self) -> None:
        """Leaves nothing of an ended program: other processes of its group, its record, its last words."""
        self.kill()
        self.process.wait()
        (self.home / "process.json").unlink(missing_ok=True)
        self.console.close()

    def last_words(self) -> str:
        """How it ended, such as `exit code 1`."""
        code = self.process.returncode
        return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def reap(home: Path) -> bool:
    """Kills the process that `home/process.json` records when it still runs; whether there was one.

    A process is known by its pid and start time, so a reused pid is left alone.
    """
    file = home / "process.json"
    if not file.exists():
        return False
    record = json.loads(file.read_text())
    started = start_time(record["pid"])
    alive = started is not None and started == record["startTime"]
    if alive:
        _signal_group(record["pid"], signal.SIGKILL)
        _await_end(record["pid"], record["startTime"])
    file.unlink()
    return alive


def start_time(pid: int) -> int | None:
    """When `pid` started, in clock ticks since boot (proc(5), stat, field 22); None if gone or a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else int(fields[19])


def _record(home: Path, pid: int, address: str) -> None:
    draft = home / "process.json.tmp"
    draft.write_text(json.dumps({"pid": pid, "startTime": start_time(pid), "address": address}))
    os.replace(draft, home / "process.json")


def _signal_group(pid: int, number: signal.Signals) -> None:
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        return


def _await_end(pid: int, started: int, seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while start_time(pid) == started and time.monotonic() < deadline:
        time.sleep(0.02)
