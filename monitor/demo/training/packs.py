"""What the rule packs listen for, as lines to speak: their examples, their patterns spelled out."""

import math
import random
import re
from collections.abc import Iterable
from functools import cache

from monitor.demo.training import vocabulary
from monitor.rules import expr as ex
from monitor.rules.examples import turns
from monitor.rules.lexicon import Lexicon
from monitor.rules.pack import Pack
from monitor.rules.pattern import Part
from monitor.types import Role

SPELLED = (4, 30)
"""Least and most ways of saying a pattern that are written down; it may have thousands."""
MARKS = re.compile("[，、；：。？！,;:?!…“”《》 ]+")
SLOTS = {
    "company": "机构",
    "alias": "机构",
    "person": "人名",
    "percent": "百分数",
    "amount": "金额",
    "agent_no": "工号",
    "date": "日期",
}
"""Slots of the packs → symbols of `grammar.txt`; another slot is any word."""
_FILLED = re.compile(r"\{[^{}]*\}")


def sections(packs: Iterable[Pack], seed: int) -> dict[str, list[str]]:
    """Section → lines, as in `phrases.txt`, sorted, all of them speakable."""
    rng = random.Random(seed)
    names = ("customer", "disclosure", "lookalike", "term", "violation")
    found: dict[str, set[str]] = {name: set() for name in names}
    for pack in packs:
        for rule in pack.rules:
            _add(
                found, rule.examples.violation, "violation", Role(rule.role.replace("any", "agent"))
            )
            _add(found, rule.examples.fine, "lookalike", Role.AGENT)
            found["term"].update(_spelled(rule.match, rng))
        for signal in pack.signals:
            _add(found, signal.examples.signal, "customer", Role.CUSTOMER)
            _add(found, signal.examples.fine, "customer", Role.CUSTOMER)
        for item in pack.disclosures:
            _add(found, item.examples.met, "disclosure", Role.AGENT)
            found["disclosure"].update(_spelled(item.satisfied_by, rng))
    known = vocabulary.load().knows
    return {
        name: sorted(
            line for line in lines if 2 <= len(line) <= 40 and known(_FILLED.sub("", line))
        )
        for name, lines in found.items()
    }


@cache
def bundled() -> dict[str, list[str]]:
    """The sections of the bundled packs; worked out once, because it takes a second."""
    return sections(Lexicon(None).packs, seed=0)


def _add(found: dict[str, set[str]], examples: Iterable[str], section: str, default: Role) -> None:
    for example in examples:
        for role, text in turns(example, default):
            name = section if role is not Role.CUSTOMER else "customer"
            found[name].add(MARKS.sub(",", text).strip(","))


def _spelled(match: ex.Expr, rng: random.Random) -> Iterable[str]:
    for phrase in ex.patterns(match):
        for sequence in phrase.pattern.sequences:
            ways = math.prod(max(1, len(part.literals)) for part in sequence)
            for _ in range(min(max(ways, SPELLED[0]), SPELLED[1])):
                yield "".join(_part(part, rng) for part in sequence)


def _part(part: Part, rng: random.Random) -> str:
    gap = "{词}" if part.gap and rng.random() < 0.3 else ""
    if part.slot:
        return gap + "{" + SLOTS.get(part.slot, "词") + "}"
    return gap + MARKS.sub("", rng.choice(part.literals))
