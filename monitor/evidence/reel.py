"""One take on its way to disk: entries of a tape into segments, a new one after every fault."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec
import structlog

from monitor.clock import Clock
from monitor.errors import MonitorError
from monitor.evidence.disk import Disk
from monitor.evidence.format import About, End, Kind
from monitor.evidence.index import Index
from monitor.evidence.keyring import Keyring
from monitor.evidence.places import folder_of, month_of
from monitor.evidence.segment import Anchor, Entry, Segment
from monitor.evidence.tape import Kept, Tape
from monitor.store.recordings import RecordingRow, State

logger = structlog.get_logger()

RETRY_S = 1.0
"""Between tries to begin a new segment after a fault."""

GIVE_UP_S = 60.0
"""A call that is over is held in memory this long while the disk takes nothing."""

ANCHOR_S = 5.0
"""Between notes in the database of how much of a file is on disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drive:
    """What all reels of a recorder share."""

    folder: Path
    keyring: Keyring
    disk: Disk
    clock: Clock
    index: Index


class Reel:
    """Used by the recorder's thread alone.

    A fault of the disk costs nothing by itself: entries are kept until they are synced, and go
    into a new segment. Only the tape's bound loses sound, and that is put on record.
    """

    def __init__(self, tape: Tape, drive: Drive) -> None:
        self.tape = tape
        self.fault: str | None = None
        """Why nothing can be written now; None when all is well."""
        self.recorded = [0] * len(tape.roles)
        self._drive = drive
        self._segment: Segment | None = None
        self._row: RecordingRow | None = None
        self._number = 0
        self._waiting: list[Entry] = []
        self._unsynced: list[Entry] = []
        self._retry_at = 0.0
        self._anchor_at = 0.0
        self._failing_since = 0.0
        self.finished = False
        """Nothing is left to be done."""

    def write(self) -> None:
        """Append what the tape holds."""
        self._waiting += self.tape.drain()
        now = self._drive.clock.monotonic()
        if now < self._retry_at:
            return
        if not self._waiting:
            if not self._unsynced:
                self.fault = None
            return
        try:
            if self._segment is None:
                self._segment = self._begin()
            self._segment.append(self._waiting)
        except (OSError, MonitorError) as fault:
            self._fail(fault)
            return
        self._unsynced += self._waiting
        self._waiting = []
        if self.fault is not None:
            # memory is full of what the disk did not take: make room at once
            self.sync()

    def sync(self) -> None:
        """Make what was appended outlive a power cut, and note that now and then."""
        if self._segment is None or not self._segment.dirty:
            return
        try:
            anchor = self._segment.sync()
        except OSError as fault:
            self._fail(fault)
            return
        self._settle()
        now = self._drive.clock.monotonic()
        if now >= self._anchor_at:
            self._anchor_at = now + ANCHOR_S
            self._note(anchor)

    def finish(self) -> None:
        """Once the tape ended: put the end mark, or give up after a minute of faults."""
        if self.tape.reason is None or self.finished:
            return
        self.write()
        self.sync()
        if self.fault is None and not self._waiting and not self._unsynced:
            self._put_end(self.tape.reason)
        elif self._drive.clock.monotonic() - self._failing_since > GIVE_UP_S:
            self.give_up()

    def hold(self, why: str) -> None:
        """Write nothing for now: room is kept for the database."""
        if self.fault is None:
            self._failing_since = self._drive.clock.monotonic()
        self.fault = why
        self._waiting += self.tape.drain()
        self._retry_at = self._drive.clock.monotonic() + RETRY_S

    def give_up(self) -> None:
        """Let go of what could not be written, and say how much that was."""
        if self.finished:
            return
        for entry in [*self._unsynced, *self._waiting]:
            self.tape.give_up(entry)
        self._unsynced, self._waiting = [], []
        if self._segment is not None:
            self._close_row("interrupted", self._segment.anchor)
            self._segment.abandon()
            self._segment = None
        self._end()

    def _put_end(self, reason: str) -> None:
        if self._number == 0:
            # no sound ever came: there is nothing to keep
            self._end()
            return
        end = End(
            reason=reason,
            received=tuple(self.tape.received),
            recorded=tuple(self.recorded),
        )
        try:
            if self._segment is None:
                self._segment = self._begin()
            anchor = self._segment.finish(end)
        except (OSError, MonitorError) as fault:
            self._fail(fault)
            return
        self._close_row("complete", anchor)
        self._end()

    def _end(self) -> None:
        self.finished = True
        kept = Kept(received=tuple(self.tape.received), recorded=tuple(self.recorded))
        if not kept.whole:
            lost = sum(kept.received) - sum(kept.recorded)
            logger.error(
                "sound was not recorded", call=self.tape.call.call, seconds=lost / self.tape.rate
            )
        if self._row is None:
            self.tape.done.set_result(kept)
        else:
            # whoever waits for the end may ask the database next
            self._drive.index.put(self._row, lambda: self.tape.done.set_result(kept))

    def _begin(self) -> Segment:
        tape, drive = self.tape, self._drive
        wall = drive.clock.wall()
        key = drive.keyring.current(tape.call.team, wall)
        about = About(
            team=tape.call.team,
            call=tape.call.call,
            take=tape.take,
            segment=self._number,
            rate=tape.rate,
            roles=tuple(tape.roles),
            began_wall=tape.began_wall,
            started=msgspec.to_builtins(tape.call),
        )
        place = folder_of(tape.call.team, month=month_of(wall))
        segment = Segment.create(
            drive.disk, drive.folder / place, key, about, wall=wall, escrow=drive.keyring.escrow
        )
        self._row = RecordingRow(
            file=segment.file,
            team=tape.call.team,
            call=tape.call.call,
            take=tape.take,
            segment=self._number,
            path=str(place / segment.path.name),
            kek=key.id,
            began_wall=tape.began_wall,
        )
        self._number += 1
        drive.index.put(self._row)
        self._anchor_at = drive.clock.monotonic() + ANCHOR_S
        return segment

    def _fail(self, fault: OSError | MonitorError) -> None:
        """The file is lost from its last sync on; what came after goes into the next one."""
        why = getattr(fault, "strerror", None) or str(fault)
        if self.fault is None:
            self._failing_since = self._drive.clock.monotonic()
            logger.error("recording interrupted", call=self.tape.call.call, why=why)
        self.fault = why
        if self._segment is not None:
            self._close_row("interrupted", self._segment.anchor)
            self._segment.abandon()
            self._segment = None
        self._waiting = self._unsynced + self._waiting
        self._unsynced = []
        self._retry_at = self._drive.clock.monotonic() + RETRY_S

    def _settle(self) -> None:
        """Everything unsynced is on disk now."""
        released = 0
        for entry in self._unsynced:
            if entry.kind is Kind.AUDIO:
                count = len(entry.payload) // 2
                self.recorded[entry.channel] += count
                released += count
        self._unsynced = []
        self.tape.release(released)
        if self.fault is not None:
            logger.warning("recording goes on", call=self.tape.call.call, was=self.fault)
            self.fault = None

    def _note(self, anchor: Anchor) -> None:
        if self._row is not None:
            self._row = msgspec.structs.replace(
                self._row,
                records=anchor.records,
                bytes=anchor.bytes,
                digest=anchor.digest,
                lost_s=sum(self.tape.lost) / self.tape.rate,
            )
            self._drive.index.put(self._row)

    def _close_row(self, state: State, anchor: Anchor) -> None:
        if self._row is not None:
            self._row = msgspec.structs.replace(
                self._row,
                state=state,
                reason=self.tape.reason or self.fault or "",
                ended_wall=self._drive.clock.wall(),
            )
            self._note(anchor)
