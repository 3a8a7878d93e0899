"""Where speech begins and ends: a state machine over one decision per frame, without any audio.

It takes a boolean and a loudness for each frame and answers in frame numbers, so that every
rule of end-pointing is tested with numbers alone.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from enum import StrEnum

from monitor.errors import BadSetting
from monitor.types import FRAME_S


class Kind(StrEnum):
    """Why a stretch of speech is handed on; also its priority at the recogniser."""

    FINAL = "final"
    """The stretch is closed."""
    SPECULATIVE = "speculative"
    """The speaker pauses: if the pause lasts, the final will be this same stretch."""
    PARTIAL = "partial"
    """The speaker goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Seconds that decide where segments begin and end. The defaults favour whole phrases."""

    minimum_speech_s: float = 0.08
    """Speech needed inside `trigger_s` to open a segment; shorter bursts are clicks."""
    trigger_s: float = 0.2
    pre_roll_s: float = 0.26
    """Kept before the first speech frame: the detector wakes late on soft initials (x, f, h)."""
    pause_s: float = 0.2
    """Silence after which a speculative decode pays; closed segments keep this much of it."""
    hang_over_s: float = 0.46
    """Silence that closes a segment."""
    eager_after_s: float = 2.5
    """A segment that is longer closes after `eager_s`: the words of one clause are safe by then,
    recognisers lose their place in long windows, and what was said is judged sooner."""
    eager_s: float = 0.24
    longest_s: float = 9.0
    cut_s: float = 3.0
    """An overlong segment is cut at the quietest place of its last so many seconds."""
    partial_every_s: float = 0.5
    """Seconds of new sound between two partials; 0 for none."""
    partial_longest_s: float = 8.0
    """A partial holds at most so much of the end of the segment."""
    after_s: float = 1.0
    """Of speech that is cut, so much of what goes on is given along: the last syllable before a cut
    is heard as another when the next one breaks off behind it."""
    before_s: float = 0.7
    """What follows a cut is heard with so much of what was before it."""
    brief_after_s: float = 1.5
    """While hardly anything is heard before it is closed (`brief`), an alert waits for the end of
    its segment: one that is longer than this closes after `brief_pause_s`, where a phrase ends."""
    brief_pause_s: float = 0.06
    """Silence after which the detector has already waited for a while: about 0.2 s of sound."""
    brief_cut_s: float = 1.5
    """Where nobody pauses it is cut at the quietest place of its last so many seconds."""
    follow_s: float = 0.9
    """Seconds heard after words that the owner is in a hurry to settle (`hurry`); then the segment
    is cut at the quietest place after them."""

    def __post_init__(self) -> None:
        ordered = (
            0 < self.minimum_speech_s <= self.trigger_s
            and self.pre_roll_s >= 0
            and 0 < self.pause_s <= self.eager_s <= self.hang_over_s
            and self.eager_after_s >= 0
            and self.trigger_s + self.pre_roll_s < self.longest_s - self.cut_s
            and self.hang_over_s <= self.cut_s
            and self.partial_every_s >= 0
            and self.partial_longest_s > 1.0
            and 0.2 <= self.follow_s <= self.cut_s
            and min(self.after_s, self.before_s) >= 0
            and self.brief_cut_s >= self.hang_over_s
            and 0 < self.brief_pause_s <= self.eager_s
            and self.brief_after_s >= 0
        )
        if not ordered:
            raise BadSetting("endpoint", f"end-pointing rules contradict each other: {self}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Frames [start, end) of segment `number`, and why they are marked now."""

    kind: Kind
    number: int
    start: int
    end: int
    after: int = 0
    """Frames behind the end with which the same speech goes on."""
    before: int = 0
    """Frames before the start that are of the same speech."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Patience:
    """Frames for which the end of a segment is waited for."""

    after: int
    """From here on a shorter pause is enough."""
    pause: int
    longest: int
    cut: int


class Endpoint:
    """The end-pointer of one role. Feed it every frame in order; it never looks back for more
    than `reach` frames, and no frame is ever in two closed segments."""

    def __init__(self, rules: Rules | None = None) -> None:
        rules = rules or Rules()
        self._minimum = frames(rules.minimum_speech_s)
        self._pre_roll = frames(rules.pre_roll_s)
        self._pause = frames(rules.pause_s)
        self._hang_over = frames(rules.hang_over_s)
        self._whole = _Patience(
            after=frames(rules.eager_after_s) if rules.eager_after_s else 0,
            pause=frames(rules.eager_s),
            longest=frames(rules.longest_s),
            cut=frames(rules.cut_s),
        )
        self._brief = _Patience(
            after=frames(rules.brief_after_s) if rules.brief_after_s else 0,
            pause=frames(rules.brief_pause_s),
            longest=self._whole.longest,
            cut=min(self._whole.cut, frames(rules.brief_cut_s)),
        )
        self._patience = self._whole
        self._partial_longest = frames(rules.partial_longest_s)
        self.pace(rules.partial_every_s)
        self._follow = frames(rules.follow_s)
        self._after = round(rules.after_s / FRAME_S)
        self._before = round(rules.before_s / FRAME_S)
        trigger = frames(rules.trigger_s)
        self.reach = self._whole.longest + max(self._before, self._pre_roll) + trigger + 1
        """Frames back from now that a mark may still ask for."""
        self._recent: deque[bool] = deque(maxlen=trigger)
        self._levels: deque[float] = deque(maxlen=max(self._whole.cut, self._partial_longest) + 2)
        self._now = 0
        self._free = 0
        self._number = 0
        self._start: int | None = None
        self._last_speech = 0
        self._ticked = 0
        self._cut_off = False
        """Whether the open segment begins at a cut."""
        self._wanted: int | None = None
        """The frame up to which words are to be settled soon."""

    @property
    def settled(self) -> int:
        """Frames below this will not change: in a closed segment, or in none for good."""
        if self._start is not None:
            return self._start
        horizon = self._now - (self._recent.maxlen or 0) - self._pre_roll
        return max(self._free, horizon)

    def process(self, is_speech: bool, level: float = 0.0) -> list[Mark]:
        """Take the next frame; `level` is its loudness on any rising scale."""
        self._now += 1
        self._levels.append(level)
        if self._start is None:
            return self._process_silence(is_speech)
        return self._process_speech(is_speech)

    def pace(self, every_s: float) -> None:
        """From now on, seconds of new sound between two partials; 0 for none."""
        self._every = frames(every_s) if every_s else 0

    def brief(self, longest_s: float) -> None:
        """From now on, segments are closed sooner than is best for the words, and after so many
        seconds, at least twice `brief_cut_s`; 0 to wait as before."""
        if not longest_s:
            self._patience = self._whole
            return
        longest = max(2 * self._brief.cut, min(self._whole.longest, frames(longest_s)))
        if self._patience is self._whole or self._patience.longest != longest:
            self._patience = replace(self._brief, longest=longest)

    def hurry(self, number: int, until: int) -> None:
        """Words of segment `number` up to frame `until` are to be settled soon, if it is open."""
        if self._start is not None and number == self._number and self._wanted is None:
            self._wanted = max(until, self._start)

    def flush(self) -> list[Mark]:
        """Close what is open: the call ends, or sound is missing from here on."""
        marks = [] if self._start is None else [self._close(self._tail())]
        self._recent.clear()
        self._free = self._now
        return marks

    def _process_silence(self, is_speech: bool) -> list[Mark]:
        self._recent.append(is_speech)
        if sum(self._recent) < self._minimum:
            return []
        first = self._now - len(self._recent) + self._recent.index(True)
        self._open(max(self._free, first - self._pre_roll))
        self._last_speech = self._now
        return []

    def _process_speech(self, is_speech: bool) -> list[Mark]:
        assert self._start is not None
        marks: list[Mark] = []
        if is_speech:
            self._last_speech = self._now
        silent = self._now - self._last_speech
        patience = self._patience
        long = self._last_speech - self._start >= patience.after
        if silent >= (patience.pause if long else self._hang_over):
            return [self._close(self._tail())]
        if silent == self._pause:
            self._ticked = self._now
            marks.append(self._mark(Kind.SPECULATIVE, self._start, self._now))
        elif self._every and silent < self._pause and self._now - self._ticked >= self._every:
            self._ticked = self._now
            marks.append(self._mark(Kind.PARTIAL, self._partial_start(), self._now))
        if self._wanted is not None and self._now - self._wanted >= self._follow:
            marks = [self._split(self._wanted)]
        elif self._now - self._start >= patience.longest:
            marks = [self._split(self._now - patience.cut)]
        return marks

    def _open(self, start: int) -> None:
        self._start = start
        self._ticked = start
        self._cut_off = False
        self._recent.clear()

    def _mark(self, kind: Kind, start: int, end: int) -> Mark:
        begins = start == self._start and self._cut_off
        before = self._before if begins else 0
        return Mark(kind=kind, number=self._number, start=start, end=end, before=before)

    def _tail(self) -> int:
        return min(self._now, self._last_speech + self._pause)

    def _close(self, end: int) -> Mark:
        assert self._start is not None
        mark = self._mark(Kind.FINAL, self._start, end)
        self._number += 1
        self._start = self._wanted = None
        self._free = end
        return mark

    def _split(self, earliest: int) -> Mark:
        """Close at the quietest place near the end; speech after it opens the next segment."""
        cut = self._quietest(max(earliest, self._now - self._whole.cut), self._now)
        mark = self._close(cut)
        if self._last_speech <= cut:
            return mark
        self._open(cut)
        self._cut_off = True
        return replace(mark, after=min(self._after, self._now - cut))

    def _partial_start(self) -> int:
        assert self._start is not None
        earliest = self._now - self._partial_longest
        if earliest <= self._start:
            return self._start
        return self._quietest(earliest, earliest + frames(1.0))

    def _quietest(self, start: int, end: int) -> int:
        """The frame in [start + 1, end) whose surroundings (3 frames) are quietest."""
        levels = list(self._levels)
        offset = self._now - len(levels)

        def around(frame: int) -> float:
            near = levels[max(0, frame - 1 - offset) : frame + 2 - offset]
            return sum(near) / len(near)

        return min(range(start + 1, end), key=lambda frame: (around(frame), -frame))


def frames(seconds: float) -> int:
    """Whole frames in so many seconds, at least one."""
    return max(1, round(seconds / FRAME_S))
