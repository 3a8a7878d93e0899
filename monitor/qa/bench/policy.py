"""What the rules of listening alone cost: latency in media time, as if the machine were infinite.

Every partial and every final is read at the moment it is handed out, so what is left is waiting:
for the next partial, for the pause, for the cut. It does not depend on the machine; the same
recordings give the same numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from monitor.asr.base import Transcriber
from monitor.asr.hear import hear
from monitor.audio.channels import default_roles, split
from monitor.audio.formats import open_audio
from monitor.audio.resample import Resampler
from monitor.demo.scenario import Scene
from monitor.events import Alert
from monitor.pipeline import CallPipeline, Heard
from monitor.qa.expect import SAME_EVENT_S, Wanted
from monitor.rules.lexicon import Lexicon
from monitor.speech.endpoint import Kind, Rules

QUANTUM_S = 0.1
"""Sound comes in pieces of this."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A wanted alert: seconds of media time after the end of its phrase."""

    call: str
    category: str
    provisional: float | None
    confirmed: float | None


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """What a set of listening rules gives on the recordings."""

    rows: tuple[Row, ...]
    supposed: int
    withdrawn: int
    false: int
    """Confirmed alerts that nothing wanted."""
    partials: int
    audio_s: float


def run(scenes: Sequence[Scene], transcriber: Transcriber, speech: Rules) -> Policy:
    """Hear every scene with these rules."""
    lexicon = Lexicon()
    rows: list[Row] = []
    supposed = withdrawn = false = partials = 0
    for scene in scenes:
        raised, heard = _hear(scene, transcriber, lexicon, speech)
        partials += heard
        supposed += len({one.id for one, _ in raised if one.state == "provisional"})
        withdrawn += len({one.id for one, _ in raised if one.state == "withdrawn"})
        wanted = [one for one in scene.expectation.wanted if one.quote and one.end is not None]
        rows += [_row(scene, one, raised) for one in wanted]
        false += len(_unwanted(scene.expectation.wanted, raised))
    return Policy(
        rows=tuple(rows),
        supposed=supposed,
        withdrawn=withdrawn,
        false=false,
        partials=partials,
        audio_s=round(sum(scene.seconds for scene in scenes), 1),
    )


def _hear(
    scene: Scene, transcriber: Transcriber, lexicon: Lexicon, speech: Rules
) -> tuple[list[tuple[Alert, float]], int]:
    """Alerts and the media time at which each was raised; the number of partials."""
    call = scene.expectation.call
    raised: list[tuple[Alert, float]] = []
    partials = 0
    with open_audio(scene.recording) as source:
        roles = default_roles(source.channels)
        pipeline = CallPipeline(call, lexicon.judge(call), roles=roles, speech=speech)
        resamplers = {role: Resampler(source.rate) for role in roles}

        def take(found: Heard) -> Iterator[Alert]:
            yield from (one for one in found.events if isinstance(one, Alert))
            for piece in found.pieces:
                fast = piece.kind is Kind.PARTIAL
                words = hear(transcriber, [piece.segment], fast=fast)[0]
                events = pipeline.read(piece.segment, words)
                yield from (one for one in events if isinstance(one, Alert))

        step = round(source.rate * QUANTUM_S)
        for block in source.blocks():
            for first in range(0, len(block), step):
                for role, samples in split(block[first : first + step], roles):
                    found = pipeline.hear(role, resamplers[role].feed(samples))
                    partials += sum(one.kind is Kind.PARTIAL for one in found.pieces)
                    raised += [(one, pipeline.position_s) for one in take(found)]
        raised += [(one, pipeline.position_s) for one in take(pipeline.flush())]
    return raised, partials


def _row(scene: Scene, want: Wanted, raised: Sequence[tuple[Alert, float]]) -> Row:
    assert want.start is not None
    assert want.end is not None
    mine = [
        (one, at)
        for one, at in raised
        if one.category == want.name and abs(one.start - want.start) < SAME_EVENT_S
    ]

    def after(states: tuple[str, ...]) -> float | None:
        first = next((at for one, at in mine if one.state in states), None)
        return None if first is None or want.end is None else round(first - want.end, 3)

    return Row(
        call=scene.expectation.call.call,
        category=want.name,
        provisional=after(("provisional", "confirmed")),
        confirmed=after(("confirmed",)),
    )


def _unwanted(wanted: Sequence[Wanted], raised: Sequence[tuple[Alert, float]]) -> set[str]:
    names = {one.name for one in wanted}
    return {
        one.id
        for one, _ in raised
        if one.state == "confirmed" and one.category not in names and one.quote
    }
