"""What counts of a journal, copied into the next one with nothing but its keys in memory.

A state is tens of megabytes, and Python does not give back all the memory that reading it once took.
"""

from __future__ import annotations

import mmap
import re
import zlib
from typing import BinaryIO

HEADER = re.compile(rb"([0-9a-f]{8}) ([0-9a-f]{8})\n")
HEADER_BYTES = 18


def header(length: int, check: int) -> bytes:
    return b"%08x %08x\n" % (length, check)


def copy_what_counts(source: BinaryIO, end: int, output: BinaryIO) -> int:
    """Writes what counts of a journal up to `end` as one batch, and returns how long that is."""
    with mmap.mmap(source.fileno(), end, access=mmap.ACCESS_READ) as data:
        return _copy(data, output)


def _copy(data: mmap.mmap, output: BinaryIO) -> int:
    places = _places(data)
    length = sum(end - start for start, end in places.values())
    check = 0
    with memoryview(data) as view:
        for start, end in places.values():
            check = zlib.crc32(view[start:end], check)
        output.write(header(length, check))
        for start, end in places.values():
            output.write(view[start:end])
    return HEADER_BYTES + length


def _places(data: mmap.mmap) -> dict[bytes, tuple[int, int]]:
    """Where the latest line of each key begins and ends."""
    places: dict[bytes, tuple[int, int]] = {}
    at = 0
    while match := HEADER.match(data, at):
        at += HEADER_BYTES
        stop = at + int(match[1], 16)
        with memoryview(data) as view:
            if len(view) < stop or zlib.crc32(view[at:stop]) != int(match[2], 16):
                break
        while at < stop:
            end = data.find(b"\n", at, stop) + 1
            tab = data.find(b"\t", at, end)
            if tab >= 0:
                places[data[at:tab]] = at, end
            else:
                places.pop(data[at : end - 1], None)
            at = end
    return places
