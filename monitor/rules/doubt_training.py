"""Trains the doubt scorer, and measures it on authors left out; needs scikit-learn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression

from monitor.rules.doubt import FORMAT, GRAVE, Card, Doubts
from monitor.rules.doubt_features import features
from monitor.rules.doubt_hits import Hit

THRESHOLD: Final = 0.45
"""Chance below which a hit is doubted. Chosen on authors left out in turn: higher, it loses more
violations than it takes false alarms away."""
GRAVE_THRESHOLD: Final = 0.15
"""The same for categories that are hard to doubt."""
SHARPNESS: Final = 10.0
"""Inverse regularisation; the best of 1, 3, 10, 30 and 100 on authors left out."""
SEEN: Final = 3
"""Hits in which a feature must occur."""
NOTHING: Final = 0.02
"""Weight below which a feature is left out: four fifths of them, which move no chance by 0.01."""

Floats = npt.NDArray[np.float64]


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


def teach(hits: Sequence[Hit]) -> Taught:
    """The scorer of some hits. Deterministic."""
    found = [tuple(features(hit.text, *hit.span, hit.category)) for hit in hits]
    cases = _left_out(hits, found)
    standing = [case for case in cases if case.stands]
    doubted = [case for case in standing if case.doubted]
    right = [case for case in standing if case.right]
    card = Card(
        format=FORMAT,
        threshold=THRESHOLD,
        grave=GRAVE_THRESHOLD,
        precision=round(sum(not case.right for case in doubted) / max(1, len(doubted)), 3),
        kept=round(sum(not case.doubted for case in right) / max(1, len(right)), 3),
        doubted=len(doubted),
        hits=len(hits),
    )
    return Taught(model=_fit(hits, found, card), cases=cases)


def _left_out(hits: Sequence[Hit], found: Sequence[tuple[str, ...]]) -> tuple[Case, ...]:
    """Every hit of an author judged by a scorer of all the others."""
    card = Card(
        format=FORMAT,
        threshold=THRESHOLD,
        grave=GRAVE_THRESHOLD,
        precision=0.0,
        kept=0.0,
        doubted=0,
        hits=0,
    )
    cases: list[Case] = []
    for author in sorted({hit.author for hit in hits if hit.author}):
        rest = [at for at, hit in enumerate(hits) if hit.author != author]
        model = _fit([hits[at] for at in rest], [found[at] for at in rest], card)
        chosen: dict[tuple[int, str], Case] = {}
        for hit in hits:
            if hit.author == author:
                key = (hit.sentence, hit.category)
                chosen[key] = _surer(_case(hit, model), chosen.get(key))
        cases += chosen.values()
    return tuple(cases)


def _case(hit: Hit, model: Doubts) -> Case:
    chance = model.chance(hit.text, *hit.span, hit.category)
    least = GRAVE_THRESHOLD if hit.category in GRAVE else THRESHOLD
    return Case(
        author=hit.author,
        right=hit.right,
        stands=hit.stands,
        chance=chance,
        doubted=chance < least,
    )


def _surer(case: Case, other: Case | None) -> Case:
    """Of two the one that stands, and of two such the one with the higher chance."""
    if other is None:
        return case
    return max(case, other, key=lambda one: (one.stands, one.chance))


def _fit(hits: Sequence[Hit], found: Sequence[tuple[str, ...]], card: Card) -> Doubts:
    seen = Counter(name for names in found for name in names)
    kept = sorted(name for name, times in seen.items() if times >= SEEN)
    matrix = _matrix(found, {name: at for at, name in enumerate(kept)})
    right = np.array([hit.right for hit in hits])
    weights = np.array([hit.weight for hit in hits])
    weights[~right] *= weights[right].sum() / max(1e-9, weights[~right].sum())
    fit = LogisticRegression(C=SHARPNESS, solver="liblinear", random_state=0)
    fit.fit(matrix, right, sample_weight=weights)
    pulls = fit.coef_[0].astype(np.float16).astype(float)
    strong = np.flatnonzero(np.abs(pulls) >= NOTHING)
    names = tuple(kept[at] for at in strong)
    return Doubts(card, names, pulls[strong].tolist(), float(np.float32(fit.intercept_[0])))


def _matrix(found: Sequence[tuple[str, ...]], known: dict[str, int]) -> sp.csr_matrix:
    """Features of each hit as a row; its length counts those that nobody knows too."""
    columns: list[int] = []
    starts = [0]
    values: list[float] = []
    for names in found:
        row = [known[name] for name in names if name in known]
        columns += row
        values += [1.0 / len(names) ** 0.5] * len(row)
        starts.append(len(columns))
    return sp.csr_matrix((values, columns, starts), shape=(len(found), len(known)))
