"""Trains a linear scorer; needs scikit-learn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression

from monitor.rules.linear import Linear

SHARPNESS: Final = 10.0
"""Inverse regularisation; the best of 1, 3, 10, 30 and 100 on authors left out."""
NOTHING: Final = 0.02
"""Weight below which a feature is left out: four fifths of them, which move no chance by 0.01."""


@dataclass(frozen=True, slots=True)
class Row:
    """One example."""

    names: tuple[str, ...]
    right: bool
    weight: float


def fit(rows: Sequence[Row], *, seen: int, sharpness: float = SHARPNESS) -> Linear:
    """The scorer of examples, both kinds counting alike; deterministic. A feature must occur in
    `seen` of them."""
    times = Counter(name for row in rows for name in row.names)
    kept = sorted(name for name, count in times.items() if count >= seen)
    matrix = _matrix(rows, {name: at for at, name in enumerate(kept)})
    right = np.array([row.right for row in rows])
    weights = np.array([row.weight for row in rows])
    weights[~right] *= weights[right].sum() / max(1e-9, weights[~right].sum())
    model = LogisticRegression(C=sharpness, solver="liblinear", random_state=0)
    model.fit(matrix, right, sample_weight=weights)
    pulls = model.coef_[0].astype(np.float16).astype(float)
    strong = np.flatnonzero(np.abs(pulls) >= NOTHING)
    names = tuple(kept[at] for at in strong)
    return Linear(names, pulls[strong].tolist(), float(np.float32(model.intercept_[0])))


def _matrix(rows: Sequence[Row], known: dict[str, int]) -> sp.csr_matrix:
    """Features of each example as a row; its length counts those that nobody knows too."""
    columns: list[int] = []
    starts = [0]
    values: list[float] = []
    for row in rows:
        places = [known[name] for name in row.names if name in known]
        columns += places
        values += [1.0 / len(row.names) ** 0.5] * len(places)
        starts.append(len(columns))
    return sp.csr_matrix((values, columns, starts), shape=(len(rows), len(known)))
