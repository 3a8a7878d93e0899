"""The trained similarity model: a file of plain arrays, and scoring with numpy alone."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final
from zipfile import BadZipFile

import msgspec
import numpy as np
import numpy.typing as npt

from monitor.errors import BadLexicon
from monitor.rules.similar_features import Extractor, Features

FORMAT: Final = 1
MAX_BYTES: Final = 3 * 1024 * 1024
SHOWN: Final = 4
"""Features named in an explanation."""

LONG: Final = 400
"""Characters up to which a text is taken for speech; nobody says more in a breath."""
SAMPLED: Final = 200
"""Pairs of neighbours that are looked up in a longer one."""
SPEECH: Final = 0.35
"""Share of pairs that the corpora hold from which it is speech: agents' speech has 0.7 and more,
common characters in disorder 0.24."""

Floats = npt.NDArray[np.float32]


class Quality(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured for one category on sentences the model had not learned from."""

    threshold: float
    """Score, 0 to 1, from which a sentence is suspicious; above 1: never."""
    precision: float
    recall: float
    violations: int
    """Violations of the category in the sentences measured on."""
    raised: int
    """How many sentences were at the threshold or above it."""


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """All of a model but its numbers."""

    format: int
    categories: tuple[str, ...]
    qualities: tuple[Quality, ...]
    sounds: tuple[str, ...]
    concepts: dict[str, tuple[str, ...]]
    scale: float
    """Calibration of the decision: probability = 1 / (1 + exp(-(scale * decision + shift)))."""
    shift: float
    sentences: int
    violations: int


@dataclass(frozen=True, slots=True)
class Score:
    """How like a violation a text is: for each category 0 to 1."""

    values: Floats
    features: tuple[int, ...]
    """Rows of the features that the model knows, in the order of `spans`."""
    spans: tuple[tuple[int, int], ...]
    """Where they are, in folded characters."""


class Model:
    """Hashless n-gram weights. `decide` (n,) says violation or not, `sort` (n, k) of which kind."""

    def __init__(
        self,
        card: Card,
        names: tuple[str, ...],
        idf: Floats,
        decide: Floats,
        sort: npt.NDArray[np.int8],
        scales: Floats,
        biases: Floats,
    ) -> None:
        self.card: Final = card
        self.names: Final = names
        self.idf: Final = idf
        self.decide: Final = decide
        self.sort: Final = sort
        self.scales: Final = scales
        self.biases: Final = biases
        """Of the decision, then of each category."""
        self.extractor: Final = Extractor(card.sounds, card.concepts)
        self._rows = {name: row for row, name in enumerate(names)}
        self._pulls: list[float] = (idf * decide).tolist()
        self._sizes: list[float] = (idf * idf).tolist()
        self.least: Final = min((one.threshold for one in card.qualities), default=1.0)
        """The lowest threshold: what is less like a violation than this raises nothing."""
        self._places = {name: at for at, name in enumerate(card.categories)}

    def quality(self, category: str) -> Quality | None:
        """What was measured for a category; None for one the model does not know."""
        at = self._places.get(category)
        return None if at is None else self.card.qualities[at]

    def sure(self, names: Collection[str]) -> float:
        """How like any violation a text with these features is, 0 to 1; no column scores more."""
        known = self._rows
        rows = [known[name] for name in names if name in known]
        if not rows:
            return 0.0
        pull = math.fsum([self._pulls[row] for row in rows])
        size = math.sqrt(math.fsum([self._sizes[row] for row in rows]))
        decision = pull / size + float(self.biases[0])
        return 1.0 / (1.0 + math.exp(-(self.card.scale * decision + self.card.shift)))

    def senseless(self, text: str) -> bool:
        """Whether a long text is characters at random: people say pairs that others said."""
        if len(text) <= LONG:
            return False
        at = range(0, len(text) - 1, max(1, len(text) // SAMPLED))
        known = self._rows
        return sum(text[one : one + 2] in known for one in at) < SPEECH * len(at)

    def pulls(self, text: str) -> list[float]:
        """For each character how much the pair that begins there speaks for a violation: where in
        a long text it pays to look."""
        rows = map(self._rows.get, map(str.__add__, text, f"{text[1:]} "))
        pulls = self._pulls
        return [0.0 if row is None else pulls[row] for row in rows]

    def score(self, features: Features) -> Score:
        """The scores of a text; nothing known in it scores 0."""
        rows: list[int] = []
        spans: list[tuple[int, int]] = []
        known = self._rows
        for name, span in zip(features.names, features.spans, strict=True):
            row = known.get(name)
            if row is not None:
                rows.append(row)
                spans.append(span)
        if not rows:
            return Score(np.zeros(len(self.card.categories), np.float32), (), ())
        at = np.asarray(rows)
        weights = self.idf[at]
        weights = weights / np.sqrt(weights @ weights)
        decision = float(self.decide[at] @ weights + self.biases[0])
        sure = 1.0 / (1.0 + np.exp(-(self.card.scale * decision + self.card.shift)))
        kinds = (weights @ self.sort[at]) * self.scales + self.biases[1:]
        kinds = np.exp(kinds - kinds.max())
        return Score((sure * kinds / kinds.sum()).astype(np.float32), tuple(rows), tuple(spans))

    def place(self, category: str) -> int | None:
        """The column of a category in `Score.values`."""
        return self._places.get(category)

    def reasons(self, score: Score, place: int) -> list[tuple[float, int]]:
        """(contribution, index into `score.features`) for a column, the largest first."""
        at = np.asarray(score.features, dtype=np.intp)
        kind = self.sort[at, place] * self.scales[place]
        shares = (self.decide[at] + 0.5 * kind) * self.idf[at]
        order = np.argsort(-shares, kind="stable")
        return [(float(shares[index]), int(index)) for index in order if shares[index] > 0]

    def save(self, path: Path) -> None:
        """Writes the model; the same model gives the same bytes. Raises BadLexicon if too big."""
        file = BytesIO()
        np.savez_compressed(
            file,
            card=np.frombuffer(msgspec.json.encode(self.card), dtype=np.uint8),
            names=np.frombuffer("\n".join(self.names).encode(), dtype=np.uint8),
            idf=self.idf.astype(np.float16),
            decide=self.decide.astype(np.float16),
            sort=self.sort,
            scales=self.scales,
            biases=self.biases,
        )
        if file.tell() > MAX_BYTES:
            message = f"the model has {file.tell()} bytes; at most {MAX_BYTES}"
            raise BadLexicon("too_large", message, file=str(path))
        path.write_bytes(file.getvalue())


def load(path: Path) -> Model:
    """The model in a file; raises BadLexicon. Nothing in the file is ever executed."""
    try:
        with np.load(BytesIO(path.read_bytes()), allow_pickle=False) as file:
            card = msgspec.json.decode(file["card"].tobytes(), type=Card)
            if card.format != FORMAT:
                raise ValueError(f"format {card.format}, not {FORMAT}")
            names = tuple(file["names"].tobytes().decode().split("\n"))
            shapes = {name: file[name].shape for name in ("idf", "decide", "sort")}
            kinds = len(card.categories)
            if shapes != {
                "idf": (len(names),),
                "decide": (len(names),),
                "sort": (len(names), kinds),
            }:
                raise BadLexicon("bad_model", "its arrays do not fit together", file=str(path))
            model = Model(
                card,
                names,
                file["idf"].astype(np.float32),
                file["decide"].astype(np.float32),
                file["sort"],
                file["scales"],
                file["biases"],
            )
    except FileNotFoundError as error:
        message = "there is no similarity model; run: monitor lexicon train"
        raise BadLexicon("no_model", message, file=str(path)) from error
    except (OSError, EOFError, ValueError, KeyError, BadZipFile, msgspec.MsgspecError) as error:
        message = f"not a similarity model: {error}"
        raise BadLexicon("bad_model", message, file=str(path)) from error
    return model
