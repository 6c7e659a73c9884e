"""What an instance prints: `console.log`, GetConsoleOutput and a CloudWatch Logs stream of its name."""

from __future__ import annotations

import os
from pathlib import Path

from region.base.settings import current as settings
from region.cloudwatch import logs

# The file starts anew beyond this.
LARGEST_FILE = 4 * 1024 * 1024
# GetConsoleOutput: "the most recent 64 KB".
CONSOLE_BYTES = 64 * 1024
LONGEST_LINE = 64 * 1024
# More than the stack of an uncaught error.
LAST_BYTES = 4 * 1024


class Console:
    """The output of one instance; call `pump` often, from one thread at a time."""

    def __init__(self, file: Path, group: str, stream: str) -> None:
        self._file = file
        self._group = group
        self._stream = stream
        self._position = file.stat().st_size if file.exists() else 0
        self._rest = b""
        logs.open_stream(group, stream)

    def open(self) -> int:
        """A file descriptor that a program writes to; the caller closes it."""
        return os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    def write(self, line: str) -> None:
        """A line of the machine itself, not of its program."""
        with self._file.open("a") as file:
            file.write(f"{line}\n")

    def end(self) -> bytes:
        """The last that was printed."""
        return latest(self._file)[-LAST_BYTES:]

    def pump(self) -> None:
        """Sends what was printed since the last call to CloudWatch Logs."""
        size = self._file.stat().st_size if self._file.exists() else 0
        if size < self._position:
            self._position = 0
        if size == self._position:
            return
        with self._file.open("rb") as file:
            file.seek(self._position)
            data = file.read()
        self._position += len(data)
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > LONGEST_LINE:
            lines, self._rest = [*lines, self._rest], b""
        self._send(lines)
        if self._position > LARGEST_FILE:
            os.truncate(self._file, 0)
            self._position = 0

    def close(self) -> None:
        """Sends the rest, a last line without its end included."""
        self.pump()
        if self._rest:
            self._send([self._rest])
            self._rest = b""

    def _send(self, lines: list[bytes]) -> None:
        logs.append(
            self._group, self._stream, [line.decode("utf-8", "replace").rstrip("\r") for line in lines]
        )


def file_of(instance_id: str) -> Path:
    return settings.instances / instance_id / "console.log"


def group_of(instance_id: str, tags: dict[str, str]) -> str:
    """`/nanofleet/<stage>/<app>/<service>` of a tagged instance, else `/aws/ec2/<instance-id>`."""
    place = [tags.get(f"nanofleet:{name}") for name in ("stage", "app", "service")]
    return "/nanofleet/" + "/".join(map(str, place)) if all(place) else f"/aws/ec2/{instance_id}"


def remove_own_group(instance_id: str) -> None:
    """Drops the group that only this instance wrote to."""
    logs.remove_group(group_of(instance_id, {}))


def latest(file: Path) -> bytes:
    """The end of the console, as much as GetConsoleOutput returns."""
    if not file.exists():
        return b""
    with file.open("rb") as console:
        console.seek(0, os.SEEK_END)
        console.seek(max(0, console.tell() - CONSOLE_BYTES))
        return console.read()
