"""Trains the doubt scorer, and measures it on authors left out; needs scikit-learn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from monitor.rules.doubt import Card, Doubts, least
from monitor.rules.doubt_features import features
from monitor.rules.doubt_hits import Hit, amid
from monitor.rules.linear import Linear
from monitor.rules.linear_training import Row, fit

THRESHOLD: Final = 0.4
"""Chance below which a hit is doubted. Of nine authors left out in turn, 1,928 violations that
rules hit and 131 wrong hits: 0.2 loses 4 and takes 19 of the wrong ones, 0.3 7 and 30, 0.4 18 and
42, 0.5 36 and 52; of the last five authors, 500 and 72: 0.4 1 and 40, 0.5 4 and 45. A violation
that is missed is a fine."""
GRAVE_THRESHOLD: Final = 0.15
"""The same for categories that are hard to doubt."""
SEEN: Final = 3
"""Hits in which a feature must occur."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """All hits of one category in one sentence: it is doubted when each of them is."""

    author: str
    right: bool
    stands: bool
    chance: float
    """The highest of its hits, by a scorer that had not learned from its author."""
    doubted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """A scorer and what was measured of its kind."""

    model: Doubts
    cases: tuple[Case, ...]


def teach(alone: Sequence[Hit], talk: Sequence[str] = ()) -> Taught:
    """The scorer of some hits, and of each amid other talk. Deterministic."""
    hits = amid(alone, talk)
    found = [tuple(features(hit.text, *hit.span, hit.category)) for hit in hits]
    cases = _left_out(hits, found, len(alone))
    standing = [case for case in cases if case.stands]
    doubted = [case for case in standing if case.doubted]
    right = [case for case in standing if case.right]
    card = Card(
        threshold=THRESHOLD,
        grave=GRAVE_THRESHOLD,
        precision=round(sum(not case.right for case in doubted) / max(1, len(doubted)), 3),
        kept=round(sum(not case.doubted for case in right) / max(1, len(right)), 3),
        doubted=len(doubted),
        hits=len(alone),
    )
    return Taught(model=Doubts(card, _fit(hits, found)), cases=cases)


def _left_out(
    hits: Sequence[Hit], found: Sequence[tuple[str, ...]], alone: int
) -> tuple[Case, ...]:
    """Each of the first hits, which stand alone, judged by a scorer of all the other authors."""
    cases: list[Case] = []
    for author in sorted({hit.author for hit in hits if hit.author}):
        rest = [at for at, hit in enumerate(hits) if hit.author != author]
        scorer = _fit([hits[at] for at in rest], [found[at] for at in rest])
        model = Doubts(Card(threshold=THRESHOLD, grave=GRAVE_THRESHOLD), scorer)
        chosen: dict[tuple[int, str], Case] = {}
        for hit in hits[:alone]:
            if hit.author == author:
                key = (hit.sentence, hit.category)
                chosen[key] = _surer(_case(hit, model), chosen.get(key))
        cases += chosen.values()
    return tuple(cases)


def _case(hit: Hit, model: Doubts) -> Case:
    chance = model.chance(hit.text, *hit.span, hit.category)
    return Case(
        author=hit.author,
        right=hit.right,
        stands=hit.stands,
        chance=chance,
        doubted=chance < least(hit.category, model.card),
    )


def _surer(case: Case, other: Case | None) -> Case:
    """Of two the one that stands, and of two such the one with the higher chance."""
    if other is None:
        return case
    return max(case, other, key=lambda one: (one.stands, one.chance))


def _fit(hits: Sequence[Hit], found: Sequence[tuple[str, ...]]) -> Linear:
    rows = [Row(names, hit.right, hit.weight) for names, hit in zip(found, hits, strict=True)]
    return fit(rows, seen=SEEN)
