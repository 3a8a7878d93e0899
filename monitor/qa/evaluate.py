"""How well the packs judge labelled sentences: recall, false alarms, and the role-flip test."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, get_args

import msgspec

from monitor.errors import BadInput
from monitor.events import Alert, CallStarted, Event, Signal
from monitor.rules.engine import CallJudge
from monitor.rules.examples import turns, utterances
from monitor.rules.pack import Pack
from monitor.rules.ruleset import RuleSet
from monitor.types import Role

Kind = Literal[
    "literal",
    "paraphrase",
    "spoken",
    "digits",
    "homophone",
    "negated",
    "quoted",
    "question",
    "look_alike",
    "neutral",
    "signal",
]
Split = Literal["dev", "test"]

KINDS: Final[tuple[str, ...]] = get_args(Kind)
CHARACTERS_PER_SECOND: Final = 4.5
"""Pace of a telephone agent, 270 characters a minute; used to state false alarms per hour."""


class Item(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One labelled utterance: what it must raise (`expect`, `signals`), and nothing else."""

    text: str
    role: Literal["agent", "customer"] = "agent"
    industry: str = "other"
    business: str = "marketing"
    expect: tuple[str, ...] = ()
    signals: tuple[str, ...] = ()
    kind: Kind
    split: Split = "dev"
    context: tuple[str, ...] = ()
    """Turns before it, each with its speaker: 客：… or 坐：…"""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the judge made of an item's last utterance."""

    item: Item
    alerts: tuple[Alert, ...] = ()
    signals: tuple[str, ...] = ()

    @property
    def categories(self) -> frozenset[str]:
        """Categories of what was said; what was not said has no place in one sentence."""
        return frozenset(one.category for one in self.alerts)

    @property
    def missed(self) -> frozenset[str]:
        """What should have been found and was not."""
        found = self.categories | frozenset(self.signals)
        return frozenset((*self.item.expect, *self.item.signals)) - found

    @property
    def false(self) -> bool:
        """An alarm where nothing was wrong, or a signal nobody gave."""
        if self.item.expect:
            return False
        return bool(self.alerts) or bool(frozenset(self.signals) - frozenset(self.item.signals))


@dataclass(slots=True)
class Tally:
    """Counts of one category: `extra` is raised beside another category that was right."""

    wanted: int = 0
    found: int = 0
    false: int = 0
    extra: int = 0

    @property
    def recall(self) -> float:
        """Share of the wanted that were found; 1 where none were wanted."""
        return self.found / self.wanted if self.wanted else 1.0

    @property
    def precision(self) -> float:
        """Share of the raised that were right; `extra` is not counted against it."""
        raised = self.found + self.false
        return self.found / raised if raised else 1.0


@dataclass(slots=True, kw_only=True)
class Report:
    """All numbers of one evaluation."""

    items: int = 0
    categories: dict[str, Tally] = field(default_factory=dict)
    kinds: dict[str, Tally] = field(default_factory=dict)
    total: Tally = field(default_factory=Tally)
    clean_items: int = 0
    clean_alarms: int = 0
    clean_hours: float = 0.0
    flipped_alarms: int = 0

    @property
    def false_per_hour(self) -> float:
        """False alarms per hour of agents' speech in which nothing is wrong."""
        return self.clean_alarms / self.clean_hours if self.clean_hours else 0.0

    @property
    def false_share(self) -> float:
        """Share of the clean items that raised anything."""
        return self.total.false / self.clean_items if self.clean_items else 0.0


def read_items(path: Path) -> list[Item]:
    """The items of a JSON-lines file; raises BadInput with file and line."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise BadInput("unreadable", str(error.strerror or error), file=str(path)) from error
    items = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            items.append(msgspec.json.decode(line, type=Item))
        except msgspec.MsgspecError as error:
            raise BadInput("bad_item", str(error), file=str(path), line=number) from error
    return items


def judge_item(item: Item, packs: Sequence[Pack], *, flipped: bool = False) -> Verdict:
    """Judges an item after its context. `flipped`: the customer says it instead."""
    call = CallStarted(call="item", industry=item.industry, business=item.business)
    judge = CallJudge(call, RuleSet.for_call(packs, call))
    role = Role.CUSTOMER if flipped else Role(item.role)
    spoken = [turn for one in item.context for turn in turns(one)]
    events: list[Event] = []
    for utterance in utterances([*spoken, (role, item.text)], call="item"):
        events = [*judge.advance(utterance.start), *judge.hear(utterance)]
    return Verdict(
        item=item,
        alerts=tuple(
            one
            for one in events
            if isinstance(one, Alert) and not one.category.startswith("missing_")
        ),
        signals=tuple(one.signal for one in events if isinstance(one, Signal)),
    )


def evaluate(items: Iterable[Item], packs: Sequence[Pack]) -> tuple[Report, list[Verdict]]:
    """The report over all items, and each item's verdict in their order."""
    report = Report()
    verdicts = []
    for item in items:
        verdict = judge_item(item, packs)
        verdicts.append(verdict)
        _count(report, verdict)
        if item.role == "agent" and judge_item(item, packs, flipped=True).alerts:
            report.flipped_alarms += 1
    return report, verdicts


def _count(report: Report, verdict: Verdict) -> None:
    item = verdict.item
    report.items += 1
    wanted = frozenset((*item.expect, *item.signals))
    kind = report.kinds.setdefault(item.kind, Tally())
    for name in wanted:
        for tally in (report.categories.setdefault(name, Tally()), kind, report.total):
            tally.wanted += 1
            tally.found += name not in verdict.missed
    if not item.expect:
        report.clean_items += 1
        kind.false += verdict.false
        report.total.false += verdict.false
    raised = Counter(verdict.categories) + Counter(set(verdict.signals))
    for name in raised.keys() - wanted:
        tally = report.categories.setdefault(name, Tally())
        if item.expect:
            tally.extra += 1
            kind.extra += 1
            report.total.extra += 1
        else:
            tally.false += 1
    if item.role == "agent" and not item.expect:
        report.clean_alarms += len(verdict.alerts)
        report.clean_hours += len(item.text) / CHARACTERS_PER_SECOND / 3600
