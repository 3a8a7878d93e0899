"""Tiny packs and calls for the tests of this room."""

from __future__ import annotations

from typing import Any

from monitor.events import Alert, CallStarted, Disclosure, Event, Prompt, Signal, Utterance
from monitor.rules.engine import CallJudge
from monitor.rules.examples import turns, utterances
from monitor.rules.load import pack_from
from monitor.rules.pack import Pack
from monitor.rules.ruleset import RuleSet
from monitor.types import Role

HEADER = "pack: tiny\nversion: 1\ntitle: 小\nindustries: all\n"


def pack(body: str) -> Pack:
    """A pack from its sections."""
    return pack_from(HEADER + body)


def rule(match: str, more: str = "", *, identifier: str = "one", severity: str = "critical") -> str:
    """A rule of category guaranteed_return; `match` and `more` are YAML, `more` indented by 4."""
    return (
        f"  - id: {identifier}\n    category: guaranteed_return\n    title: 承诺保本\n"
        f"    severity: {severity}\n    match: {match}\n{more}"
    )


def rules(match: str, more: str = "") -> Pack:
    """A pack of one rule."""
    return pack("rules:\n" + rule(match, more))


def call(**fields: Any) -> CallStarted:
    return CallStarted(call="c", **fields)


def judge(packs: Pack | tuple[Pack, ...], started: CallStarted | None = None) -> CallJudge:
    started = started or call()
    several = packs if isinstance(packs, tuple) else (packs,)
    return CallJudge(started, RuleSet.for_call(several, started))


def said(text: str, start: float, end: float, role: Role = Role.AGENT, **fields: Any) -> Utterance:
    return Utterance(call="c", channel=role, start=start, end=end, text=text, **fields)


def run(judged: CallJudge, *heard: Utterance, until: float | None = None) -> list[Event]:
    """Everything caused by utterances, time going on with them."""
    events: list[Event] = []
    for utterance in heard:
        events += [*judged.advance(utterance.start), *judged.hear(utterance)]
    if until is not None:
        events += judged.end(until)
    return events


def dialogue(packs: Pack | tuple[Pack, ...], text: str, **fields: Any) -> list[Event]:
    """What a dialogue in the notation of examples causes."""
    return run(judge(packs, call(**fields)), *utterances(turns(text), call="c"))


def alerts(events: list[Event]) -> list[Alert]:
    return [event for event in events if isinstance(event, Alert)]


def quotes(events: list[Event]) -> list[str]:
    return [alert.quote for alert in alerts(events)]


def signals(events: list[Event]) -> list[Signal]:
    return [event for event in events if isinstance(event, Signal)]


def disclosures(events: list[Event]) -> list[str]:
    """`company met`, leaving out what is pending."""
    return [
        f"{event.item} {event.state}"
        for event in events
        if isinstance(event, Disclosure) and event.state != "pending"
    ]


def prompts(events: list[Event]) -> list[str]:
    return [
        ("+" if event.state == "shown" else "-") + event.text
        for event in events
        if isinstance(event, Prompt)
    ]
