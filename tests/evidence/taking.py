"""Takes that are recorded under a clock that the test moves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from monitor.clock import VirtualClock
from monitor.events import CallStarted
from monitor.evidence.disk import Disk, RealDisk
from monitor.evidence.format import SUFFIX
from monitor.evidence.keyring import Keyring
from monitor.evidence.reader import SegmentReader
from monitor.evidence.reel import Drive, Reel
from monitor.evidence.root import FileRoot, RootKey
from monitor.evidence.tape import Tape
from monitor.evidence.timeline import Timeline
from monitor.store.recordings import RecordingRow
from monitor.types import Role

RATE = 8000
ROLES = (Role.AGENT, Role.CUSTOMER)
ROUND_S = 0.5

Sound = np.ndarray[Any, np.dtype[np.int16]]


@dataclass
class Notes:
    """An index that is only remembered."""

    rows: dict[str, RecordingRow] = field(default_factory=dict)

    def put(self, row: RecordingRow, then: Callable[[], None] = lambda: None) -> None:
        self.rows[row.file] = row
        then()

    def tick(self) -> None:
        pass


def keyring(folder: Path) -> Keyring:
    root = FileRoot(folder / "apart" / "root.key")
    if not root.load():
        root.create([RootKey.new()])
    return Keyring(folder / "data", root)


def sound(seconds: float, seed: int = 3) -> Sound:
    """Shape (n, 2), noise."""
    dice = np.random.default_rng(seed)
    return dice.integers(-20_000, 20_000, (int(seconds * RATE), 2)).astype(np.int16)


@dataclass
class Studio:
    """One call under way."""

    folder: Path
    disk: Disk = field(default_factory=RealDisk)
    hold_s: float = 30.0
    clock: VirtualClock = field(default_factory=VirtualClock)
    notes: Notes = field(default_factory=Notes)

    def __post_init__(self) -> None:
        self.keys = keyring(self.folder)
        self.tape = Tape(
            CallStarted(call="c1", team="south", agent="8012"),
            rate=RATE,
            roles=ROLES,
            take="t1",
            began_wall=self.clock.wall(),
            bound=int(self.hold_s * RATE) * 2,
        )
        drive = Drive(
            folder=self.folder / "data" / "recordings",
            keyring=self.keys,
            disk=self.disk,
            clock=self.clock,
            index=self.notes,
        )
        self.reel = Reel(self.tape, drive)
        self.position = 0

    def hear(self, heard: Sound, piece: int = 800) -> None:
        """Both sides, in pieces as they come over the wire."""
        for at in range(0, len(heard), piece):
            for channel, role in enumerate(ROLES):
                self.tape.hear(role, heard[at : at + piece, channel], self.position)
            self.position += len(heard[at : at + piece])

    def round(self, *, sync: bool = True) -> None:
        """As the recorder's thread does every half second."""
        self.clock.advance(ROUND_S)
        self.reel.write()
        if sync:
            self.reel.sync()
        self.reel.finish()

    def play(self, heard: Sound) -> None:
        """A whole call at the speed of real time, synced every second round."""
        step = int(ROUND_S * RATE)
        for number, at in enumerate(range(0, len(heard), step)):
            self.hear(heard[at : at + step])
            self.round(sync=number % 2 == 1)

    def end(self, rounds: int = 10) -> None:
        self.tape.end("hangup")
        for _ in range(rounds):
            if self.reel.finished:
                return
            self.round()

    @property
    def files(self) -> list[Path]:
        """In the order of their segments."""
        return segments(self.folder, self.keys)


def segments(folder: Path, keys: Keyring) -> list[Path]:
    found = []
    for path in (folder / "data" / "recordings").rglob("*" + SUFFIX):
        with SegmentReader(path, keys) as reader:
            found.append((reader.about.segment, path))
    return [path for _, path in sorted(found)]


def opened(paths: list[Path], keys: Keyring) -> Iterator[Timeline]:
    readers = [SegmentReader(path, keys) for path in paths]
    yield Timeline(readers)
    for reader in readers:
        reader.close()


def heard(paths: list[Path], keys: Keyring) -> Sound:
    """What can be played, shape (n, 2)."""
    for timeline in opened(paths, keys):
        sides = [timeline.sound(role, 0, timeline.samples) for role in ROLES]
        return np.stack(sides, axis=1)
    raise AssertionError
