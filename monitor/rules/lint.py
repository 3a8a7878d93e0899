"""Advice on a pack that loads: what will work worse than its author thinks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from monitor.rules import expr as ex
from monitor.rules.pack import Disclosure, Pack, Rule, SignalRule, StateRule
from monitor.rules.pattern import Pattern
from monitor.text.cuts import word_frequency, words_holding
from monitor.text.fold import plain

Item = Rule | Disclosure | SignalRule | StateRule

COMMON: int = 2_000
"""Occurrences in jieba's dictionary (of 60 million) from which a word is very common."""

SHOWN: int = 3
"""Words shown of all that two rules share."""

_ROOM_BEFORE_PROMPT_S = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """One remark. An `error` should stop a release; a `warning` is for a person to judge."""

    level: Literal["error", "warning"]
    code: str
    line: int
    rule: str
    message: str


def lint(pack: Pack) -> list[Advice]:
    """Every remark on a pack, by line."""
    items: tuple[Item, ...] = (*pack.rules, *pack.disclosures, *pack.signals, *pack.states)
    found: list[Advice] = []
    for item in items:
        found += [*_examples(item), *_basis(item), *_common(item), *_fields(item)]
    found += _duplicates(items)
    found += _unused_lists(pack, items)
    return sorted(found, key=lambda advice: (advice.line, advice.code, advice.message))


def phrases(item: Item) -> Iterator[tuple[Pattern, int]]:
    """The phrases that raise or satisfy an item, with their lines."""
    top = item.satisfied_by if isinstance(item, Disclosure) else item.match
    for phrase in _positive(top):
        yield phrase.pattern, phrase.line


def _positive(top: ex.Expr) -> Iterator[ex.Phrase]:
    """Phrases outside `none` and `not_said`."""
    if isinstance(top, ex.Phrase):
        yield top
    elif not isinstance(top, ex.NoneOf | ex.NotSaid):
        for child in ex.children(top):
            yield from _positive(child)


def _examples(item: Item) -> Iterator[Advice]:
    if isinstance(item, Disclosure):
        needed = {"met": item.examples.met, "not_met": item.examples.not_met}
    elif isinstance(item, SignalRule):
        needed = {"signal": item.examples.signal, "fine": item.examples.fine}
    else:
        needed = {"violation": item.examples.violation, "fine": item.examples.fine}
    for name, sentences in needed.items():
        if not sentences:
            yield _advice("error", "no_example", item, f"examples: at least one {name} is needed")


def _basis(item: Item) -> Iterator[Advice]:
    if isinstance(item, SignalRule):
        return
    if not item.basis:
        yield _advice("error", "no_basis", item, "basis: no text is cited")
    for basis in item.basis:
        if basis.status in ("unverified", "draft"):
            message = f"basis: {basis.cite} is {basis.status}; alerts will say so"
            yield _advice("warning", "unverified_basis", item, message)


def _common(item: Item) -> Iterator[Advice]:
    """A phrase of two characters inside a very common word is met where nobody meant it."""
    if isinstance(item, Disclosure | StateRule):
        return
    bare = item.match.of if isinstance(item.match, ex.AnyOf) else (item.match,)
    for phrase in bare:
        if not isinstance(phrase, ex.Phrase) or not phrase.pattern.simple:
            continue
        for literal in phrase.pattern.literals:
            word = plain(literal)
            if len(word) <= 3 and word_frequency(word) >= COMMON:
                message = f"{literal!r} is a very common word; add what makes it a violation"
                yield Advice(
                    level="warning",
                    code="common_word",
                    line=phrase.line,
                    rule=item.id,
                    message=message,
                )
            elif len(word) == 2 and (longer := _inside(word)):
                message = f"{literal!r} is also inside {'、'.join(longer)}; allow those"
                yield Advice(
                    level="warning", code="in_word", line=phrase.line, rule=item.id, message=message
                )


def _inside(word: str) -> list[str]:
    """The three most common longer words that hold this one across their own parts."""
    return words_holding(word, at_least=COMMON // 4)[:3]


def _fields(item: Item) -> Iterator[Advice]:
    if isinstance(item, Rule | StateRule) and not item.advice:
        yield _advice("warning", "no_advice", item, "advice: what should the agent say instead?")
    if isinstance(item, Disclosure) and item.deadline_s and item.prompt_at_s:
        left = item.deadline_s - item.prompt_at_s
        if left < _ROOM_BEFORE_PROMPT_S:
            message = f"prompt_at_s leaves the agent {left:g} s before deadline_s"
            yield _advice("warning", "late_prompt", item, message)


def _duplicates(items: tuple[Item, ...]) -> Iterator[Advice]:
    """The same words in two rules for the same role: once for each pair of rules.

    A word that one rule lists twice is only written twice, and raises nothing twice.
    """
    seen: dict[tuple[str, str], Item] = {}
    pairs: dict[tuple[str, str], tuple[Item, int, list[str]]] = {}
    for item in items:
        if isinstance(item, Disclosure | StateRule):
            continue
        for literal, line in _bare(item):
            first = seen.setdefault((item.role, plain(literal)), item)
            if first is not item:
                pair = pairs.setdefault((first.id, item.id), (first, line, []))
                pair[2].append(literal)
    for (_, rule), (first, line, words) in pairs.items():
        shown = "、".join(words[:SHOWN])
        if len(words) > SHOWN:
            shown += f" and {len(words) - SHOWN} more"
        message = f"shares {shown} with {first.id} (line {first.line}); each raises its own alert"
        yield Advice(
            level="warning", code="duplicate_phrase", line=line, rule=rule, message=message
        )


def _bare(item: Rule | SignalRule) -> Iterator[tuple[str, int]]:
    """The words that meet an item by themselves, with their lines."""
    for phrase in item.match.of if isinstance(item.match, ex.AnyOf) else (item.match,):
        if isinstance(phrase, ex.Phrase) and phrase.pattern.simple:
            yield from ((literal, phrase.line) for literal in phrase.pattern.literals)


def _unused_lists(pack: Pack, items: tuple[Item, ...]) -> Iterator[Advice]:
    used = " ".join(_sources(pack, items))
    for name in pack.lists:
        if f"{{{name}}}" not in used:
            yield Advice(
                level="warning",
                code="unused_list",
                line=1,
                rule="",
                message=f"the list {name!r} is not used",
            )


def _sources(pack: Pack, items: tuple[Item, ...]) -> Iterator[str]:
    yield from (pattern.source for pattern in pack.allow)
    yield from (word for words in pack.lists.values() for word in words)
    for item in items:
        for name in ("match", "unless", "satisfied_by", "unregistered", "trigger", "ends_by"):
            yield from (p.pattern.source for p in ex.patterns(getattr(item, name, None)))
        for name in ("allow", "answer", "answer_no", "not_by"):
            yield from (pattern.source for pattern in getattr(item, name, ()))


def _advice(level: Literal["error", "warning"], code: str, item: Any, message: str) -> Advice:
    return Advice(level=level, code=code, line=item.line, rule=item.id, message=message)
