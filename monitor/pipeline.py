"""The product on one screen: sound of a call in, speech out to be read; words in, events out.

No I/O, no clock, no threads: `hear` and `read` are called by whoever has the sound and the
recogniser (`calls.py` live, `qa/replay.py` for recordings), one at a time per call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

import msgspec

from monitor.asr.base import Transcript
from monitor.coverage import CoverageRuns, Watermark
from monitor.events import Alert, CallEnded, CallStarted, Coverage, Event, Utterance
from monitor.speech.endpoint import Kind, Rules
from monitor.speech.segmenter import Piece, Segmenter, Silence
from monitor.types import SAMPLE_RATE, Role, Samples, Segment


class Judge(Protocol):
    """What the pipeline needs of the rules; `rules.engine.CallJudge` is one."""

    def hear(self, utterance: Utterance) -> Sequence[Event]: ...
    def cover(self, coverage: Coverage) -> Sequence[Event]: ...
    def advance(self, at_s: float) -> Sequence[Event]: ...
    def end(self, at_s: float, reason: str) -> Sequence[Event]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What became known from a chunk of sound."""

    pieces: list[Piece] = field(default_factory=list)
    """Speech to be read. Closed pieces must come back through `read` or `fail`; open ones may,
    before the closed piece of the same number does."""
    events: list[Event] = field(default_factory=list)


class CallPipeline:
    """frames → segments → words → findings → events, for one call."""

    def __init__(
        self,
        call: CallStarted,
        judge: Judge,
        *,
        roles: Iterable[Role],
        speech: Rules | None = None,
        late_after_s: float | None = None,
    ) -> None:
        """`late_after_s`: seconds of the call after which what was said in it is news too late;
        None where nobody waits for news."""
        self._call = call
        self._judge = judge
        start = round(call.at * SAMPLE_RATE)
        self._segmenters = {
            role: Segmenter(call.call, role, rules=speech, start=start) for role in roles
        }
        self._watermark = Watermark(self._segmenters, start=start)
        self._runs = CoverageRuns()
        self._late_after_s = late_after_s
        self._now_s: Callable[[], float] = lambda: 0.0
        self._late: dict[str, bool] = {}
        """By alert: whether it was late when it was first raised."""

    @property
    def position_s(self) -> float:
        """Seconds of the longest role received so far."""
        return max(s.position for s in self._segmenters.values()) / SAMPLE_RATE

    def follow(self, now_s: Callable[[], float]) -> None:
        """`now_s`: how far the call is by somebody's clock, seconds of media time. Sound that waits
        before it comes here does not hold that clock up."""
        self._now_s = now_s

    def pace(self, role: Role, every_s: float) -> None:
        """From now on, seconds of new sound between two looks at the open speech of a role; 0 for
        none."""
        self._segmenters[role].pace(every_s)

    def brief(self, role: Role, longest_s: float) -> None:
        """From now on, speech of a role is closed sooner than is best for its words, the longest
        after so many seconds; 0 for no more."""
        self._segmenters[role].brief(longest_s)

    def hear(self, role: Role, samples: Samples) -> Heard:
        """Take the next sound of a role, shape (n,), 16 kHz int16."""
        return self._sort(role, self._segmenters[role].process(samples))

    def miss(
        self,
        role: Role,
        samples: int,
        state: Literal["gap", "paused", "unmonitored"] = "gap",
    ) -> Heard:
        """So many samples never arrived, or nobody listens to them; what was open before them is
        closed."""
        segmenter = self._segmenters[role]
        start = segmenter.position
        heard = self._sort(role, segmenter.skip(samples))
        self._watermark.expect(role, start, start + samples)
        heard.events.extend(self._settle(role, start, state))
        return heard

    def read(self, segment: Segment, transcript: Transcript) -> list[Event]:
        """Take the words of a segment that `hear` handed out.

        Words of an open segment raise provisional alerts and change nothing else; the closed
        segment confirms or withdraws them, even when nothing can be made out in it.
        """
        utterance = self._utterance(segment, transcript)
        # suppressed words are not judged, but they do withdraw what was supposed of them
        events: list[Event] = [utterance] if utterance.text else []
        events.extend(self._marked(self._judge.hear(utterance)))
        if segment.closed:
            events.extend(self._settle(segment.role, segment.start, _covered(transcript)))
        else:
            self._hurry(segment, events)
        return events

    def fail(self, segment: Segment) -> list[Event]:
        """The segment could not be read; its time is declared, not passed over."""
        return self._settle(segment.role, segment.start, "failed")

    def flush(self) -> Heard:
        """No more sound will come: hand out whatever was still open."""
        heard = Heard()
        for role, segmenter in self._segmenters.items():
            last = self._sort(role, segmenter.flush())
            heard.pieces.extend(last.pieces)
            heard.events.extend(last.events)
        return heard

    def end(self, reason: str) -> list[Event]:
        """Settle what is open, once every piece has been read."""
        at_s = round(self.position_s, 3)
        judged = [*self._judge.advance(at_s), *self._judge.end(at_s, reason)]
        events: list[Event] = [*self._runs.flush(), *self._marked(judged)]
        return [*events, CallEnded(call=self._call.call, at=at_s, reason=reason)]

    def _sort(self, role: Role, found: Sequence[Piece | Silence]) -> Heard:
        heard = Heard()
        for item in found:
            if isinstance(item, Silence):
                self._watermark.expect(role, item.start, item.end)
                heard.events.extend(self._settle(role, item.start, "silence"))
                continue
            if item.kind is Kind.FINAL:
                start = item.segment.start
                self._watermark.expect(role, start, start + len(item.segment.samples))
            heard.pieces.append(item)
        return heard

    def _settle(self, role: Role, start: int, state: str) -> list[Event]:
        events: list[Event] = []
        for coverage in self._watermark.settle(self._call.call, role, start, state):
            events.extend([*self._runs.add(coverage), *self._judge.cover(coverage)])
        return [*events, *self._marked(self._judge.advance(self._watermark.at_s))]

    def _marked(self, events: Iterable[Event]) -> list[Event]:
        """Alerts that come long after their words say so; what people knew in time is not late."""
        return [self._timely(one) if isinstance(one, Alert) else one for one in events]

    def _timely(self, alert: Alert) -> Alert:
        if self._late_after_s is None:
            return alert
        behind_s = max(self.position_s, self._now_s()) - alert.end
        late = self._late.setdefault(alert.id, behind_s > self._late_after_s)
        return msgspec.structs.replace(alert, late=True) if late else alert

    def _hurry(self, segment: Segment, events: Sequence[Event]) -> None:
        """A supposed phrase is not left open for as long as its sentence goes on."""
        said = [one.end for one in events if isinstance(one, Alert)]
        if said:
            until = round(max(said) * SAMPLE_RATE)
            self._segmenters[segment.role].hurry(segment.number, until)

    def _utterance(self, segment: Segment, transcript: Transcript) -> Utterance:
        return Utterance(
            call=self._call.call,
            channel=segment.role,
            start=round(segment.start_s, 3),
            end=round(segment.end_s, 3),
            text=transcript.text,
            final=segment.closed,
            confidence=transcript.confidence,
            words=transcript.words,
            segment=segment.number,
            suppressed=transcript.suppressed,
        )


_UNHEARD = ("loop", "too_fast")
"""Suppressed text that hides speech; other suppressed text was never spoken."""


def _covered(transcript: Transcript) -> str:
    if transcript.suppressed is None:
        return "transcribed"
    return "failed" if transcript.suppressed in _UNHEARD else "silence"
