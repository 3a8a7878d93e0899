"""The sentences the similarity scorer learns from: corpus files, rule packs, labelled sets.

A corpus file `<category>.txt` has one sentence a line: `+ ` before a violation, `- ` before what is
fine, `#` before a remark. (甲|乙) is either, (甲)? and [甲] may be left out.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, get_args

from monitor.errors import BadLexicon
from monitor.rules import expr as ex
from monitor.rules.examples import turns
from monitor.rules.nodes import read_text
from monitor.rules.pack import Pack, Rule, SaidCategory
from monitor.text.fold import plain
from monitor.types import Role

NEUTRAL: Final = "neutral"
"""The corpus file of sentences that are fine under every category."""
CONCEPTS: Final = "concepts"
"""The file of synonym classes."""

VIOLATIONS_A_LINE: Final = 12
FINE_A_LINE: Final = 8
"""Sentences made at most from one line."""

LINE_WEIGHT: Final = 3.0
"""What all sentences made from one line with choices count together; a plain line counts 1."""

_CHOICE: Final = re.compile(r"\((?P<some>[^()]*)\)(?P<maybe>\?)?|\[(?P<option>[^\[\]]*)\]")
_LEFT: Final = re.compile(r"[()\[\]|]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One labelled sentence of an agent."""

    text: str
    categories: frozenset[str] = frozenset()
    """Empty: it is fine."""
    group: str
    """Sentences of one group are never split between training and measuring."""
    source: str
    weight: float = 1.0
    author: str = ""
    """Sentences of one author are not split either; empty: nobody in particular."""


def read_corpus(folder: Path) -> list[Sentence]:
    """All corpus files of a folder; raises BadLexicon with file and line."""
    known = {*get_args(SaidCategory), NEUTRAL}
    paths = [path for path in sorted(folder.glob("*.txt")) if path.stem != CONCEPTS]
    if not paths:
        raise BadLexicon("no_corpus", "no <category>.txt in this folder", file=str(folder))
    found: list[Sentence] = []
    for path in paths:
        if path.stem not in known:
            raise BadLexicon("bad_corpus", "is not named for a category", file=str(path))
        for number, line in enumerate(read_text(path).splitlines(), 1):
            if line.strip() and not line.startswith("#"):
                found.extend(_line(path, number, line.strip()))
    return found


def read_concepts(folder: Path) -> dict[str, tuple[str, ...]]:
    """The synonym classes, name to words; raises BadLexicon with file and line."""
    path = folder / f"{CONCEPTS}.txt"
    found: dict[str, tuple[str, ...]] = {}
    for number, line in enumerate(read_text(path).splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, colon, words = line.partition(":")
        if not colon or not words.split() or name in found:
            message = "a new name, a colon and words are needed here"
            raise BadLexicon("bad_concepts", message, file=str(path), line=number)
        found[name.strip()] = tuple(dict.fromkeys(plain(word) for word in words.split()))
    return found


def from_packs(packs: Iterable[Pack]) -> list[Sentence]:
    """Examples and counter-examples of packs; those of rules met by likeness are left out.

    The phrases themselves are left out too: the matcher finds them, and with them in training
    fewer free paraphrases were found (measured, five folds).
    """
    found: list[Sentence] = []
    for pack in packs:
        for rule in pack.rules:
            if not any(isinstance(node, ex.Similar) for node in ex.walk(rule.match)):
                found.extend(_rule(pack, rule))
        for disclosure in pack.disclosures:
            group = f"{pack.pack}/{disclosure.id}"
            found.extend(_examples(disclosure.examples.met, frozenset(), group))
    return found


def variants(line: str, count: int) -> list[str]:
    """Up to `count` sentences that a line with choices stands for, the same every time."""
    if not _CHOICE.search(line):
        return [line]
    dice = random.Random(line)
    made: dict[str, None] = {}
    for _ in range(count * 3):
        made.setdefault(thrown(line, dice))
        if len(made) == count:
            break
    return list(made)


def thrown(line: str, dice: random.Random) -> str:
    """One of the sentences that a line with choices stands for."""
    while match := _CHOICE.search(line):
        if match["option"] is not None:
            chosen = dice.choice((match["option"], ""))
        else:
            chosen = dice.choice(match["some"].split("|"))
            if match["maybe"]:
                chosen = dice.choice((chosen, ""))
        line = line[: match.start()] + chosen + line[match.end() :]
    return line


def _line(path: Path, number: int, line: str) -> Iterator[Sentence]:
    mark, text = line[:2], line[2:].strip()
    if mark not in ("+ ", "- ") or not text or (mark == "+ " and path.stem == NEUTRAL):
        message = "a line begins with `+ ` (violation), `- ` (fine) or `#`"
        raise BadLexicon("bad_corpus", message, file=str(path), line=number)
    wrong = mark == "+ "
    made = variants(text, VIOLATIONS_A_LINE if wrong else FINE_A_LINE)
    if any(_LEFT.search(one) for one in made):
        raise BadLexicon("bad_corpus", "brackets do not match", file=str(path), line=number)
    for one in made:
        yield Sentence(
            text=one,
            categories=frozenset({path.stem}) if wrong else frozenset(),
            group=f"{path.stem}:{line}",
            source="corpus",
            weight=(LINE_WEIGHT if len(made) > 1 else 1.0) / len(made),
        )


def _rule(pack: Pack, rule: Rule) -> Iterator[Sentence]:
    group = f"{pack.pack}/{rule.id}"
    wrong = frozenset({str(rule.category)})
    yield from _examples(rule.examples.violation, wrong, group)
    yield from _examples(rule.examples.fine, frozenset(), group)


def _examples(texts: Sequence[str], categories: frozenset[str], group: str) -> Iterator[Sentence]:
    """Sentences of one speaker; what a dialogue means does not lie in its last sentence."""
    for text in texts:
        spoken = turns(text)
        if len(spoken) == 1 and spoken[0][0] is Role.AGENT:
            yield Sentence(
                text=spoken[0][1], categories=categories, group=f"{group}:{text}", source="packs"
            )
