"""Runs the commands of one build phase after phase in a shell, in a process group of its own.

CodeBuild runs all commands of a build in one shell instance (buildspec version 0.2), so what a command
exports and the folder it changes to hold for the next one, in later phases too. A shell per phase does the
same here: it leaves its exports and its folder in two files that the next one reads.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from region.codebuild.buildspec import Phase

# Sent first, so that a build can end its own children; what is left after this many seconds is killed.
GRACE_SECONDS = 2.0

_PROLOGUE = """
if [ -f "$NANOFLEET_BUILD_STATE/exports" ]; then . "$NANOFLEET_BUILD_STATE/exports"; fi
if [ -f "$NANOFLEET_BUILD_STATE/folder" ]; then cd "$(cat "$NANOFLEET_BUILD_STATE/folder")" || exit 1; fi
_nanofleet_leave() {
  export -p > "$NANOFLEET_BUILD_STATE/exports"
  pwd > "$NANOFLEET_BUILD_STATE/folder"
}
trap _nanofleet_leave EXIT
"""

_COMMAND = """
echo "[Container] $(date -u '+%Y/%m/%d %H:%M:%S') Running command {title}"
printf '%s' {number} > "$NANOFLEET_BUILD_STATE/running"
. "$NANOFLEET_BUILD_STATE/{file}"
_nanofleet_status=$?
if [ $_nanofleet_status -ne 0 ]; then exit $_nanofleet_status; fi
"""


@dataclass(frozen=True)
class PhaseFailure:
    """Why a phase failed: CodeBuild's status code and its message."""

    code: str
    message: str


class BuildShell:
    """The shell of one build: its folders, its environment, its running process group."""

    def __init__(
        self, folder: Path, shell: str, environment: dict[str, str], emit: Callable[[str], None]
    ) -> None:
        self._state = folder / "state"
        self._source = folder / "src"
        self._shell = shell
        self._environment = {**environment, "NANOFLEET_BUILD_STATE": str(self._state)}
        self._emit = emit
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._ended = False
        for path in (self._state, self._source):
            path.mkdir(parents=True, exist_ok=True)

    @property
    def process_group(self) -> int | None:
        """The process group of the phase that runs now, None between phases."""
        process = self._process
        return process.pid if process is not None else None

    def run(self, phase: Phase) -> PhaseFailure | None:
        """Runs the commands of `phase`, then its `finally` commands; returns what failed first."""
        failure = self._block(f"{phase.name}", phase.commands)
        if self._ended:
            return failure
        cleanup = self._block(f"{phase.name}-finally", phase.cleanup)
        return failure or cleanup

    def set(self, name: str, value: str) -> None:
        """Sets the variable `name` for the later phases."""
        with (self._state / "exports").open("a", encoding="utf-8") as file:
            file.write(f"export {name}={shlex.quote(value)}\n")

    def end(self) -> None:
        """Ends the running commands and lets no further one start; returns when their processes are gone."""
        with self._lock:
            self._ended = True
            process = self._process
        if process is not None:
            end_group(process.pid)

    def exported(self, names: list[str]) -> dict[str, str]:
        """The build shell's values of `names`, without those that were never exported."""
        if not names:
            return {}
        probe = "".join(
            f'if [ "${{{name}+set}}" = set ]; then printf "%s\\0%s\\0" {name} "${name}"; fi\n'
            for name in names
        )
        out = subprocess.run(
            [self._shell, "-c", _PROLOGUE.replace("trap _nanofleet_leave EXIT", "") + probe],
            cwd=self._source,
            env=self._environment,
            capture_output=True,
            timeout=10,
            check=False,
        ).stdout.decode("utf-8", "replace")
        fields = out.split("\0")[:-1]
        return dict(zip(fields[::2], fields[1::2], strict=True))

    def _block(self, name: str, commands: list[str]) -> PhaseFailure | None:
        if not commands or self._ended:
            return None
        script = self._write(name, commands)
        with self._lock:
            if self._ended:
                return None
            self._process = process = subprocess.Popen(
                [self._shell, str(script)],
                cwd=self._source,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        reader = threading.Thread(target=self._pump, args=(process,), daemon=True)
        reader.start()
        status = process.wait()
        # A command's child that outlives its phase would hold the pipe open and the folder busy.
        end_group(process.pid)
        reader.join(GRACE_SECONDS)
        self._process = None
        if status == 0:
            return None
        command = commands[self._running(len(commands))]
        reason = f"exit status {status}" if status > 0 else f"signal {-status}"
        self._emit(f"[Container] Command did not exit successfully {command.strip()} {reason}")
        return PhaseFailure(
            "COMMAND_EXECUTION_ERROR", f"Error while executing command: {command.strip()}. Reason: {reason}"
        )

    def _write(self, name: str, commands: list[str]) -> Path:
        parts = [_PROLOGUE]
        for number, command in enumerate(commands):
            file = f"{name}-{number}.sh"
            (self._state / file).write_text(command + "\n", encoding="utf-8")
            title = (command.strip().splitlines() or [""])[0]
            parts.append(_COMMAND.format(title=_in_double_quotes(title), number=number, file=file))
        script = self._state / f"{name}.sh"
        script.write_text("".join(parts), encoding="utf-8")
        return script

    def _running(self, count: int) -> int:
        try:
            return min(int((self._state / "running").read_text(encoding="utf-8")), count - 1)
        except (OSError, ValueError):
            return 0  # the shell ended before its first command

    def _pump(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        with process.stdout as stream:
            for raw in stream:
                self._emit(raw.decode("utf-8", "replace").rstrip("\r\n"))


def end_group(group: int) -> None:
    """Ends every process of `group`: SIGTERM, then SIGKILL for what is left after GRACE_SECONDS."""
    if not _signal(group, signal.SIGTERM):
        return
    deadline = time.monotonic() + GRACE_SECONDS
    while time.monotonic() < deadline:
        if not _alive(group):
            return
        time.sleep(0.02)
    _signal(group, signal.SIGKILL)


def remove_folder(folder: Path) -> None:
    """Removes a build's folder, read-only files of a module cache included."""

    def writable(function: Callable[[str], None], path: str, _error: object) -> None:
        os.chmod(os.path.dirname(path), 0o700)
        os.chmod(path, 0o700)
        function(path)

    if folder.exists():
        shutil.rmtree(folder, onerror=writable)


def _alive(group: int) -> bool:
    """Whether a process of `group` runs; one that only waits to be collected by its parent does not."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue  # it ended meanwhile
        if fields[2] == str(group) and fields[0] != "Z":
            return True
    return False


def _signal(group: int, number: int) -> bool:
    try:
        os.killpg(group, number)
        return True
    except (ProcessLookupError, PermissionError):
        return False


def _in_double_quotes(text: str) -> str:
    return "".join("\\" + character if character in '\\"$`' else character for character in text)
