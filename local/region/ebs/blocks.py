"""The blocks of a snapshot: a sparse file with its content and a list of what was written, in its folder.

`disk.raw` has each block at its place. `blocks` has a line per write, `<index> <SHA-256 in hex>`; the last
line of an index counts. Both outlive the region, so an upload that a restart breaks can go on.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

BLOCK_SIZE = 512 * 1024

DISK = "disk.raw"
_WRITTEN = "blocks"
_INHERITED = "parent-blocks"


def make(folder: Path, gibibytes: int) -> None:
    """An empty disk of that size."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / DISK).open("wb") as disk:
        disk.truncate(gibibytes << 30)
    (folder / _WRITTEN).touch()


def inherit(folder: Path, parent: Path) -> None:
    """Gives a new disk its parent's blocks: a copy, as the parent may be deleted first."""
    blocks = of(parent)
    with (parent / DISK).open("rb") as source, (folder / DISK).open("r+b") as disk:
        for index in blocks:
            source.seek(index * BLOCK_SIZE)
            disk.seek(index * BLOCK_SIZE)
            disk.write(source.read(BLOCK_SIZE))
    _append(folder / _INHERITED, blocks)


def put(folder: Path, index: int, data: bytes) -> None:
    with (folder / DISK).open("r+b") as disk:
        disk.seek(index * BLOCK_SIZE)
        disk.write(data)
    _append(folder / _WRITTEN, {index: hashlib.sha256(data).digest()})


def get(folder: Path, index: int) -> bytes:
    with (folder / DISK).open("rb") as disk:
        disk.seek(index * BLOCK_SIZE)
        return disk.read(BLOCK_SIZE)


def written(folder: Path) -> dict[int, bytes]:
    """The digests of the blocks that were put into this snapshot itself, by index."""
    return _lines(folder / _WRITTEN)


def of(folder: Path) -> dict[int, bytes]:
    """The digests of all blocks, those of its parent included, in the order of their index."""
    found = _lines(folder / _INHERITED) | written(folder)
    return {index: found[index] for index in sorted(found)}


def checksum(digests: dict[int, bytes]) -> bytes:
    """What CompleteSnapshot compares: the LINEAR aggregation, the digest of the blocks' digests in order."""
    return hashlib.sha256(b"".join(digests[index] for index in sorted(digests))).digest()


def _append(file: Path, blocks: dict[int, bytes]) -> None:
    with file.open("a", encoding="ascii") as lines:
        lines.writelines(f"{index} {digest.hex()}\n" for index, digest in blocks.items())


def _lines(file: Path) -> dict[int, bytes]:
    if not file.exists():
        return {}
    pairs = (line.split() for line in file.read_text(encoding="ascii").splitlines())
    return {int(index): bytes.fromhex(digest) for index, digest in pairs}
