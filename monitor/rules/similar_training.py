"""Trains the similarity model; the only module that needs scikit-learn.

Two linear models over the same features: is it a violation at all, and of which category. Scores
are measured on sentences whose group, or whose author, was left out of training, and thresholds are
set on those.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar, get_args

import msgspec
import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression

from monitor.rules import context
from monitor.rules.context import Passage
from monitor.rules.pack import Excuses, SaidCategory
from monitor.rules.similar import FLOOR, likeness
from monitor.rules.similar_corpus import Sentence
from monitor.rules.similar_features import Extractor, sound_names
from monitor.rules.similar_model import FORMAT, Card, Model, Quality
from monitor.text.fold import fold as fold_text
from monitor.text.fold import plain

FOLDS: Final = 5
PRECISION: Final = 0.93
"""What a threshold has to reach on sentences left out. The fine ones among them are look-alikes
written to be mistaken, thousands of them: in everyday speech it is right far more often."""
FINE_RAISED: Final = 0.004
"""Share of the fine sentences that one category may raise."""
LOWEST: Final = FLOOR
"""No threshold is lower, however well the measured sentences went: the judge takes none below."""
DOUBT: Final = -2.0
"""Decision below which a sentence is raised by no threshold; its context is not read."""
GROUPS: Final = 2
"""Groups in which a feature must occur."""
SHARPNESS: Final = 30.0
SORT_SHARPNESS: Final = 10.0
"""Inverse regularisation of the two models; from a search on the development set."""
FEWEST: Final = 5
"""Violations raised below which no precision is claimed, and the category stays silent."""

Floats = npt.NDArray[np.float64]
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A sentence with its scores by a model that had not learned from its group."""

    sentence: Sentence
    values: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A model and the scores its thresholds rest on."""

    model: Model
    held: tuple[Held, ...]


@dataclass(slots=True)
class _Fit:
    names: tuple[str, ...]
    idf: Floats
    decide: Any
    sort: Any
    categories: tuple[str, ...]

    def raw(self, rows: sp.csr_matrix) -> tuple[Floats, Floats]:
        """Decision (n,) and category probabilities (n, k)."""
        kinds = np.zeros((rows.shape[0], len(self.categories)))
        kinds[:, self.sort.classes_] = self.sort.predict_proba(rows)
        return self.decide.decision_function(rows), kinds


def train(sentences: Iterable[Sentence], concepts: dict[str, tuple[str, ...]]) -> Trained:
    """The model of some sentences. Deterministic; the order of the sentences does not count."""
    rows = _unique(sentences)
    categories = tuple(
        name for name in get_args(SaidCategory) if any(name in row.categories for row in rows)
    )
    extractor = Extractor(sound_names(plain(row.text) for row in rows), concepts)
    found = [extractor.of_text(row.text).names for row in rows]
    wrong = np.array([bool(row.categories) for row in rows])
    card = Card(
        format=FORMAT,
        categories=categories,
        qualities=(),
        sounds=extractor.sounds,
        concepts=concepts,
        scale=1.0,
        shift=0.0,
        sentences=len(rows),
        violations=int(wrong.sum()),
    )
    held, scale, shift = _held(rows, found, card)
    qualities = tuple(_quality(held, at, name) for at, name in enumerate(categories))
    card = msgspec.structs.replace(
        card, qualities=qualities, scale=round(scale, 6), shift=round(shift, 6)
    )
    return Trained(model=_model(card, _fit(rows, found, categories)), held=held)


def _held(
    rows: list[Sentence], found: list[tuple[str, ...]], card: Card
) -> tuple[tuple[Held, ...], float, float]:
    """Every sentence scored by a model of the other folds; scale and shift of the calibration."""
    places = np.array([_fold_of(row.author or row.group) for row in rows])
    wrong = np.array([bool(row.categories) for row in rows])
    decisions, kinds = np.zeros(len(rows)), np.zeros((len(rows), len(card.categories)))
    excused = [False] * len(rows)
    for fold in range(FOLDS):
        inside, outside = places != fold, places == fold
        fit = _fit(_some(rows, inside), _some(found, inside), card.categories)
        decisions[outside], kinds[outside] = fit.raw(_matrix(_some(found, outside), fit))
        model = _model(card, fit)
        for index in np.flatnonzero(outside):
            excused[index] = decisions[index] > DOUBT and _excused(rows[index].text, model)
    weights = np.array([row.weight for row in rows])
    fitted = LogisticRegression(C=1e6).fit(decisions[:, None], wrong, sample_weight=weights)
    scale, shift = float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
    values = kinds / (1 + np.exp(-(scale * decisions + shift)))[:, None]
    held = tuple(
        Held(sentence=row, values=value * (not excuse))
        for row, value, excuse in zip(rows, values, excused, strict=True)
    )
    return held, scale, shift


def _excused(text: str, model: Model) -> bool:
    """Whether the context takes away what the model sees: negation, question, quotation."""
    folded = fold_text(text)
    score = model.score(model.extractor.of(folded))
    if not score.features:
        return False
    like = likeness(score, int(score.values.argmax()), folded, model)
    clause = folded.clause_span(like.start)
    passage = Passage(
        text=folded.text,
        start=like.start,
        end=like.end,
        clause=(clause[0], max(clause[1], like.end)),
    )
    return context.read(passage, Excuses()).kind is not None


def _unique(sentences: Iterable[Sentence]) -> list[Sentence]:
    """One of each text, in order of the text; a violation stands against the same text as fine."""
    chosen: dict[str, Sentence] = {}
    for one in sorted(sentences, key=lambda s: (not s.categories, -s.weight, s.group)):
        chosen.setdefault(plain(one.text), one)
    return [chosen[text] for text in sorted(chosen) if text]


def _fold_of(group: str) -> int:
    return hashlib.sha256(group.encode()).digest()[0] % FOLDS


def _some(items: Sequence[T], chosen: npt.NDArray[np.bool_]) -> list[T]:
    return [item for item, keep in zip(items, chosen, strict=True) if keep]


def _fit(rows: list[Sentence], found: list[tuple[str, ...]], categories: tuple[str, ...]) -> _Fit:
    groups: dict[str, set[str]] = {}
    counts: dict[str, int] = {}
    for row, names in zip(rows, found, strict=True):
        for name in names:
            counts[name] = counts.get(name, 0) + 1
            seen = groups.setdefault(name, set())
            if len(seen) < GROUPS:
                seen.add(row.group)
    kept = tuple(sorted(name for name, seen in groups.items() if len(seen) >= GROUPS))
    idf = np.array([np.log((1 + len(rows)) / (1 + counts[name])) + 1 for name in kept])
    fit = _Fit(kept, idf, None, None, categories)
    matrix = _matrix(found, fit)
    weights = np.array([row.weight for row in rows])
    wrong = np.array([bool(row.categories) for row in rows])
    kinds = [min(map(categories.index, row.categories)) for row in rows if row.categories]
    fit.decide = LogisticRegression(C=SHARPNESS, solver="liblinear", random_state=0)
    fit.decide.fit(matrix, wrong, sample_weight=weights)
    fit.sort = LogisticRegression(C=SORT_SHARPNESS, solver="lbfgs", max_iter=60, tol=1e-3)
    fit.sort.fit(matrix[np.flatnonzero(wrong)], np.array(kinds), sample_weight=weights[wrong])
    return fit


def _matrix(found: Sequence[tuple[str, ...]], fit: _Fit) -> sp.csr_matrix:
    """Features of each text as a row of length 1."""
    known = {name: at for at, name in enumerate(fit.names)}
    columns: list[int] = []
    starts = [0]
    for names in found:
        columns += [known[name] for name in names if name in known]
        starts.append(len(columns))
    values = fit.idf[columns]
    shape = (len(found), len(fit.names))
    rows = sp.csr_matrix((values, columns, starts), shape=shape)
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    return sp.csr_matrix(sp.diags(1 / np.maximum(lengths, 1e-9)) @ rows)


def _quality(held: Sequence[Held], at: int, name: str) -> Quality:
    """The lowest threshold at which the category was right often enough, and what it catches.

    Sentences count by weight, so that a line with choices does not count as many. A violation of
    another category is not counted as a false alarm: the call does hold one.
    """
    values = np.array([one.values[at] for one in held])
    weights = np.array([one.sentence.weight for one in held])
    right = np.array([name in one.sentence.categories for one in held])
    fine = np.array([not one.sentence.categories for one in held])
    order = np.argsort(-values, kind="stable")
    hits = np.cumsum((weights * right)[order])
    false = np.cumsum((weights * fine)[order])
    good = hits / np.maximum(hits + false, 1e-9) >= PRECISION
    good &= (false <= FINE_RAISED * (weights * fine).sum()) & (hits >= FEWEST)
    good &= values[order] >= LOWEST
    best = np.flatnonzero(good)
    violations = int(right.sum())
    if not len(best):
        return Quality(threshold=2.0, precision=0.0, recall=0.0, violations=violations, raised=0)
    last = int(best[-1])
    return Quality(
        threshold=round(float(values[order[last]]), 4),
        precision=round(float(hits[last] / (hits[last] + false[last])), 3),
        recall=round(float(hits[last] / (weights * right).sum()), 3),
        violations=violations,
        raised=last + 1,
    )


def _model(card: Card, fit: _Fit) -> Model:
    shape = (len(fit.names), len(fit.categories))
    kinds = np.zeros(shape)
    biases = np.full(len(fit.categories), -20.0)
    weights, offsets = fit.sort.coef_, fit.sort.intercept_
    if len(weights) == 1:
        weights, offsets = (np.concatenate([-each / 2, each / 2]) for each in (weights, offsets))
    kinds[:, fit.sort.classes_] = weights.T
    biases[fit.sort.classes_] = offsets
    scales = np.maximum(np.abs(kinds).max(axis=0), 1e-6) / 127
    return Model(
        card,
        fit.names,
        fit.idf.astype(np.float16).astype(np.float32),
        fit.decide.coef_[0].astype(np.float16).astype(np.float32),
        np.round(kinds / scales).astype(np.int8),
        scales.astype(np.float32),
        np.concatenate([fit.decide.intercept_, biases]).astype(np.float32),
    )
