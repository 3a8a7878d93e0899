"""Doubt: a learned second look at a hit, after the context that rules can spell out.

A linear scorer over the words around a hit says how likely it is a violation. What it doubts is no
alert but a suspicion for quality assurance. `monitor lexicon train` learns it from the hits in
labelled sentences.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import msgspec

from monitor.rules import linear
from monitor.rules.doubt_features import beside, features
from monitor.rules.linear import Linear

FOLDER: Final = "doubt"
FILE: Final = "model.npz"
SHOWN: Final = 3
"""Words named as the reasons of a doubt."""

GRAVE: Final = frozenset({"threat_abuse"})
"""Categories that are hard to doubt: a threat that is let pass does harm at once."""


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a model beside its weights."""

    threshold: float
    """Chance, 0 to 1, below which a hit is doubted."""
    grave: float
    """The same for `GRAVE` categories."""
    precision: float = 0.0
    """Share of the doubted hits that were no violation, measured on authors left out."""
    kept: float = 0.0
    """Share of the violations hit that were not doubted, measured in the same way."""
    doubted: int = 0
    """Hits doubted in that measurement."""
    hits: int = 0
    """Hits learned from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What the scorer makes of a hit."""

    chance: float
    """0 to 1; violations and what is fine count alike, however often each is said."""
    doubted: bool
    words: tuple[str, ...] = ()
    """What speaks against a violation, the strongest first; empty unless it is doubted."""


@dataclass(frozen=True, slots=True)
class Doubts:
    """The trained scorer."""

    card: Card
    scorer: Linear

    def chance(self, text: str, start: int, end: int, category: str) -> float:
        """How likely the hit at folded text start..end is a violation."""
        return self.scorer.chance(features(text, start, end, category))

    def opinion(self, text: str, start: int, end: int, category: str) -> Opinion:
        """The chance of a hit, whether that is too little, and which words made it so."""
        found = features(text, start, end, category)
        chance = self.scorer.chance(found)
        if chance >= least(category, self.card):
            return Opinion(chance=chance, doubted=False)
        known = self.scorer.weights
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
        self.scorer.save(path, self.card)


def least(category: str, card: Card) -> float:
    """The chance below which a hit of a category is doubted."""
    return card.grave if category in GRAVE else card.threshold


def note(opinion: Opinion, card: Card) -> str:
    """Why a hit is only a suspicion, in Chinese."""
    words = "、".join(f"“{word}”" for word in opinion.words)
    because = f"依据前后文{words}" if words else "依据整句"
    return (
        f"存疑模型认为多半不是违规（可能性 {opinion.chance:.0%}），{because}；"
        f"按留出作者测量，存疑的命中有 {card.precision:.0%} 确实不是违规"
    )


def doubts_for(file: str) -> Doubts:
    """The scorer of the pack in this file: beside it, else the bundled one; raises BadLexicon."""
    return _loaded(*linear.stamped(file, FOLDER, FILE))


@lru_cache(maxsize=4)
def _loaded(path: Path, _: int) -> Doubts:
    return load(path)


def load(path: Path) -> Doubts:
    """The model in a file; raises BadLexicon."""
    scorer, card = linear.load(path, Card, "doubt")
    return Doubts(card, scorer)
