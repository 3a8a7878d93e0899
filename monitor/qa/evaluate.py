"""How well the packs judge labelled sentences: recall, false alarms, and the role-flip test."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

import msgspec

from monitor.errors import BadInput
from monitor.events import Alert, CallStarted, Event, Signal
from monitor.rules.engine import CallJudge
from monitor.rules.examples import utterances
from monitor.rules.pack import Pack
from monitor.rules.ruleset import RuleSet
from monitor.types import Role

Kind = Literal[
    "literal",
    "paraphrase",
    "spoken",
    "digits",
    "homophone",
    "garbled",
    "multiple",
    "negated",
    "quoted",
    "question",
    "look_alike",
    "neutral",
    "signal",
]

CHARACTERS_PER_SECOND: Final = 4.5
"""Pace of a telephone agent, 270 characters a minute; used to state false alarms per hour."""


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A turn before the one that is judged."""

    role: Role
    text: str


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One labelled utterance: what it must raise, what it may, and nothing else."""

    text: str
    kind: Kind
    role: Role = Role.AGENT
    industry: str = "other"
    business: str = "marketing"
    expect: tuple[str, ...] = ()
    """Categories that must be raised."""
    also_ok: tuple[str, ...] | str = ()
    """Categories that may be raised beside them."""
    expect_signal: str | None = None
    also_ok_signal: tuple[str, ...] = ()
    """Signals that may be given beside it."""
    split: Literal["dev", "test"] = "dev"
    """Packs are tuned on `dev` alone; of `test` its author reads only these numbers."""
    context: tuple[Said, ...] = ()

    @property
    def allowed(self) -> frozenset[str]:
        """Every category that is no false alarm here."""
        beside = (self.also_ok,) if isinstance(self.also_ok, str) else self.also_ok
        return frozenset((*self.expect, *beside))


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the judge made of an item's own utterance."""

    item: Item
    categories: frozenset[str] = frozenset()
    """Of what was said; what was not said has no place in one sentence."""
    signals: frozenset[str] = frozenset()
    matches: tuple[tuple[str, str], ...] = ()
    """(how it was met, category) of every alert."""

    @property
    def wanted(self) -> frozenset[str]:
        """What had to be found."""
        signal = (self.item.expect_signal,) if self.item.expect_signal else ()
        return frozenset((*self.item.expect, *signal))

    @property
    def missed(self) -> frozenset[str]:
        """What should have been found and was not."""
        return self.wanted - self.categories - self.signals

    @property
    def false(self) -> frozenset[str]:
        """What was raised and is not so."""
        signals = self.signals if self.item.role is Role.CUSTOMER else frozenset[str]()
        allowed = self.item.allowed.union(self.item.also_ok_signal)
        return (self.categories | signals) - allowed - self.wanted


@dataclass(slots=True)
class Tally:
    """Counts of one category, one kind, or all."""

    wanted: int = 0
    found: int = 0
    false: int = 0
    clean: int = 0
    """Utterances that must raise nothing."""
    disturbed: int = 0
    """Of these, how many raised something."""

    @property
    def recall(self) -> float:
        """Share of the wanted that were found; 1 where none were wanted."""
        return self.found / self.wanted if self.wanted else 1.0

    @property
    def precision(self) -> float:
        """Share of the raised that were right; 1 where nothing was raised."""
        raised = self.found + self.false
        return self.found / raised if raised else 1.0


@dataclass(slots=True, kw_only=True)
class Report:
    """All numbers of one evaluation."""

    items: int = 0
    categories: dict[str, Tally] = field(default_factory=dict)
    signals: dict[str, Tally] = field(default_factory=dict)
    kinds: dict[str, Tally] = field(default_factory=dict)
    total: Tally = field(default_factory=Tally)
    """Categories alone; signals are no violations and stand in `signals`."""
    matches: dict[str, Tally] = field(default_factory=dict)
    """By how it was met: what words, sounds, patterns and mere likeness raised, and how rightly."""
    clean_hours: float = 0.0
    """Agents' speech in which nothing is wrong, at `CHARACTERS_PER_SECOND`."""
    flipped: int = 0
    """Agents' utterances that still raised an alert when a customer said them."""

    @property
    def false_per_hour(self) -> float:
        """False alarms per hour of agents' speech in which nothing is wrong."""
        return self.total.disturbed / self.clean_hours if self.clean_hours else 0.0


def read_items(path: Path) -> list[Item]:
    """The items of a JSON-lines file; raises BadInput with file and line."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        message = error.strerror or "cannot be read"
        raise BadInput("unreadable", message, file=str(path)) from error
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
    role = Role.CUSTOMER if flipped else item.role
    spoken = [(said.role, said.text) for said in item.context]
    events: list[Event] = []
    for utterance in utterances([*spoken, (role, item.text)], call="item"):
        events = [*judge.advance(utterance.start), *judge.hear(utterance)]
    alerts = [one for one in events if isinstance(one, Alert)]
    said = [one for one in alerts if not one.category.startswith("missing_")]
    return Verdict(
        item=item,
        categories=frozenset(one.category for one in said),
        matches=tuple((one.match, one.category) for one in said),
        signals=frozenset(one.signal for one in events if isinstance(one, Signal)),
    )


def evaluate(items: Iterable[Item], packs: Sequence[Pack]) -> tuple[Report, list[Verdict]]:
    """The report over all items, and each item's verdict in their order."""
    report = Report()
    verdicts = []
    for item in items:
        verdict = judge_item(item, packs)
        verdicts.append(verdict)
        _count(report, verdict)
        if item.role is Role.AGENT and judge_item(item, packs, flipped=True).categories:
            report.flipped += 1
    return report, verdicts


def _count(report: Report, verdict: Verdict) -> None:
    item = verdict.item
    report.items += 1
    kind = report.kinds.setdefault(item.kind, Tally())
    for name in verdict.wanted | verdict.false:
        signal = name in verdict.signals or name == item.expect_signal
        table = report.signals if signal else report.categories
        own = table.setdefault(name, Tally())
        for tally in (own, kind) if signal else (own, kind, report.total):
            tally.wanted += name in verdict.wanted
            tally.found += name in verdict.wanted and name not in verdict.missed
            tally.false += name in verdict.false
    for match, name in verdict.matches:
        by = report.matches.setdefault(match, Tally())
        by.found += name in verdict.wanted
        by.false += name in verdict.false
    if not item.expect and item.role is Role.AGENT:
        disturbed = bool(verdict.categories - item.allowed)
        for tally in (kind, report.total):
            tally.clean += 1
            tally.disturbed += disturbed
        report.clean_hours += len(item.text) / CHARACTERS_PER_SECOND / 3600
