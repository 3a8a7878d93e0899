"""Likeness by meaning: a sentence-embedding model from a local folder, and its nearest examples.

Nothing is downloaded. A tenant who has such a model names its folder in the settings
(`[rules] embedder = "/models/text2vec"`); without one the n-gram model stands alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt

from monitor.errors import BadSetting
from monitor.rules.similar_corpus import Sentence

NEIGHBOURS: Final = 8
"""Labelled examples that vote."""
SHARPNESS: Final = 12.0
"""How much a nearer example counts more; cosine 0.1 nearer counts 3.3 times. Not measured."""

_LIBRARY: Final = "sentence_transformers"

Vectors = npt.NDArray[np.float32]


class Embedder(Protocol):
    """What turns texts into vectors of one length."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """(n, d) float32, one row a text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A labelled example near a text."""

    sentence: Sentence
    likeness: float
    """Cosine, -1 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What the nearest examples say of a text."""

    scores: dict[str, float]
    """Share of the votes for each category, 0 to 1; what is missing to 1 is for fine."""
    neighbours: tuple[Neighbour, ...]
    """The nearest first."""


@dataclass(slots=True)
class NeighbourScorer:
    """Scores by the labelled examples that lie nearest; embeds those once, when made."""

    embedder: Embedder
    sentences: Sequence[Sentence]
    count: int = NEIGHBOURS
    _vectors: Vectors = field(init=False)

    def __post_init__(self) -> None:
        if not self.sentences:
            raise ValueError("there are no labelled sentences to compare with")
        self._vectors = _unit(self.embedder.embed([one.text for one in self.sentences]))

    def opinions(self, texts: Sequence[str]) -> list[Opinion]:
        """One opinion a text."""
        if not texts:
            return []
        likeness = _unit(self.embedder.embed(texts)) @ self._vectors.T
        return [self._opinion(row) for row in likeness]

    def _opinion(self, likeness: Vectors) -> Opinion:
        nearest = np.argsort(-likeness, kind="stable")[: self.count]
        votes = np.exp(SHARPNESS * (likeness[nearest] - likeness[nearest[0]]))
        votes /= votes.sum()
        scores: dict[str, float] = {}
        for index, vote in zip(nearest, votes, strict=True):
            for category in sorted(self.sentences[index].categories):
                scores[category] = scores.get(category, 0.0) + float(vote)
        neighbours = tuple(
            Neighbour(sentence=self.sentences[index], likeness=float(likeness[index]))
            for index in nearest
        )
        return Opinion(scores=scores, neighbours=neighbours)


class _LocalModel:
    """A model of the sentence-transformers library, read from a folder."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def embed(self, texts: Sequence[str]) -> Vectors:
        return np.asarray(self._model.encode(list(texts), convert_to_numpy=True), dtype=np.float32)


def load_embedder(folder: str) -> Embedder | None:
    """The model in a folder, None for no folder; raises BadSetting with what is missing."""
    if not folder:
        return None
    where = "rules.embedder"
    path = Path(folder)
    if not (path / "config.json").is_file():
        message = f"{folder}: no sentence-embedding model (no config.json) in this folder"
        raise BadSetting("no_embedder", message, field=where)
    try:
        library = import_module(_LIBRARY)
    except ImportError as error:
        message = f"needs the library {_LIBRARY}, which is not installed: {error}"
        raise BadSetting("no_library", message, field=where) from error
    try:
        model = library.SentenceTransformer(str(path), device="cpu", local_files_only=True)
    except (OSError, ValueError, KeyError) as error:
        message = f"{folder}: cannot be read as a sentence-embedding model: {error}"
        raise BadSetting("bad_embedder", message, field=where) from error
    return _LocalModel(model)


def _unit(vectors: Vectors) -> Vectors:
    """Rows of length 1; a row of zeros stays."""
    if vectors.ndim != 2:
        raise ValueError(f"an embedder gives (n, d) vectors, not {vectors.shape}")
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), dtype=np.float32)
