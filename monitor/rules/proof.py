"""Runs the examples of packs through the real judge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import msgspec

from monitor.events import Alert, CallStarted, Disclosure, Event, Signal
from monitor.rules import expr as ex
from monitor.rules import pack as pk
from monitor.rules.engine import CallJudge
from monitor.rules.examples import turns, utterances
from monitor.rules.ruleset import RuleSet
from monitor.types import Role

LONG_S = 1e6
"""A deadline that no example reaches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An example that did not come out as the pack says."""

    pack: str
    file: str
    line: int
    rule: str
    example: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.rule}: {self.message}: {self.example}"


def prove(pack: pk.Pack) -> Iterator[Failure]:
    """Every example of a pack that fails, in the order of the file."""
    for rule in pack.rules:
        yield from _rule(pack, rule, _alone(pack, rule))
    for state in pack.states:
        yield from _rule(pack, state, replace(pack, rules=(), disclosures=(), states=(state,)))
    for signal in pack.signals:
        yield from _signal(pack, signal)
    for disclosure in pack.disclosures:
        yield from _disclosure(pack, disclosure)


def count(pack: pk.Pack) -> int:
    """How many examples a pack has."""
    return sum(
        len(sentences)
        for item in (*pack.rules, *pack.states, *pack.signals, *pack.disclosures)
        for sentences in _lists(item)
    )


def judged(text: str, call: CallStarted, packs: Iterable[pk.Pack], role: Role) -> list[Event]:
    """What a sentence or dialogue causes; turns without a speaker are said by `role`."""
    judge = CallJudge(call, RuleSet.for_call(tuple(packs), call))
    events: list[Event] = []
    for utterance in utterances(turns(text, role), call=call.call):
        events.extend(judge.advance(utterance.start))
        events.extend(judge.hear(utterance))
    return events


def example_call(pack: pk.Pack, when: pk.When) -> CallStarted:
    """A call that the pack and the rule are for."""
    industries = when.industry or (pack.industries if pack.industries != "all" else ())
    business = when.business or pack.business
    company = pack.companies[0] if pack.companies else None
    return CallStarted(
        call="example",
        industry=str(industries[0]) if industries else "other",
        business=str(business[0]) if business else "marketing",
        product=when.product[0] if when.product else "",
        company=company.name if company else "",
        aliases=(*company.short, *company.aliases) if company else (),
        meta=dict(when.meta),
    )


def _lists(item: object) -> Iterator[tuple[str, ...]]:
    examples = getattr(item, "examples", None)
    for name in ("violation", "fine", "met", "not_met", "signal"):
        yield getattr(examples, name, ())


def _alone(pack: pk.Pack, rule: pk.Rule) -> pk.Pack:
    """The pack with this rule only, unless it refers to others by name."""
    refers = any(isinstance(node, ex.Ref) for node in ex.walk(rule.match))
    rules = pack.rules if refers else (rule,)
    return replace(pack, rules=rules, states=(), disclosures=())


def _rule(pack: pk.Pack, rule: pk.Rule | pk.StateRule, alone: pk.Pack) -> Iterator[Failure]:
    name = f"{pack.pack}/{rule.id}"
    role = Role.CUSTOMER if getattr(rule, "role", "agent") == "customer" else Role.AGENT
    call = example_call(pack, rule.when)
    nameless = msgspec.structs.replace(call, company="", aliases=())
    for text in rule.examples.violation:
        # some rules are only for those who may not speak in the name of the first company
        events = (event for one in (call, nameless) for event in judged(text, one, (alone,), role))
        if not any(isinstance(e, Alert) and e.rule == name for e in events):
            yield _failure(pack, rule, text, "no alert for the violation")
    for text in rule.examples.fine:
        for event in judged(text, call, (alone,), role):
            if isinstance(event, Alert) and event.rule == name:
                yield _failure(pack, rule, text, f"an alert for “{event.quote}” in what is fine")


def _signal(pack: pk.Pack, signal: pk.SignalRule) -> Iterator[Failure]:
    alone = replace(pack, rules=(), states=(), disclosures=(), signals=(signal,))
    role = Role.AGENT if signal.role == "agent" else Role.CUSTOMER
    call = example_call(pack, signal.when)
    for texts, wanted in ((signal.examples.signal, True), (signal.examples.fine, False)):
        for text in texts:
            shown = any(isinstance(e, Signal) for e in judged(text, call, (alone,), role))
            if shown != wanted:
                message = "no signal" if wanted else "a signal in what is fine"
                yield _failure(pack, signal, text, message)


def _disclosure(pack: pk.Pack, disclosure: pk.Disclosure) -> Iterator[Failure]:
    opening = replace(disclosure, kind="opening", trigger=None, deadline_s=LONG_S)
    alone = replace(pack, rules=(), states=(), disclosures=(opening,))
    registered = example_call(pack, disclosure.when)
    nameless = msgspec.structs.replace(registered, company="", aliases=())
    examples = disclosure.examples
    for texts, wanted in ((examples.met, True), (examples.not_met, False)):
        for text in texts:
            if _meets(text, alone, registered, nameless) != wanted:
                message = "not met" if wanted else "met by what does not meet it"
                yield _failure(pack, disclosure, text, message)


def _meets(text: str, alone: pk.Pack, *calls: CallStarted) -> bool:
    """Whether the agent's words meet the disclosure, with or without a registered company."""
    return any(
        isinstance(event, Disclosure) and event.state == "met"
        for call in calls
        for event in judged(text, call, (alone,), Role.AGENT)
    )


def _failure(
    pack: pk.Pack,
    item: pk.Rule | pk.StateRule | pk.SignalRule | pk.Disclosure,
    text: str,
    message: str,
) -> Failure:
    return Failure(
        pack=pack.pack, file=pack.file, line=item.line, rule=item.id, example=text, message=message
    )
