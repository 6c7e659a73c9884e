"""A file of changes, one batch after the other, each whole or not at all.

`emulator/journal-000001` begins with a batch that is a whole state; every later batch is what changed since.
A batch is a line `<bytes> <crc32>` in hexadecimal and as many bytes: rows `key TAB text`, or `key` alone for
what was removed. When the file has grown, what counts of it becomes the first batch of the next file; the one
before is kept, as the state to go back to if a file is damaged.

A batch is one `write` without a sync: what a killed process has written is with the kernel. `sync` is for a
machine that loses its power.
"""

from __future__ import annotations

import os
import re
import threading
import zlib
from collections.abc import Iterable
from pathlib import Path

from region.base.root_key import PRIVATE
from region.durable.rewriting import HEADER, HEADER_BYTES, copy_what_counts, header

Row = tuple[bytes, bytes | None]
"""A key and its text, None for one that was removed; neither holds a tab or the end of a line."""

SPARE_BYTES = 8 * 1024 * 1024
"""How much longer than twice its first batch a file may become."""
_NAME = re.compile(r"journal-(\d{6})")


class DamagedError(Exception):
    """The journal holds less than was confirmed; the message says what is lost, and where.

    `older`: what comes before the damage is whole, and could be started with.
    """

    def __init__(self, message: str, older: bool) -> None:
        super().__init__(message)
        self.older = older


class Journal:
    """The journal in `folder`; `read` comes first, then `append` from one thread at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._file = -1
        self._number = 0
        self._size = 0
        self._base = 0
        self._closed = False

    def read(self, accept_loss: bool = False) -> tuple[dict[bytes, bytes] | None, list[str]]:
        """The latest text of every key, None when there is no journal; and what was wrong with it.

        A last batch that is not all there was confirmed to nobody. Anything else that cannot be read
        is a loss: DamagedError, unless it is accepted; then what comes before counts, and the file is kept.
        """
        found: list[str] = []
        for draft in self._folder.glob("journal-*.draft"):
            draft.unlink()
        for number, file in sorted(self._files(), reverse=True):
            data = file.read_bytes()
            state, base, end = _replay(data)
            lost = _lost(file.name, data, end)
            if lost is not None:
                older = end > 0 or any(other < number for other, _ in self._files())
                if not accept_loss or not older:
                    raise DamagedError(lost, older)
                found.append(f"{lost}; it was accepted, and the file is kept as {file.stem}.damaged")
                file.with_suffix(".damaged").write_bytes(data)
                file.with_suffix(".damaged").chmod(PRIVATE)
                if end == 0:
                    file.unlink()
                    continue
                os.truncate(file, end)
            elif end < len(data):
                found.append(f"{file.name}: the last {len(data) - end} bytes are not whole and were left out")
                os.truncate(file, end)
            self._open(number, end, base)
            return state, found
        return None, found

    def append(self, rows: Iterable[Row]) -> None:
        """Writes the rows as one batch; they are on disk when it returns. OSError when there is no room.

        Nothing is written after `close`: what comes then was answered to nobody.
        """
        batch = _batch(rows)
        with self._lock:
            if self._closed:
                return
            if self._number == 0:
                self._open(1, 0, len(batch))
            try:
                _write(self._file, batch)
            except OSError:
                os.ftruncate(self._file, self._size)
                raise
            self._size += len(batch)

    def sync(self) -> None:
        if self._file >= 0:
            os.fdatasync(self._file)

    def is_long(self) -> bool:
        return self._size > 2 * self._base + SPARE_BYTES

    def compact(self) -> None:
        """Starts the next file with what counts of this one; what is appended meanwhile follows it."""
        with self._lock:
            old, end = self._path(self._number), self._size
        path = self._path(self._number + 1)
        draft = path.with_suffix(".draft")
        with old.open("rb") as source, open(draft, "wb", opener=_for_owner) as output:
            base = copy_what_counts(source, end, output)
            output.flush()
            os.fdatasync(output.fileno())
        with self._lock:
            with draft.open("ab") as output, old.open("rb") as source:
                source.seek(end)
                output.write(source.read())
            os.replace(draft, path)
            size = path.stat().st_size
            os.close(self._file)
            self._open(self._number + 1, size, base)
        for number, file in self._files():
            if number < self._number - 1:
                file.unlink()

    def close(self) -> None:
        with self._lock:
            if self._file >= 0:
                os.close(self._file)
            self._file, self._closed = -1, True

    def _files(self) -> list[tuple[int, Path]]:
        named = ((_NAME.fullmatch(file.name), file) for file in self._folder.glob("journal-*"))
        return [(int(match[1]), file) for match, file in named if match]

    def _path(self, number: int) -> Path:
        return self._folder / f"journal-{number:06d}"

    def _open(self, number: int, size: int, base: int) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        self._file = os.open(self._path(number), flags, PRIVATE)
        self._number, self._size, self._base = number, size, base


def _batch(rows: Iterable[Row]) -> bytes:
    body = b"".join(key + b"\n" if text is None else key + b"\t" + text + b"\n" for key, text in rows)
    return header(len(body), zlib.crc32(body)) + body


def _replay(data: bytes) -> tuple[dict[bytes, bytes] | None, int, int]:
    """The state after the last whole batch, how long the first one is, and where the last one ends."""
    state: dict[bytes, bytes] | None = None
    base = at = 0
    while match := HEADER.match(data, at):
        start, length = at + HEADER_BYTES, int(match[1], 16)
        body = data[start : start + length]
        if len(body) < length or zlib.crc32(body) != int(match[2], 16):
            break
        state = {} if state is None else state
        for line in body.splitlines():
            key, tab, text = line.partition(b"\t")
            if tab:
                state[key] = text
            else:
                state.pop(key, None)
        at = start + length
        base = base or at
    return state, base, at


def _lost(name: str, data: bytes, end: int) -> str | None:
    """What cannot be read although it was confirmed, as a sentence; None if only the last write broke off."""
    rest = data[end:]
    later = [batch for batch in HEADER.finditer(rest) if batch.start() > 0 and _is_whole(rest, batch)]
    if not later and _is_torn(rest):
        return None
    upto = end + later[0].start() if later else len(data)
    what = f"{name} is damaged from byte {end} to byte {upto} of {len(data)}"
    if end == 0:
        what += ", where the whole state is"
    keys = sorted({row.partition(b"\t")[0] for batch in later for row in _body(rest, batch).splitlines()})
    if not keys:
        return f"{what}; the changes written there are lost"
    some = ", ".join(key.decode(errors="replace") for key in keys[:3]) + (", …" if len(keys) > 3 else "")
    more = "one later one" if len(later) == 1 else f"{len(later)} later ones"
    return f"{what}; the changes written there and {more} are lost, among them of {some}"


def _body(data: bytes, header: re.Match[bytes]) -> bytes:
    return data[header.end() : header.end() + int(header[1], 16)]


def _is_whole(data: bytes, header: re.Match[bytes]) -> bool:
    body = _body(data, header)
    return len(body) == int(header[1], 16) and zlib.crc32(body) == int(header[2], 16)


def _is_torn(data: bytes) -> bool:
    """Whether its first batch is just not all there: nothing of it was confirmed."""
    match = HEADER.match(data)
    return len(data) < HEADER_BYTES if match is None else len(data) - HEADER_BYTES < int(match[1], 16)


def _write(file: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]


def _for_owner(path: str, flags: int) -> int:
    """SecureStrings and the environments of functions are in these files."""
    return os.open(path, flags, PRIVATE)
