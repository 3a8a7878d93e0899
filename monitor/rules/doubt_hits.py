"""What the doubt scorer learns from: the hits of the rules in labelled sentences.

Every hit counts, also one that the context excuses: an excuse that is written by hand is one more
example of how lawful words surround a phrase.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, get_args

from monitor.errors import BadLexicon
from monitor.events import CallStarted, Utterance
from monitor.rules import expr as ex
from monitor.rules.doubt import FOLDER
from monitor.rules.found import Found, View
from monitor.rules.nodes import read_text
from monitor.rules.pack import Pack, SaidCategory
from monitor.rules.ruleset import RuleSet
from monitor.rules.similar import FOLDER as SIMILAR
from monitor.rules.similar_corpus import NEUTRAL, Sentence, from_packs, read_corpus, thrown
from monitor.rules.spans import Span
from monitor.rules.trial import Court
from monitor.rules.turns import Memory, Turn
from monitor.text.fold import join, plain
from monitor.types import Role

CLAIMS: Final = "claims.txt"
FRAMES: Final = "frames.txt"
A_FRAME: Final = 50
"""Sentences made of one frame."""
FRAME_WEIGHT: Final = 0.25
"""What a made sentence counts beside a written one."""
AMID: Final = 0.3
"""Share of a hit that counts amid other talk: a segment of a call seldom is one sentence, and what
stands beside a claim by chance should neither clear nor accuse it."""
LEAD: Final = 0.7
"""How often such talk comes before the sentence, and how often behind it."""
TALK: Final = (4, 22)
"""Characters of the shortest and the longest sentence put beside another."""
ELSEWHERE: Final = 0.5
"""What a hit of the wrong category counts, where the sentence is a violation of another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A sentence of an agent, and of which call and whose hand it is."""

    sentence: Sentence
    call: CallStarted
    author: str
    """Whose sentences are left out together when the scorer is measured; empty: always learned."""
    allowed: frozenset[str] = frozenset()
    """Categories of which nobody says whether they are right here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A rule that was met in a labelled sentence."""

    text: str
    span: Span
    category: str
    right: bool
    """The sentence is a violation of this category."""
    stands: bool
    """The context that rules spell out did not excuse it."""
    weight: float
    author: str
    sentence: int


def worded(packs: Sequence[Pack]) -> tuple[Pack, ...]:
    """The packs without rules that are met by likeness."""
    return tuple(
        replace(
            pack,
            rules=tuple(
                rule
                for rule in pack.rules
                if not any(isinstance(node, ex.Similar) for node in ex.walk(rule.match))
            ),
        )
        for pack in packs
    )


def everywhere(packs: Sequence[Pack]) -> tuple[Pack, ...]:
    """The packs for calls of every kind: a corpus does not say who calls whom."""
    return tuple(replace(pack, industries="all", business=()) for pack in packs)


def made(folder: Path, packs: Sequence[Pack]) -> list[Labelled]:
    """The sentences beside a folder of packs that were made to learn from."""
    call = CallStarted(call="corpus")
    known = [*read_corpus(folder / SIMILAR), *from_packs(packs)]
    written = [Labelled(sentence=one, call=call, author="") for one in known]
    framed = [
        Labelled(
            sentence=one,
            call=call,
            author="",
            allowed=frozenset(get_args(SaidCategory) if one.categories else ()),
        )
        for one in read_frames(folder / FOLDER)
    ]
    return [*written, *framed]


def hits(sentences: Iterable[Labelled], packs: Sequence[Pack], *, first: int = 0) -> list[Hit]:
    """What the rules of these packs hit in sentences, context or not; numbered from `first`."""
    found: list[Hit] = []
    for number, one in enumerate(sentences, first):
        rules = RuleSet.for_call(packs, one.call)
        found.extend(_weighed(number, one, list(_met(one.sentence.text, rules))))
    return found


def plain_talk(folder: Path) -> tuple[str, ...]:
    """What agents say that is fine under every category, from beside a folder of packs, folded."""
    said = read_corpus(folder / SIMILAR)
    texts = {plain(one.text) for one in said if one.group.startswith(f"{NEUTRAL}:")}
    return tuple(sorted(text for text in texts if TALK[0] <= len(text) <= TALK[1]))


def amid(hits: Sequence[Hit], talk: Sequence[str]) -> list[Hit]:
    """Each hit, and then each once more with other talk around its sentence; deterministic."""
    if not talk:
        return list(hits)
    dice = random.Random(len(hits))
    alone = [replace(hit, weight=hit.weight * (1 - AMID)) for hit in hits]
    return [*alone, *(_amid(hit, talk, dice) for hit in hits)]


def _amid(hit: Hit, talk: Sequence[str], dice: random.Random) -> Hit:
    before = dice.choice(talk) if dice.random() < LEAD else ""
    behind = dice.choice(talk) if not before or dice.random() < LEAD else ""
    start, end = hit.span
    return replace(
        hit,
        text=before + hit.text + behind,
        span=(start + len(before), end + len(before)),
        weight=hit.weight * AMID,
    )


def read_frames(folder: Path) -> list[Sentence]:
    """Claims in frames, the same every time; raises BadLexicon with file and line."""
    claims = _claims(folder / CLAIMS)
    path, found = folder / FRAMES, list[Sentence]()
    for number, line in enumerate(read_text(path).splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if line[:2] not in ("- ", "+ ") or line.count("{}") != 1:
            message = "a line begins with `- ` or `+ ` and holds one {}"
            raise BadLexicon("bad_corpus", message, file=str(path), line=number)
        found.extend(_framed(line, claims))
    return found


def _framed(line: str, claims: Sequence[tuple[str, str]]) -> Iterator[Sentence]:
    dice = random.Random(line)
    made: dict[str, str] = {}
    for _ in range(A_FRAME):
        category, claim = dice.choice(claims)
        made.setdefault(thrown(line[2:], dice).replace("{}", claim), category)
    for text, category in made.items():
        yield Sentence(
            text=text,
            categories=frozenset({category} if line[0] == "+" else ()),
            group=line,
            source=FRAMES,
            weight=FRAME_WEIGHT,
        )


def _claims(path: Path) -> list[tuple[str, str]]:
    """(category, claim), each category as likely as another."""
    known = get_args(SaidCategory)
    rows: list[tuple[str, list[str]]] = []
    for number, line in enumerate(read_text(path).splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, _, words = line.partition(":")
        if name not in known or not words.split():
            message = "a category, a colon and claims are needed here"
            raise BadLexicon("bad_corpus", message, file=str(path), line=number)
        rows.append((name, words.split()))
    most = max((len(words) for _, words in rows), default=0)
    return [(name, words[at % len(words)]) for name, words in rows for at in range(most)]


def _weighed(number: int, one: Labelled, met: list[tuple[str, Span, str, bool]]) -> Iterator[Hit]:
    sentence = one.sentence
    for category, span, text, stands in met:
        right = category in sentence.categories
        elsewhere = not right and bool(sentence.categories)
        if not right and (category in one.allowed or (elsewhere and not stands)):
            continue
        share = sentence.weight / len(met) ** 0.5
        yield Hit(
            text=text,
            span=span,
            category=category,
            right=right,
            stands=stands,
            weight=share * ELSEWHERE if elsewhere else share,
            author=one.author,
            sentence=number,
        )


def _met(text: str, rules: RuleSet) -> Iterator[tuple[str, Span, str, bool]]:
    """Category, span and text of each hit, and whether the context lets it stand."""
    memory = Memory()
    court = Court(rules, memory)
    turn = _turn(text, memory, rules)
    if turn is None:
        return
    memory.keep(turn)
    seen: dict[tuple[str, Span], bool] = {}
    touched = {law for number in turn.hits for law in rules.rules_by.get(number, ())}
    for place in sorted(touched):
        law = rules.rules[place]
        if law.timed or Role.AGENT not in law.roles:
            continue
        standing = court.met(law, turn)
        raw = standing or court.unexcused(law).find(law.match, View(turn), law.roles)
        for found in raw:
            if found.leaves:
                key = (law.head.category, _span(found))
                seen[key] = seen.get(key, False) or bool(standing)
    for (category, span), stands in seen.items():
        yield category, span, turn.folded.text, stands


def _turn(text: str, memory: Memory, rules: RuleSet) -> Turn | None:
    said = Utterance(call="corpus", channel=Role.AGENT, start=0.0, end=1.0, text=text)
    folded = join("", text)
    if not folded.text:
        return None
    return Turn(
        number=0,
        utterance=said,
        pieces=memory.joined(said),
        folded=folded,
        fresh=0,
        hits=rules.hits(folded),
    )


def _span(found: Found) -> Span:
    return min(leaf.start for leaf in found.leaves), max(leaf.end for leaf in found.leaves)
