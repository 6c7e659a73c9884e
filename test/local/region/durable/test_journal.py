"""A file of changes: what a kill at any moment leaves of it, and which state is read back."""

from __future__ import annotations

import os
import tracemalloc
from pathlib import Path

import pytest

from region.durable import journal as journals
from region.durable.journal import DamagedError, Journal, Row

BATCHES: list[list[Row]] = [
    [(b"a", b"1"), (b"b", b"2")],
    [(b"a", b"3"), (b"c", b"4")],
    [(b"b", None), (b"d", b"5")],
]
STATES: list[dict[bytes, bytes]] = [
    {},
    {b"a": b"1", b"b": b"2"},
    {b"a": b"3", b"b": b"2", b"c": b"4"},
    {b"a": b"3", b"c": b"4", b"d": b"5"},
]


def written(folder: Path) -> Path:
    journal = Journal(folder)
    journal.read()
    for batch in BATCHES:
        journal.append(batch)
    journal.close()
    return folder / "journal-000001"


def read(folder: Path) -> tuple[dict[bytes, bytes], list[str]]:
    journal = Journal(folder)
    state, found = journal.read()
    journal.close()
    return state or {}, found


def test_a_file_cut_at_any_byte_gives_the_state_after_a_whole_batch(tmp_path: Path) -> None:
    whole = written(tmp_path).read_bytes()
    ends = batch_ends(whole)
    for cut in range(len(whole) + 1):
        (tmp_path / "journal-000001").write_bytes(whole[:cut])
        batches = max(number for number, end in enumerate(ends) if end <= cut)
        state, found = read(tmp_path)
        assert state == STATES[batches], cut
        assert bool(found) == (cut not in ends), cut
        assert (tmp_path / "journal-000001").stat().st_size == ends[batches]


def test_what_follows_a_torn_batch_is_written_after_the_last_whole_one(tmp_path: Path) -> None:
    file = written(tmp_path)
    os.truncate(file, file.stat().st_size - 1)
    journal = Journal(tmp_path)
    journal.read()
    journal.append([(b"e", b"6")])
    journal.close()
    assert read(tmp_path) == ({**STATES[2], b"e": b"6"}, [])


def test_a_rewritten_journal_holds_the_same_and_what_came_meanwhile(tmp_path: Path) -> None:
    written(tmp_path)
    journal = Journal(tmp_path)
    journal.read()
    journal.compact()
    journal.append([(b"e", b"6")])
    journal.compact()
    journal.close()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["journal-000002", "journal-000003"]
    assert read(tmp_path) == ({**STATES[3], b"e": b"6"}, [])


def test_a_large_journal_is_rewritten_with_little_memory(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.read()
    for turn in range(4):
        journal.append([(b"%d" % key, b"%d" % turn * 50_000) for key in range(50)])
    tracemalloc.start()
    try:
        journal.compact()
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 1_000_000
    journal.close()
    assert read(tmp_path) == ({b"%d" % key: b"3" * 50_000 for key in range(50)}, [])


def batch_ends(whole: bytes) -> list[int]:
    ends = [0]
    for _ in BATCHES:
        ends.append(ends[-1] + journals.HEADER_BYTES + int(whole[ends[-1] : ends[-1] + 8], 16))
    return ends


def test_a_damaged_state_is_given_up_only_when_that_is_accepted(tmp_path: Path) -> None:
    written(tmp_path)
    journal = Journal(tmp_path)
    journal.read()
    journal.compact()
    journal.close()
    file = tmp_path / "journal-000002"
    data = bytearray(file.read_bytes())
    data[20] ^= 1
    file.write_bytes(data)
    lost = (
        f"journal-000002 is damaged from byte 0 to byte {len(data)} of {len(data)}, where the whole state is"
    )
    with pytest.raises(DamagedError, match=lost) as refused:
        read(tmp_path)
    assert refused.value.older
    assert file.read_bytes() == data
    journal = Journal(tmp_path)
    state, found = journal.read(accept_loss=True)
    journal.close()
    assert state == STATES[3]
    assert found == [
        f"{lost}; the changes written there are lost; "
        "it was accepted, and the file is kept as journal-000002.damaged"
    ]
    (tmp_path / "journal-000001").write_bytes(data)
    with pytest.raises(DamagedError, match="journal-000001 is damaged from byte 0") as last:
        read(tmp_path)
    assert not last.value.older


def test_no_flipped_bit_passes_for_a_write_that_broke_off(tmp_path: Path) -> None:
    """Each byte of each batch but the last, whose length alone may say that it broke off."""
    file = written(tmp_path)
    whole = file.read_bytes()
    ends = batch_ends(whole)
    for at in range(ends[-2]):
        batch = max(number for number, end in enumerate(ends) if end <= at)
        data = bytearray(whole)
        data[at] ^= 1
        file.write_bytes(data)
        with pytest.raises(DamagedError) as refused:
            read(tmp_path)
        said = str(refused.value)
        assert said.startswith(f"journal-000001 is damaged from byte {ends[batch]} to byte "), at
        assert ("2 later ones" if batch == 0 else "one later one") + " are lost, among them of " in said, at
        assert file.read_bytes() == data


def test_what_comes_before_the_damage_counts_when_the_loss_is_accepted(tmp_path: Path) -> None:
    file = written(tmp_path)
    data = bytearray(file.read_bytes())
    ends = batch_ends(bytes(data))
    data[ends[2] - 2] ^= 1
    file.write_bytes(data)
    journal = Journal(tmp_path)
    state, found = journal.read(accept_loss=True)
    assert state == STATES[1]
    assert found == [
        f"journal-000001 is damaged from byte {ends[1]} to byte {ends[2]} of {ends[3]}; the changes written "
        "there and one later one are lost, among them of b, d; "
        "it was accepted, and the file is kept as journal-000001.damaged"
    ]
    assert (tmp_path / "journal-000001.damaged").read_bytes() == data
    journal.append([(b"e", b"6")])
    journal.close()
    assert read(tmp_path) == ({**STATES[1], b"e": b"6"}, [])


def test_a_batch_for_which_there_is_no_room_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path)
    journal = Journal(tmp_path)
    journal.read()

    def half(file: int, data: bytes) -> None:
        os.write(file, data[: len(data) // 2])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(journals, "_write", half)
        with pytest.raises(OSError, match="No space left"):
            journal.append([(b"e", b"6")])
    journal.append([(b"f", b"7")])
    journal.close()
    assert read(tmp_path) == ({**STATES[3], b"f": b"7"}, [])


def test_the_journal_is_for_its_owner_only(tmp_path: Path) -> None:
    assert written(tmp_path).stat().st_mode & 0o777 == 0o600


def test_nothing_is_written_after_the_end(tmp_path: Path) -> None:
    written(tmp_path)
    journal = Journal(tmp_path)
    journal.read()
    journal.close()
    journal.append([(b"e", b"6")])
    assert read(tmp_path) == (STATES[3], [])
    assert [file.name for file in tmp_path.iterdir()] == ["journal-000001"]
