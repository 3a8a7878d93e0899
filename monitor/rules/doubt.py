"""Doubt: a learned second look at a hit, after the context that rules can spell out.

A linear scorer over the words around a hit says how likely it is a violation. What it doubts is no
alert but a suspicion for quality assurance. `monitor lexicon train` learns it from the hits in
labelled sentences; its weights lie in one small file and are only added up here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Final
from zipfile import BadZipFile

import msgspec
import numpy as np
import numpy.typing as npt

from monitor.errors import BadLexicon
from monitor.rules.doubt_features import beside, features

FOLDER: Final = "doubt"
FILE: Final = "model.npz"
FORMAT: Final = 1
MAX_BYTES: Final = 3 * 1024 * 1024
SHOWN: Final = 3
"""Words named as the reasons of a doubt."""

GRAVE: Final = frozenset({"threat_abuse"})
"""Categories that are hard to doubt: a threat that is let pass does harm at once."""


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """All of a model but its weights."""

    format: int
    threshold: float
    """Chance, 0 to 1, below which a hit is doubted."""
    grave: float
    """The same for `GRAVE` categories."""
    precision: float
    """Share of the doubted hits that were no violation, measured on authors left out."""
    kept: float
    """Share of the violations hit that were not doubted, measured in the same way."""
    doubted: int
    """Hits doubted in that measurement."""
    hits: int
    """Hits learned from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What the scorer makes of a hit."""

    chance: float
    """0 to 1; violations and what is fine count alike, however often each is said."""
    doubted: bool
    words: tuple[str, ...] = ()
    """What speaks against a violation, the strongest first; empty unless it is doubted."""


class Doubts:
    """The trained scorer."""

    def __init__(self, card: Card, names: tuple[str, ...], weights: list[float], bias: float):
        self.card: Final = card
        self.bias: Final = bias
        self._names: Final = names
        self._weights: Final = dict(zip(names, weights, strict=True))

    def chance(self, text: str, start: int, end: int, category: str) -> float:
        """How likely the hit at folded text start..end is a violation."""
        return self._chance(features(text, start, end, category))

    def opinion(self, text: str, start: int, end: int, category: str) -> Opinion:
        """The chance of a hit, whether that is too little, and which words made it so."""
        found = features(text, start, end, category)
        chance = self._chance(found)
        least = self.card.grave if category in GRAVE else self.card.threshold
        if chance >= least:
            return Opinion(chance=chance, doubted=False)
        known = self._weights
        against = sorted((known[name], name) for name in found if name in known and beside(name))
        shown: list[str] = []
        for weight, name in against:
            word = text[slice(*found[name])]
            fresh = not any(word in one or one in word for one in shown)
            if weight < 0 and len(word) > 1 and fresh:
                shown.append(word)
            if len(shown) == SHOWN:
                break
        return Opinion(chance=chance, doubted=True, words=tuple(shown))

    def save(self, path: Path) -> None:
        """Writes the model; the same model gives the same bytes. Raises BadLexicon if too big."""
        file = BytesIO()
        np.savez_compressed(
            file,
            card=np.frombuffer(msgspec.json.encode(self.card), dtype=np.uint8),
            names=np.frombuffer("\n".join(self._names).encode(), dtype=np.uint8),
            weights=np.array(list(self._weights.values()), dtype=np.float16),
            bias=np.array([self.bias], dtype=np.float32),
        )
        if file.tell() > MAX_BYTES:
            message = f"the model has {file.tell()} bytes; at most {MAX_BYTES}"
            raise BadLexicon("too_large", message, file=str(path))
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(file.getvalue())

    def _chance(self, found: dict[str, tuple[int, int]]) -> float:
        known = self._weights
        pull = math.fsum([known[name] for name in found if name in known])
        return 1.0 / (1.0 + math.exp(-(pull / math.sqrt(len(found)) + self.bias)))


def note(opinion: Opinion, card: Card) -> str:
    """Why a hit is only a suspicion, in Chinese."""
    words = "、".join(f"“{word}”" for word in opinion.words)
    because = f"依据前后文{words}" if words else "依据整句"
    return (
        f"判断模型认为多半不是违规（可能性 {opinion.chance:.0%}，低于存疑线），{because}；"
        f"留一作者验证：被存疑的命中中 {card.precision:.0%} 确非违规"
    )


def doubts_for(file: str) -> Doubts:
    """The scorer of the pack in this file: beside it, else the bundled one; raises BadLexicon."""
    from monitor.rules.lexicon import bundled_folder

    own = Path(file).parent / FOLDER / FILE
    path = own if file and own.is_file() else bundled_folder() / FOLDER / FILE
    return _loaded(path, path.stat().st_mtime_ns if path.is_file() else 0)


@lru_cache(maxsize=4)
def _loaded(path: Path, _: int) -> Doubts:
    return load(path)


def load(path: Path) -> Doubts:
    """The model in a file; raises BadLexicon. Nothing in the file is ever executed."""
    try:
        with np.load(BytesIO(path.read_bytes()), allow_pickle=False) as file:
            card = msgspec.json.decode(file["card"].tobytes(), type=Card)
            if card.format != FORMAT:
                raise ValueError(f"format {card.format}, not {FORMAT}")
            names = tuple(file["names"].tobytes().decode().split("\n"))
            weights: npt.NDArray[np.float16] = file["weights"]
            if weights.shape != (len(names),):
                raise BadLexicon("bad_model", "its arrays do not fit together", file=str(path))
            return Doubts(card, names, weights.astype(float).tolist(), float(file["bias"][0]))
    except FileNotFoundError as error:
        message = "there is no doubt model; run: monitor lexicon train"
        raise BadLexicon("no_model", message, file=str(path)) from error
    except (OSError, EOFError, ValueError, KeyError, BadZipFile, msgspec.MsgspecError) as error:
        raise BadLexicon("bad_model", f"not a doubt model: {error}", file=str(path)) from error
