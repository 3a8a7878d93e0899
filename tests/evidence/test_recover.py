"""What a crash, a restore and a deletion leave behind."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from monitor.clock import VirtualClock
from monitor.errors import Damaged
from monitor.events import CallStarted
from monitor.evidence import recover
from monitor.evidence.eraser import RecordingEraser
from monitor.evidence.keyring import Keyring
from monitor.store import calls, recordings
from monitor.store.recordings import RecordingRow
from monitor.store.store import Store
from tests.evidence.taking import Studio, heard, sound

MONTH_S = 32 * 86_400


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "data") as made:
        yield made


def folder(studio: Studio) -> Path:
    return studio.folder / "data" / "recordings"


async def note(store: Store, studio: Studio) -> RecordingRow:
    (row,) = studio.notes.rows.values()
    await store.write(lambda on: recordings.put(on, row))
    return row


async def recovered(store: Store, studio: Studio) -> list[RecordingRow]:
    strays = recover.find(store, folder(studio))
    return await recover.recover(strays, store, folder(studio), studio.keys, studio.clock)


async def test_a_file_left_open_is_read_as_far_as_it_goes(tmp_path: Path, store: Store) -> None:
    studio, said = Studio(tmp_path), sound(8.0)
    studio.play(said)
    await note(store, studio)
    with studio.files[0].open("ab") as file:
        file.write(b"torn")
    (row,) = await recovered(store, studio)
    assert (row.state, row.reason) == ("interrupted", "server_lost")
    assert (heard(studio.files, studio.keys) == said).all()
    assert store.read_now(recordings.every) == [row]
    assert await recovered(store, studio) == []


async def test_less_than_was_on_disk_is_no_crash(tmp_path: Path, store: Store) -> None:
    studio = Studio(tmp_path)
    studio.play(sound(12.0))
    noted = await note(store, studio)
    assert noted.state == "open"
    os.truncate(studio.files[0], noted.bytes - 1)
    (row,) = await recovered(store, studio)
    assert row.state == "damaged"
    assert (row.bytes, row.digest) == (noted.bytes, noted.digest)


async def test_a_file_that_is_gone_is_missing(tmp_path: Path, store: Store) -> None:
    studio = Studio(tmp_path)
    studio.play(sound(6.0))
    await note(store, studio)
    studio.files[0].unlink()
    (row,) = await recovered(store, studio)
    assert row.state == "missing"


async def test_a_recording_newer_than_the_database_is_adopted(tmp_path: Path, store: Store) -> None:
    studio, said = Studio(tmp_path), sound(3.0)
    studio.play(said)
    studio.end()
    (kept,) = studio.notes.rows.values()
    (row,) = await recovered(store, studio)
    assert msgspec.structs.replace(row, ended_wall=None, reason="") == msgspec.structs.replace(
        kept, ended_wall=None, reason=""
    )
    (call,) = store.read_now(lambda on: calls.find(on, "c1", teams=("south",)))
    assert (call.agent, call.end_reason) == ("8012", recover.RECOVERED)
    assert store.read_now(lambda on: recordings.of_call(on, "south", "c1")) == [row]


async def test_a_stray_that_cannot_be_read_stays(tmp_path: Path, store: Store) -> None:
    studio = Studio(tmp_path)
    studio.play(sound(1.0))
    studio.end()
    (path,) = studio.files
    os.truncate(path, 100)
    assert await recovered(store, studio) == []
    assert path.exists()


async def test_erasing_takes_the_file_the_row_and_in_the_end_the_key(
    tmp_path: Path, store: Store
) -> None:
    studio = Studio(tmp_path)
    studio.play(sound(2.0))
    studio.end()
    (path,) = studio.files
    copy = tmp_path / path.name
    os.link(path, copy)
    backup = path.read_bytes()
    await recovered(store, studio)
    (call,) = store.read_now(lambda on: calls.find(on, "c1", teams=("south",)))
    clock = VirtualClock()
    eraser = RecordingEraser(store, folder(studio), studio.keys, clock)
    await eraser.begin([call.number])
    assert store.read_now(lambda on: recordings.of_call(on, "south", "c1")) == []
    assert path.exists()
    (erased,) = await eraser.finish([call.number])
    assert erased.id == path.stem
    assert not path.exists()
    assert not any(copy.read_bytes()[:200])
    assert await eraser.finish([call.number]) == []
    # a copy opens until the month is over and its last recording gone
    copy.write_bytes(backup)
    assert heard([copy], studio.keys).any()
    later = RecordingEraser(store, folder(studio), studio.keys, VirtualClock(start_s=MONTH_S))
    await again(store, studio, later)
    with pytest.raises(Damaged, match="not in the keyring"):
        heard([copy], Keyring(tmp_path / "data", studio.keys._root))


async def again(store: Store, studio: Studio, eraser: RecordingEraser) -> None:
    other = Studio(studio.folder)
    other.play(sound(1.0))
    other.end()
    await recovered(store, other)
    (call,) = store.read_now(lambda on: calls.find(on, "c1", teams=("south",)))
    await eraser.begin([call.number])
    assert len(await eraser.finish([call.number])) == 1


async def test_a_file_of_another_call_is_not_erased(tmp_path: Path, store: Store) -> None:
    studio = Studio(tmp_path)
    studio.play(sound(1.0))
    studio.end()
    await recovered(store, studio)
    (row,) = store.read_now(recordings.every)
    wrong = msgspec.structs.replace(row, call="c2")
    await store.write(lambda on: recordings.put(on, wrong))
    await store.write(lambda on: calls.ensure(on, calls_started(), 0.0))
    (call,) = store.read_now(lambda on: calls.find(on, "c2", teams=("south",)))
    eraser = RecordingEraser(store, folder(studio), studio.keys, studio.clock)
    await eraser.begin([call.number])
    assert await eraser.finish([call.number]) == []
    assert studio.files


def calls_started() -> CallStarted:

    return CallStarted(call="c2", team="south")
