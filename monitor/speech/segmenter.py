"""From a role's samples to segments of speech and spans of silence, with nothing left over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from monitor.errors import BadAudio
from monitor.speech.detector import Detector
from monitor.speech.endpoint import Endpoint, Kind, Mark, Rules
from monitor.types import FRAME_SAMPLES, SAMPLE_RATE, Role, Samples, Segment

_BLOCK: Final = 25 * FRAME_SAMPLES
"""Most samples put into a ring before its marks are looked at."""
_SLACK: Final = 2 * SAMPLE_RATE
"""Samples written to a ring before it is moved together again."""

SILENCE_S: Final = 1.0
"""Silence is reported in spans of about this, or shorter when speech begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A segment as it is now, and why it is handed on now."""

    kind: Kind
    segment: Segment


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Samples [start, end) of a role in which nobody spoke."""

    role: Role
    start: int
    end: int

    @property
    def start_s(self) -> float:
        """Seconds of media time."""
        return self.start / SAMPLE_RATE

    @property
    def end_s(self) -> float:
        """Seconds of media time."""
        return self.end / SAMPLE_RATE


class Segmenter:
    """One role of one call. Final segments and silences together hold every sample exactly once.

    Memory is bounded by the longest segment. The result does not depend on how the samples are
    cut into chunks.
    """

    def __init__(
        self,
        call: str,
        role: Role,
        *,
        rules: Rules | None = None,
        vad_mode: int = 2,
        start: int = 0,
    ) -> None:
        """`start`: number of the first sample, when the call had begun before."""
        self._call = call
        self._role = role
        self._vad_mode = vad_mode
        self._rules = rules or Rules()
        self._detector = Detector(mode=vad_mode)
        self._endpoint = Endpoint(self._rules)
        self._ring = _Ring(self._endpoint.reach * FRAME_SAMPLES, start=start)
        self._leftover = np.zeros(0, np.int16)
        self._origin = start
        """Sample number of the end-pointer's frame 0: the stream may have been interrupted."""
        self._covered = start
        # a segment lasts longer than a frame, so that no number comes twice in a call
        self._numbers = self._first_number = start // FRAME_SAMPLES

    @property
    def position(self) -> int:
        """Samples taken in so far, missing ones included."""
        return self._ring.end + len(self._leftover)

    def process(self, samples: Samples) -> list[Piece | Silence]:
        """Take the next samples, shape (n,) for any n; returns what became known, in order."""
        if samples.dtype != np.int16 or samples.ndim != 1:
            raise BadAudio("bad_samples", f"expected mono int16 samples, got {samples.dtype}")
        samples = np.concatenate([self._leftover, samples])
        whole = len(samples) // FRAME_SAMPLES * FRAME_SAMPLES
        self._leftover = samples[whole:]
        found: list[Piece | Silence] = []
        for first in range(0, whole, _BLOCK):
            found += self._process_block(samples[first : min(first + _BLOCK, whole)])
        return found

    def pace(self, every_s: float) -> None:
        """From now on, seconds of new sound between two partials; 0 for none."""
        self._endpoint.pace(every_s)

    def brief(self, longest_s: float) -> None:
        """From now on, segments are closed sooner than is best for the words, the longest after so
        many seconds; 0 for no more."""
        self._endpoint.brief(longest_s)

    def hurry(self, number: int, until: int) -> None:
        """Words of open segment `number` up to sample `until` are to be settled soon."""
        frame = (until - self._origin) // FRAME_SAMPLES + 1
        self._endpoint.hurry(number - self._first_number, frame)

    def flush(self) -> list[Piece | Silence]:
        """The call ends: hand out the open segment and the rest of the silence."""
        end = self.position
        found: list[Piece | Silence] = []
        if len(self._leftover):
            frame = np.zeros(FRAME_SAMPLES, np.int16)
            frame[: len(self._leftover)] = self._leftover
            self._leftover = np.zeros(0, np.int16)
            found += self._process_block(frame, last=end)
        for mark in self._endpoint.flush():
            found += self._hand_out(mark, end)
        return found + self._silence_until(end)

    def skip(self, samples: int) -> list[Piece | Silence]:
        """So many samples never arrived: close what is open and go on after the gap."""
        if samples < 0:
            raise BadAudio("bad_gap", f"a gap cannot be negative: {samples} samples")
        found = self.flush()
        untouched = self._ring.end == self._origin
        self._origin = self._covered = self._covered + samples
        if untouched:
            self._ring.end = self._origin
            return found
        self._first_number = self._numbers
        self._detector = Detector(mode=self._vad_mode)
        self._endpoint = Endpoint(self._rules)
        self._ring = _Ring(self._endpoint.reach * FRAME_SAMPLES, start=self._origin)
        return found

    def _process_block(self, samples: Samples, *, last: int | None = None) -> list[Piece | Silence]:
        """A few whole frames: what can be done for all of them at once is."""
        self._ring.append(samples)
        # the one value without a positive counterpart is right again without its sign
        loud = np.abs(samples).view(np.uint16).reshape(-1, FRAME_SAMPLES)
        levels = loud.sum(axis=1, dtype=np.uint32).tolist()
        end = self._ring.end if last is None else last
        found: list[Piece | Silence] = []
        for is_speech, level in zip(self._detector.listen(samples), levels, strict=True):
            for mark in self._endpoint.process(is_speech, level):
                found += self._hand_out(mark, end)
            settled = min(end, self._sample(self._endpoint.settled))
            if settled - self._covered >= SILENCE_S * SAMPLE_RATE:
                found += self._silence_until(settled)
        return found

    def _hand_out(self, mark: Mark, last: int) -> list[Piece | Silence]:
        start, end = self._sample(mark.start), min(last, self._sample(mark.end))
        after = min(last, self._sample(mark.end + mark.after))
        before = self._sample(mark.start - mark.before)
        segment = Segment(
            call=self._call,
            role=self._role,
            number=self._first_number + mark.number,
            start=start,
            samples=self._ring.read(start, end),
            closed=mark.kind is Kind.FINAL,
            after=self._ring.read(end, after),
            before=self._ring.read(before, start),
        )
        piece = Piece(kind=mark.kind, segment=segment)
        if not segment.closed:
            return [piece]
        silence = self._silence_until(start)
        self._covered = end
        self._numbers = segment.number + 1
        return [*silence, piece]

    def _silence_until(self, end: int) -> list[Piece | Silence]:
        if end <= self._covered:
            return []
        silence = Silence(role=self._role, start=self._covered, end=end)
        self._covered = end
        return [silence]

    def _sample(self, frame: int) -> int:
        return self._origin + frame * FRAME_SAMPLES


class _Ring:
    """The last `size` samples of a stream, addressed by sample number."""

    def __init__(self, size: int, *, start: int = 0) -> None:
        # a mark may be as old as the block that holds its last frame
        self._size = size = size + _BLOCK
        self._buffer = np.zeros(size + _SLACK, np.int16)
        self._filled = 0
        self.end = start

    def append(self, frame: Samples) -> None:
        if self._filled + len(frame) > len(self._buffer):
            kept = self._buffer[self._filled - self._size : self._filled].copy()
            self._buffer[: self._size] = kept
            self._filled = self._size
        self._buffer[self._filled : self._filled + len(frame)] = frame
        self._filled += len(frame)
        self.end += len(frame)

    def read(self, start: int, end: int) -> Samples:
        """A copy of samples [start, end), which must still be there."""
        offset = self._filled - self.end
        if start + offset < 0 or end > self.end:
            raise IndexError(f"samples {start}..{end} are not in the ring")
        return self._buffer[start + offset : end + offset].copy()
