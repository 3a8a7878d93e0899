"""Trains the refusal scorer, and measures it on authors left out; needs scikit-learn."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from monitor.errors import BadLexicon
from monitor.rules.examples import turns
from monitor.rules.linear import Linear
from monitor.rules.linear_training import Row, fit
from monitor.rules.nodes import read_text
from monitor.rules.pack import Pack
from monitor.rules.refusal import SIGNAL, Card, Refusals, features
from monitor.rules.similar_corpus import thrown
from monitor.text.fold import plain
from monitor.types import Role

SENTENCES: Final = "sentences.txt"
A_LINE: Final = 20
"""Sentences made of one line with choices."""
LINE_WEIGHT: Final = 4.0
"""What they count together beside one labelled sentence."""
UNLIKELY: Final = 0.25
SURE: Final = 0.65
"""Chosen on authors left out in turn; see `Card`."""
SEEN: Final = 2
SHARPNESS: Final = 30.0
"""Inverse regularisation; better than 10 on authors left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A sentence of a customer."""

    text: str
    refuses: bool
    author: str = ""
    """Whose sentences are left out together when the scorer is measured; empty: always learned."""
    voted: bool = False
    """Patterns alone take it for a refusal."""
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Patterns and scorer together on one author, by a scorer of all the others."""

    author: str
    refusals: int
    found: int
    others: int
    false: int


def made(folder: Path, packs: Iterable[Pack]) -> list[Said]:
    """The sentences beside the packs and the examples in them; raises BadLexicon."""
    path, found = folder / SENTENCES, list[Said]()
    for number, line in enumerate(read_text(path).splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if line[:2] not in ("- ", "+ "):
            message = "a line begins with `+ ` (refuses), `- ` (does not) or `#`"
            raise BadLexicon("bad_corpus", message, file=str(path), line=number)
        dice = random.Random(line)
        texts = sorted({thrown(line[2:], dice) for _ in range(A_LINE)})
        weight = LINE_WEIGHT / len(texts)
        found += [Said(text=text, refuses=line[0] == "+", weight=weight) for text in texts]
    return [*found, *_examples(packs)]


def _examples(packs: Iterable[Pack]) -> Iterator[Said]:
    for pack in packs:
        for signal in pack.signals:
            if signal.signal != SIGNAL:
                continue
            examples = signal.examples
            # what is no strong refusal may well be a weak one
            fine = examples.fine if signal.strength == "weak" else ()
            for texts, refuses in ((examples.signal, True), (fine, False)):
                for text in texts:
                    spoken = turns(text, Role.CUSTOMER)
                    if len(spoken) == 1:
                        yield Said(text=spoken[0][1], refuses=refuses)


def teach(said: Sequence[Said]) -> tuple[Refusals, tuple[Tally, ...]]:
    """The scorer of some sentences, and how it did on each author left out. Deterministic."""
    limits = Card(unlikely=UNLIKELY, sure=SURE)
    tallies = []
    for author in sorted({one.author for one in said if one.author}):
        others = [one for one in said if one.author != author]
        model = Refusals(limits, _fit(others))
        tallies.append(_tally(author, [one for one in said if one.author == author], model))
    card = Card(
        unlikely=UNLIKELY,
        sure=SURE,
        recall=_share([one.found for one in tallies], [one.refusals for one in tallies]),
        false=_share([one.false for one in tallies], [one.others for one in tallies]),
        sentences=len(said),
    )
    return Refusals(card, _fit(said)), tuple(tallies)


def _tally(author: str, said: Sequence[Said], model: Refusals) -> Tally:
    taken = [
        model.stands(text) if one.voted else model.sure(text)
        for one in said
        for text in (plain(one.text),)
    ]
    return Tally(
        author=author,
        refusals=sum(one.refuses for one in said),
        found=sum(yes and one.refuses for yes, one in zip(taken, said, strict=True)),
        others=sum(not one.refuses for one in said),
        false=sum(yes and not one.refuses for yes, one in zip(taken, said, strict=True)),
    )


def _fit(said: Sequence[Said]) -> Linear:
    rows = [Row(tuple(features(plain(one.text))), one.refuses, one.weight) for one in said]
    return fit(rows, seen=SEEN, sharpness=SHARPNESS)


def _share(some: Sequence[int], of: Sequence[int]) -> float:
    return round(sum(some) / max(1, sum(of)), 3)
