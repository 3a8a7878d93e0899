"""Refusal: a learned vote beside the patterns on whether a customer refuses all of it.

Patterns miss new ways to say no, and take 不用发票 or a haggling for one. The scorer takes a vote
away from patterns that it finds most unlikely, and gives one, a weak refusal, where it is sure.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import msgspec

from monitor.rules import linear
from monitor.rules.linear import Linear
from monitor.text.syllables import Confusions, readings

FOLDER: Final = "refusal"
FILE: Final = "model.npz"
SIGNAL: Final = "opt_out"

CERTAIN: Final = 0.93
"""Chance from which a refusal that no pattern knows also forbids the agent to go on. A guess:
炒股我亏怕了 (0.90) forbade 风险我先讲清楚 in a call that was labelled."""

LONGEST: Final = 4
"""Characters of the longest run that is a feature."""
SHORTEST: Final = 4
"""Characters of an utterance below which patterns alone vote: 没有 answers a question."""
LOOKED_AT: Final = 120
"""Characters of a long utterance that are looked at, the last ones: they say what it comes to."""

SYLLABLES: Final = (2, 3)
"""Shortest and longest run of syllables that is a feature: a recogniser mishears 不续 as 不需."""

_STEP: Final = 4
_LONG: Final = 5
_SOUND: Final = "~"
_CONFUSIONS: Final = Confusions()


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a model beside its weights."""

    unlikely: float
    """Chance, 0 to 1, below which a vote of the patterns does not count."""
    sure: float
    """Chance from which it is a refusal though no pattern says so."""
    recall: float = 0.0
    """Of the refusals of authors left out, patterns and scorer together."""
    false: float = 0.0
    """Share of their other sentences that was taken for a refusal."""
    sentences: int = 0


@dataclass(frozen=True, slots=True)
class Refusals:
    """The trained scorer."""

    card: Card
    scorer: Linear

    def chance(self, text: str) -> float:
        """How likely this folded utterance of a customer is a refusal."""
        return self.scorer.chance(features(text))

    def stands(self, text: str) -> bool:
        """Whether what the patterns take for a refusal may be one."""
        return self.chance(text) >= self.card.unlikely

    def sure(self, text: str) -> bool:
        """Whether it is one though no pattern says so."""
        return len(text) >= SHORTEST and self.chance(text) >= self.card.sure

    def certain(self, text: str) -> bool:
        """Whether it is so plain that going on after it is pestering."""
        return self.chance(text) >= CERTAIN

    def save(self, path: Path) -> None:
        """Writes the model; raises BadLexicon if it is too big."""
        self.scorer.save(path, self.card)


def features(text: str) -> frozenset[str]:
    """The runs of characters and of syllables of an utterance with its two edges, and how long
    it is."""
    marked = f"^{text[-LOOKED_AT:]}$"
    found = {f"#{min(_LONG, len(text) // _STEP)}"}
    for size in range(1, LONGEST + 1):
        found.update(marked[at : at + size] for at in range(len(marked) - size + 1))
    sounds = [_sound(character) for character in marked]
    for size in SYLLABLES:
        runs = ("-".join(sounds[at : at + size]) for at in range(len(sounds) - size + 1))
        found.update(_SOUND + run for run in runs)
    return frozenset(found)


@lru_cache(maxsize=8192)
def _sound(character: str) -> str:
    """Its first reading with classes of like sounds merged; itself where it has none."""
    said = readings(character)
    return _CONFUSIONS.merged(said[0]) if said else character


def refusals_for(file: str) -> Refusals:
    """The scorer of the pack in this file: beside it, else the bundled one; raises BadLexicon."""
    return _loaded(*linear.stamped(file, FOLDER, FILE))


@lru_cache(maxsize=4)
def _loaded(path: Path, _: int) -> Refusals:
    return load(path)


def load(path: Path) -> Refusals:
    """The model in a file; raises BadLexicon."""
    scorer, card = linear.load(path, Card, "refusal")
    return Refusals(card, scorer)
