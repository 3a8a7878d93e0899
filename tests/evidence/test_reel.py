"""A disk that fails costs no sound as long as memory lasts, and what is lost is on record."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from monitor.evidence.disk import RealDisk
from monitor.evidence.reader import SegmentReader
from tests.evidence.taking import ROLES, Sound, Studio, heard, opened, sound

FAULTS = (errno.ENOSPC, errno.EIO, errno.EMFILE, errno.EACCES)


@dataclass
class FailingDisk(RealDisk):
    """The call number `fails` fails once; so do all from there on while `for_ever`."""

    fails: int = 0
    number: int = errno.EIO
    torn: bool = False
    """A write that fails leaves half of its bytes."""
    for_ever: bool = False
    calls: list[str] = field(default_factory=list)

    def make_folder(self, folder: Path) -> None:
        self._count("make_folder")
        super().make_folder(folder)

    def create(self, path: Path) -> int:
        self._count("create")
        return super().create(path)

    def append(self, handle: int, data: bytes) -> int:
        try:
            self._count("append")
        except OSError:
            if not self.torn:
                raise
            return super().append(handle, data[: len(data) // 2])
        return super().append(handle, data)

    def sync(self, handle: int) -> None:
        self._count("sync")
        super().sync(handle)

    def sync_folder(self, folder: Path) -> None:
        self._count("sync_folder")
        super().sync_folder(folder)

    def close(self, handle: int) -> None:
        super().close(handle)
        self._count("close")

    def _count(self, name: str) -> None:
        self.calls.append(name)
        due = len(self.calls) - 1
        if due == self.fails or (self.for_ever and due > self.fails):
            raise OSError(self.number, os.strerror(self.number))


def calls_of_a_call(folder: Path) -> list[str]:
    disk = FailingDisk(fails=-1)
    studio = Studio(folder, disk=disk)
    studio.play(sound(2.0))
    studio.end()
    return disk.calls


def test_each_call_to_the_system_may_fail_once(tmp_path: Path) -> None:
    said = sound(2.0)
    calls = calls_of_a_call(tmp_path / "count")
    assert {"make_folder", "create", "append", "sync", "sync_folder", "close"} == set(calls)
    for place, name in enumerate(calls):
        odd = (-errno.ENOSPC,) if name == "append" else ()
        for number in (*FAULTS, *odd):
            folder = tmp_path / f"{place}-{number}"
            disk = FailingDisk(fails=place, number=abs(number), torn=number < 0)
            studio = Studio(folder, disk=disk)
            studio.play(said)
            studio.end()
            assert len(disk.calls) > place
            assert studio.tape.done.result().whole, (name, number)
            assert studio.reel.fault is None
            assert (heard(studio.files, studio.keys) == said).all(), (name, number)
            states = sorted(row.state for row in studio.notes.rows.values())
            assert states[0] == "complete"
            assert set(states[1:]) <= {"interrupted"}


SYSTEM = ("open", "write", "fdatasync", "fsync", "close", "rename", "mkdir", "unlink")


class Refusing:
    """The system, refusing its call number `fails`; with -1 it only counts."""

    def __init__(self, patch: pytest.MonkeyPatch, fails: int, number: int) -> None:
        self._fails = fails
        self._number = number
        self.calls: list[str] = []
        for name in SYSTEM:
            patch.setattr(os, name, partial(self._call, name, getattr(os, name)))

    def _call(self, name: str, real: Callable[..., Any], *given: Any, **more: Any) -> Any:
        self.calls.append(name)
        due = len(self.calls) - 1 == self._fails
        if due and name != "close":
            raise OSError(self._number, os.strerror(self._number))
        done = real(*given, **more)
        if due:
            # a handle is gone even if closing it says that something is wrong
            raise OSError(self._number, os.strerror(self._number))
        return done


def recorded(folder: Path, said: Sound, fails: int, number: int) -> tuple[Studio, list[str]]:
    """A call of a new month, so that its key is made and kept as well."""
    studio = Studio(folder)
    with pytest.MonkeyPatch.context() as patch:
        system = Refusing(patch, fails, number)
        studio.play(said)
        studio.end()
    return studio, system.calls


def test_each_call_of_the_keys_may_fail_too(tmp_path: Path) -> None:
    said = sound(1.0)
    _, calls = recorded(tmp_path / "count", said, -1, 0)
    assert set(calls) == set(SYSTEM)
    for place, name in enumerate(calls):
        for number in (errno.ENOSPC, errno.EIO, errno.EMFILE):
            studio, _ = recorded(tmp_path / f"{place}-{number}", said, place, number)
            assert studio.reel.fault is None, (place, name)
            assert studio.tape.done.result().whole, (place, name)
            assert (heard(studio.files, studio.keys) == said).all(), (place, name)


def test_a_fault_begins_a_new_file_and_leaves_the_old_as_it_was(tmp_path: Path) -> None:
    disk = FailingDisk(fails=10**9)
    studio = Studio(tmp_path, disk=disk)
    studio.play(sound(2.0))
    (first,) = studio.files
    before = first.read_bytes()
    disk.fails = len(disk.calls)
    studio.hear(sound(0.5))
    studio.round()
    assert studio.reel.fault == os.strerror(errno.EIO)
    studio.play(sound(2.0))
    studio.end()
    assert studio.reel.fault is None
    assert first.read_bytes() == before
    assert len(studio.files) == 2
    with SegmentReader(studio.files[1], studio.keys) as reader:
        assert (reader.about.segment, reader.about.take) == (1, "t1")


def test_what_memory_cannot_hold_is_lost_and_said(tmp_path: Path) -> None:
    said = sound(12.0)
    disk = FailingDisk(fails=0, number=errno.ENOSPC, for_ever=True)
    studio = Studio(tmp_path, disk=disk, hold_s=5.0)
    studio.play(said[:80_000])
    assert studio.reel.fault == os.strerror(errno.ENOSPC)
    assert studio.tape.lost == [40_000, 40_000]
    disk.fails = 10**9
    studio.clock.advance(1.0)
    studio.round()
    studio.play(said[80_000:])
    studio.end()
    assert studio.reel.fault is None
    kept = studio.tape.done.result()
    assert not kept.whole
    assert (kept.received, kept.recorded) == ((96_000, 96_000), (56_000, 56_000))
    played = heard(studio.files, studio.keys)
    assert (played[:40_000] == said[:40_000]).all()
    assert (played[40_000:80_000] == 0).all()
    assert (played[80_000:] == said[80_000:]).all()
    for timeline in opened(studio.files, studio.keys):
        assert {(hole.why, hole.start, hole.end) for hole in timeline.holes} == {
            ("lost", 5.0, 10.0)
        }
    assert [row.lost_s for row in studio.notes.rows.values()] == [10.0]


def test_a_call_that_is_over_is_not_held_for_ever(tmp_path: Path) -> None:
    disk = FailingDisk(fails=0, for_ever=True)
    studio = Studio(tmp_path, disk=disk)
    studio.play(sound(3.0))
    studio.end(rounds=150)
    kept = studio.tape.done.result()
    assert (kept.received, kept.recorded) == ((24_000, 24_000), (0, 0))
    assert studio.tape.lost == [24_000, 24_000]


def test_at_most_two_seconds_are_not_on_disk(tmp_path: Path) -> None:
    said = sound(20.0)
    studio = Studio(tmp_path)
    step = 4000
    for number, at in enumerate(range(0, len(said), step)):
        studio.hear(said[at : at + step])
        behind = (at + step - studio.reel.recorded[0]) / 8000
        assert behind <= 1.5
        studio.round(sync=number % 2 == 1)


def test_a_call_without_sound_leaves_no_file(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    studio.round()
    studio.end()
    assert studio.tape.done.result().whole
    assert not (tmp_path / "data" / "recordings").exists()


@pytest.mark.parametrize("piece", [1, 7, 160, 4001, 20_000])
def test_any_pieces_make_the_same_sound(tmp_path: Path, piece: int) -> None:
    said = sound(2.5)
    studio = Studio(tmp_path)
    studio.hear(said[:9000], piece)
    studio.round()
    studio.hear(said[9000:], piece)
    studio.end()
    assert (heard(studio.files, studio.keys) == said).all()


def test_one_silent_side_is_silence(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    said = sound(1.0)
    studio.tape.hear(ROLES[1], said[:, 1], 0)
    studio.end()
    played = heard(studio.files, studio.keys)
    assert (played[:, 1] == said[:, 1]).all()
    assert not np.any(played[:, 0])
