"""What was heard so far in a call: one turn for each final utterance, with the phrases in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from monitor.events import Utterance
from monitor.rules.cues import NEGATOR_CHARACTER
from monitor.rules.timing import Span, instants
from monitor.types import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.rules.hits import Hit
    from monitor.rules.similar_model import Model, Score
    from monitor.text.fold import Folded

JOIN_S: Final = 3.0
"""Seconds between two utterances of a role over which a phrase may be split."""

PAUSE_S: Final = 0.3
"""Seconds between two utterances of a role that make two sentences of them. Speech that was cut
while it ran on has none."""

TAIL: Final = 28
"""Characters of earlier utterances that are matched again with a new one."""

BACKCHANNEL: Final = 3
"""Characters of the other side that do not break a split phrase: 嗯, 对对, 好的."""

OVERLAP_S: Final = 0.3
"""Seconds by which a turn may overlap the one before and still come after it."""

MAX_TURNS: Final = 5_000
"""Turns of a call kept for rules that look back; a call of ten hours has fewer."""

MAX_MARKS: Final = 5_000
"""Rules and signals met in a call that are kept for rules that refer to them; the oldest go."""


@dataclass(frozen=True, slots=True)
class Piece:
    """An utterance, or the end of one, inside the joined text of a turn."""

    utterance: Utterance
    skipped: int
    """Characters of the utterance that are left out at its beginning."""

    @property
    def text(self) -> str:
        return self.utterance.text[self.skipped :]

    def instants(self) -> list[Span]:
        """Seconds of media time of each character of `text`."""
        return instants(self.utterance)[self.skipped :]


@dataclass(slots=True, kw_only=True, eq=False)
class Turn:
    """A final utterance joined to the end of what the same role said just before."""

    number: int
    utterance: Utterance
    pieces: tuple[Piece, ...]
    folded: Folded
    fresh: int
    """Folded position where the new utterance begins."""
    hits: dict[int, list[Hit]]
    """By number of the pattern in the rule set."""
    spoken: int = 0
    """How many turns of this role were heard up to and with this one."""
    likeness: tuple[Model, float, tuple[Score, ...]] | None = None
    """Scores of the similarity model from some score on, once they were asked for."""
    _instants: list[Span] = field(default_factory=list)
    _taken: tuple[tuple[int, int], ...] | None = None

    @property
    def role(self) -> Role:
        return self.utterance.channel

    @property
    def start(self) -> float:
        return self.utterance.start

    @property
    def end(self) -> float:
        return self.utterance.end

    @property
    def begins_anew(self) -> bool:
        """Whether there was a pause before the new utterance: it was not cut off from the last."""
        if len(self.pieces) < 2:
            return False
        return self.start - self.pieces[-2].utterance.end >= PAUSE_S

    def times(self, start: int, end: int) -> Span:
        """Seconds of media time of folded characters start..end."""
        if not self._instants:
            self._instants = [span for piece in self.pieces for span in piece.instants()]
        if not self._instants:
            return self.start, self.end
        first, last = self.folded.original_span(start, end)
        limit = len(self._instants)
        first, last = min(first, limit - 1), min(max(last, first + 1), limit)
        return self._instants[first][0], self._instants[last - 1][1]

    def taken(self, claims: frozenset[int]) -> tuple[tuple[int, int], ...]:
        """Spans of the phrases among `claims` that hold a negator of their own."""
        if self._taken is None:
            self._taken = tuple(
                part
                for number, hits in self.hits.items()
                if number in claims
                for hit in hits
                for part in hit.parts or ((hit.start, hit.end),)
                if NEGATOR_CHARACTER.search(self.folded.text, *part)
            )
        return self._taken

    def clause(self, position: int) -> tuple[int, int]:
        """Folded bounds of the clause around a folded position, as punctuation gives it."""
        clauses = self.folded.clauses
        if not clauses or clauses[0] == clauses[-1]:
            return 0, len(clauses)
        return self.folded.clause_span(min(position, len(clauses) - 1))


class Memory:
    """The turns of a call, the newest last, and what signals and rules they raised."""

    def __init__(self) -> None:
        self.turns: list[Turn] = []
        self.marks: list[Mark] = []
        self.count = 0
        """Turns ever kept; the number of the next one."""
        self._spoken: dict[Role, int] = {}
        self._tails: dict[Role, tuple[Piece, ...]] = {}
        self._broken: dict[Role, bool] = {}

    def joined(self, utterance: Utterance) -> tuple[Piece, ...]:
        """The pieces to match: the end of what was just said by the same role, then this."""
        whole = Piece(utterance, 0)
        before = self._tails.get(utterance.channel, ())
        if not before or self._broken.get(utterance.channel):
            return (whole,)
        if utterance.start - before[-1].utterance.end > JOIN_S:
            return (whole,)
        return (*_last(before, TAIL), whole)

    def keep(self, turn: Turn) -> None:
        """Remember a turn; `spoken` and the tails are brought up to date."""
        role = turn.role
        self._spoken[role] = self._spoken.get(role, 0) + 1
        turn.spoken = self._spoken[role]
        self.count += 1
        self.turns.append(turn)
        if len(self.turns) > MAX_TURNS:
            del self.turns[: MAX_TURNS // 10]
        self._tails[role] = turn.pieces
        self._broken[role] = False
        if len(turn.folded.text) - turn.fresh > BACKCHANNEL:
            for other, pieces in self._tails.items():
                between = turn.start >= pieces[-1].utterance.end - OVERLAP_S
                self._broken[other] = self._broken[other] or (other != role and between)

    def spoken(self, role: Role) -> int:
        """Turns of a role so far."""
        return self._spoken.get(role, 0)

    def since(self, at_s: float) -> Iterator[Turn]:
        """Turns that end at or after a time, the newest first."""
        for turn in reversed(self.turns):
            if turn.end < at_s:
                break
            yield turn

    def mark(self, mark: Mark) -> None:
        """Remember that a rule or a signal was met."""
        self.marks.append(mark)
        if len(self.marks) > MAX_MARKS:
            del self.marks[: MAX_MARKS // 10]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A rule or a signal that was met, for rules that refer to it by name."""

    names: tuple[str, ...]
    start: float
    end: float
    turn: int
    strength: str = ""


def _last(pieces: tuple[Piece, ...], count: int) -> tuple[Piece, ...]:
    """The last `count` characters of pieces."""
    kept: list[Piece] = []
    for piece in reversed(pieces):
        if count <= 0:
            break
        length = len(piece.utterance.text)
        skipped = max(piece.skipped, length - count)
        if skipped < length:
            kept.append(Piece(piece.utterance, skipped))
        count -= length - skipped
    return tuple(reversed(kept))
