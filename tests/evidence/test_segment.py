"""A file that was touched in any way never passes for the one that was written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from monitor.errors import Damaged, Unavailable
from monitor.evidence.format import End
from monitor.evidence.keyring import Keyring
from monitor.evidence.library import Library
from monitor.evidence.reader import SegmentReader, Verdict
from monitor.evidence.segment import Anchor
from monitor.evidence.timeline import Hole
from monitor.store.recordings import RecordingRow
from tests.evidence.taking import Sound, Studio, heard, sound

PIECE = 40
"""Samples: the records are short so that every bit of a file can be tried."""


def recorded(studio: Studio, chunks: int = 3) -> Path:
    """A complete file with so many records of sound."""
    for at in range(chunks):
        half = sound(PIECE / 8000, seed=at)
        studio.tape.hear(studio.tape.roles[0], half[:, 0], at * PIECE)
        studio.round()
    studio.end()
    (file,) = studio.files
    return file


def verdict(path: Path, keys: Keyring, anchor: Anchor | None = None) -> Verdict | None:
    """None when not even the head is good."""
    try:
        with SegmentReader(path, keys) as reader:
            return reader.verify(anchor)
    except Damaged:
        return None


def anchor_of(studio: Studio) -> Anchor:
    (row,) = studio.notes.rows.values()
    return Anchor(records=row.records, bytes=row.bytes, digest=row.digest)


def parts(path: Path, keys: Keyring) -> tuple[bytes, list[bytes]]:
    """The head, and each record."""
    content = path.read_bytes()
    with SegmentReader(path, keys) as reader:
        places = list(reader.places())
    return content[: places[0].offset], [content[one.offset : one.end] for one in places]


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio(tmp_path)


def test_what_was_written_is_complete(studio: Studio) -> None:
    path = recorded(studio)
    found = verdict(path, studio.keys, anchor_of(studio))
    assert found is not None
    assert (found.state, found.records) == ("complete", 5)
    assert found.end == End(reason="hangup", received=(120, 0), recorded=(120, 0))
    assert (found.bytes, found.digest) == (anchor_of(studio).bytes, anchor_of(studio).digest)


def test_every_flipped_bit_is_found(studio: Studio) -> None:
    path = recorded(studio)
    good, anchor = path.read_bytes(), anchor_of(studio)
    with path.open("r+b", buffering=0) as file:
        for place in range(len(good) * 8):
            at, bit = divmod(place, 8)
            os.pwrite(file.fileno(), bytes([good[at] ^ 1 << bit]), at)
            found = verdict(path, studio.keys)
            assert found is None or found.state != "complete", place
            if bit == at % 8:
                known = verdict(path, studio.keys, anchor)
                assert known is None or known.state == "damaged", place
            os.pwrite(file.fileno(), good[at : at + 1], at)
    assert verdict(path, studio.keys, anchor).state == "complete"  # type: ignore[union-attr]


def test_every_cut_is_found(studio: Studio) -> None:
    path = recorded(studio)
    anchor = anchor_of(studio)
    for length in reversed(range(path.stat().st_size)):
        os.truncate(path, length)
        found = verdict(path, studio.keys)
        assert found is None or found.state == "unfinished", length
        known = verdict(path, studio.keys, anchor)
        assert known is None or known.state == "damaged", length


def shuffled(records: list[bytes]) -> Iterator[list[bytes]]:
    for one in range(len(records)):
        yield records[:one] + records[one + 1 :]
        yield records[: one + 1] + records[one:]
        for other in range(one):
            swapped = list(records)
            swapped[one], swapped[other] = swapped[other], swapped[one]
            yield swapped


def test_every_dropped_doubled_and_swapped_record_is_found(studio: Studio) -> None:
    path = recorded(studio)
    head, records = parts(path, studio.keys)
    tried = 0
    for wrong in shuffled(records):
        path.write_bytes(head + b"".join(wrong))
        found = verdict(path, studio.keys)
        assert found is None or found.state != "complete"
        tried += 1
    assert tried == 5 + 5 + 10


def test_records_and_heads_of_other_files_are_found(tmp_path: Path) -> None:
    one, two = Studio(tmp_path), Studio(tmp_path)
    first = recorded(one)
    kept = first.read_bytes()
    first.unlink()
    second = recorded(two)
    first.write_bytes(kept)
    head, records = parts(first, one.keys)
    other_head, others = parts(second, one.keys)
    for at in range(len(records)):
        first.write_bytes(head + b"".join(records[:at] + [others[at]] + records[at + 1 :]))
        found = verdict(first, one.keys)
        assert found is None or found.state == "damaged"
    first.write_bytes(other_head + b"".join(records))
    assert verdict(first, one.keys) is None


def test_anything_after_the_end_is_found(studio: Studio) -> None:
    path = recorded(studio)
    with path.open("ab") as file:
        file.write(b"\0")
    found = verdict(path, studio.keys)
    assert found is not None
    assert (found.state, found.why) == ("damaged", "1 bytes after the end mark")


def test_the_rest_of_a_damaged_file_is_still_heard(studio: Studio) -> None:
    said = sound(3.0)
    studio.play(said)
    studio.end()
    (path,) = studio.files
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    played = heard([path], studio.keys)
    wrong = (played != said).any(axis=1)
    assert 0 < wrong.sum() <= 8000
    assert (played[wrong] == 0).any(axis=1).all()


def test_only_the_right_key_opens(studio: Studio, tmp_path: Path) -> None:
    path = recorded(studio)
    other = Studio(tmp_path / "other")
    recorded(other)
    with pytest.raises(Damaged, match="not in the keyring"):
        SegmentReader(path, other.keys)


def test_silence_is_not_mistaken_for_sound(studio: Studio) -> None:
    studio.play(np.zeros((8000, 2), np.int16))
    studio.end()
    assert heard(studio.files, studio.keys).shape == (8000, 2)


def played(studio: Studio, row: RecordingRow) -> tuple[Sound, list[Hole]] | None:
    """As the server plays it; None when nothing of it can be played."""
    library = Library(studio.folder / "data" / "recordings", studio.keys)
    try:
        with library.take([row]) as timeline:
            sides = [timeline.sound(role, 0, timeline.samples) for role in timeline.roles]
            return np.stack(sides, axis=1), timeline.holes
    except Unavailable:
        return None


def test_a_flipped_bit_is_played_as_a_hole_and_never_as_sound(studio: Studio) -> None:
    """Frames are open: what they say of place and length must not be believed."""
    said = sound(3 * PIECE / 8000)
    for at in range(0, len(said), PIECE):
        studio.hear(said[at : at + PIECE])
        studio.round()
    studio.end()
    (path,), (row,) = studio.files, studio.notes.rows.values()
    good = path.read_bytes()
    whole = played(studio, row)
    assert whole is not None
    assert whole[1] == []
    assert (whole[0] == said).all()
    with SegmentReader(path, studio.keys) as reader:
        places = list(reader.places())
    assert len(places) == 8
    frames = {at for one in places[1::3] for at in range(one.offset, one.offset + 14)}
    tried = [(at, bit) for at in frames for bit in range(8)]
    tried += [(at, at % 8) for at in range(places[0].offset, len(good), 5) if at not in frames]
    for at, bit in tried:
        with path.open("r+b", buffering=0) as file:
            os.pwrite(file.fileno(), bytes([good[at] ^ 1 << bit]), at)
            found = played(studio, row)
            os.pwrite(file.fileno(), good[at : at + 1], at)
        if found is None:
            continue
        heard_, holes = found
        assert holes, (at, bit)
        assert len(heard_) <= len(said) + 8000, (at, bit)
        heard_ = np.pad(heard_, ((0, max(0, len(said) - len(heard_))), (0, 0)))
        assert ((heard_[: len(said)] == said) | (heard_[: len(said)] == 0)).all(), (at, bit)
        assert not heard_[len(said) :].any()


def test_a_cut_is_heard_as_a_hole(studio: Studio) -> None:
    studio.play(sound(3.0))
    studio.end()
    (path,), (row,) = studio.files, studio.notes.rows.values()
    os.truncate(path, row.bytes // 2)
    found = played(studio, row)
    assert found is not None
    (hole,) = [hole for hole in found[1] if hole.why == "damaged"]
    assert hole.start == pytest.approx(1.5, abs=1.0)
    assert hole.end == pytest.approx(3.0, abs=0.5)
