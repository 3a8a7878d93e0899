"""A take as it sounded: its segments side by side, silence where nothing was kept."""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from monitor.errors import Damaged
from monitor.evidence.format import Kind
from monitor.evidence.reader import Place, SegmentReader
from monitor.types import Role, Samples

PEAK = 32_768.0

Why = Literal["gap", "paused", "lost", "damaged", "missing"]

_WHY: dict[Kind, Why] = {Kind.GAP: "gap", Kind.RESUME: "paused", Kind.LOST: "lost"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """A stretch without sound, and why. Seconds of media time."""

    start: float
    end: float
    why: Why
    """gap: the source lost it. paused: at the source's wish. lost: the disk did not take it.
    damaged: it cannot be proven. missing: nothing is known of it, say after a crash."""
    channel: Role | None = None
    """None: all of them."""


@dataclass(frozen=True, slots=True)
class _Piece:
    position: int
    reader: SegmentReader
    place: Place

    @property
    def end(self) -> int:
        return self.position + self.place.samples


class Timeline:
    """Sound by time. A frame that goes on where the last one ended is proven when its record is
    played; any other is proven at once, so that no frame decides how long the sound is."""

    def __init__(self, readers: Sequence[SegmentReader]) -> None:
        """`readers`: at least one, of one take, in the order of their segments."""
        about = readers[0].about
        self.rate = about.rate
        self.roles = tuple(Role(role) for role in about.roles)
        self.holes: list[Hole] = []
        self._pieces: list[list[_Piece]] = [[] for _ in self.roles]
        self._end = 0
        for reader in readers:
            self._read(reader)
        for pieces in self._pieces:
            pieces.sort(key=lambda piece: piece.position)
        self.holes = _joined([*self.holes, *self._missing()])
        # every stretch up to the longest record may reach into what begins later
        self._longest = max(
            (piece.place.samples for pieces in self._pieces for piece in pieces), default=0
        )

    @property
    def samples(self) -> int:
        """Of each channel."""
        return self._end

    @property
    def duration_s(self) -> float:
        """Seconds of media time."""
        return self._end / self.rate

    def sound(self, role: Role, start: int, stop: int) -> Samples:
        """Shape (stop - start,). Zeros where there is nothing that can be proven."""
        made = np.zeros(stop - start, np.int16)
        pieces = self._pieces[self.roles.index(role)]
        first = bisect.bisect_left(pieces, start - self._longest, key=lambda piece: piece.position)
        for piece in pieces[first:]:
            if piece.position >= stop:
                break
            low, high = max(start, piece.position), min(stop, piece.end)
            if low < high and (heard := self._open(piece, role)) is not None:
                made[low - start : high - start] = heard[
                    low - piece.position : high - piece.position
                ]
        return made

    def peaks(self, role: Role, bins: int) -> list[float]:
        """The loudest sample of each of `bins` equal stretches, 0..1."""
        edges = np.linspace(0, self._end, bins + 1).astype(np.int64)
        loudest = np.zeros(bins, np.int64)
        step = self.rate * 30
        for start in range(0, self._end, step):
            stop = min(self._end, start + step)
            heard = np.abs(self.sound(role, start, stop).astype(np.int32))
            first, last = np.searchsorted(edges[1:-1], (start, stop - 1), "right")
            cuts = np.maximum(edges[first : last + 1], start) - start
            here = loudest[first : last + 1]
            np.maximum(here, np.maximum.reduceat(heard, cuts), out=here)
        return [round(float(value), 4) for value in loudest / PEAK]

    def _open(self, piece: _Piece, role: Role) -> Samples | None:
        try:
            return np.frombuffer(piece.reader.open(piece.place), "<i2")
        except Damaged:
            start, end = piece.position / self.rate, piece.end / self.rate
            hole = Hole(start=start, end=end, why="damaged", channel=role)
            if hole not in self.holes:
                self.holes.append(hole)
            return None

    def _read(self, reader: SegmentReader) -> None:
        reached = reader.start
        follows: list[int | None] = [None] * len(self.roles)
        """Where the next record of each channel begins if nothing is between."""
        for place in reader.places():
            reached = place.end
            sounds = place.kind is Kind.AUDIO and place.channel < len(follows)
            if not sounds:
                self._prove(reader, place, self._end)
                continue
            wanted = follows[place.channel]
            if place.position != wanted and not self._prove(
                reader, place, self._ends(place.channel) if wanted is None else wanted
            ):
                follows[place.channel] = None if wanted is None else wanted + place.samples
                continue
            self._pieces[place.channel].append(_Piece(place.position, reader, place))
            follows[place.channel] = place.position + place.samples
            self._end = max(self._end, place.position + place.samples)
        if reached < reader.noted:
            # more was on disk for certain than is found: about so much sound is gone
            self._damaged(self._end, (reader.noted - reached) // (2 * len(self.roles)), None)

    def _ends(self, channel: int) -> int:
        return max((piece.end for piece in self._pieces[channel][-1:]), default=0)

    def _prove(self, reader: SegmentReader, place: Place, expected: int) -> bool:
        """Whether the record opens; a mark is taken in, a stretch that does not open is a hole."""
        try:
            payload = reader.open(place)
        except Damaged:
            sound = place.kind is Kind.AUDIO and place.channel < len(self.roles)
            role = self.roles[place.channel] if sound else None
            self._damaged(expected, min(place.samples, self.rate), role)
            return False
        if place.kind in _WHY:
            self._miss(place, int.from_bytes(payload))
        return True

    def _damaged(self, start: int, samples: int, role: Role | None) -> None:
        end = start + max(samples, 1)
        self._end = max(self._end, end)
        self.holes.append(
            Hole(start=start / self.rate, end=end / self.rate, why="damaged", channel=role)
        )

    def _missing(self) -> Iterator[Hole]:
        """Stretches of a channel that neither sound nor a mark accounts for."""
        marked = [
            (hole.channel, round(hole.start * self.rate), round(hole.end * self.rate))
            for hole in self.holes
        ]
        for role, pieces in zip(self.roles, self._pieces, strict=True):
            known = [(piece.position, piece.end) for piece in pieces]
            known += [(start, end) for channel, start, end in marked if channel in (None, role)]
            reached = 0
            for start, end in [*sorted(known), (self._end, self._end)]:
                if start > reached:
                    yield Hole(
                        start=reached / self.rate,
                        end=start / self.rate,
                        why="missing",
                        channel=role,
                    )
                reached = max(reached, end)

    def _miss(self, place: Place, samples: int) -> None:
        # a resumption stands where the pause ends, the others where they begin
        start = place.position - (samples if place.kind is Kind.RESUME else 0)
        self._end = max(self._end, start + samples)
        known = place.channel < len(self.roles)
        self.holes.append(
            Hole(
                start=start / self.rate,
                end=(start + samples) / self.rate,
                why=_WHY[place.kind],
                channel=self.roles[place.channel] if known else None,
            )
        )


def _joined(holes: list[Hole]) -> list[Hole]:
    """By time; a hole that goes on where one of its kind ends is one with it."""
    made: list[Hole] = []
    for hole in sorted(holes, key=lambda hole: (hole.why, hole.channel or "", hole.start)):
        last = made[-1] if made else None
        if (
            last is not None
            and (last.why, last.channel) == (hole.why, hole.channel)
            and hole.start <= last.end + 1e-6
        ):
            made[-1] = replace(last, end=max(last.end, hole.end))
        else:
            made.append(hole)
    return sorted(made, key=lambda hole: hole.start)
