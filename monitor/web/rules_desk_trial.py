"""The try box: what the rules make of a text that somebody typed or pasted, turn by turn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from monitor.errors import BadInput
from monitor.events import CallStarted, Event, Utterance, as_dict, decode
from monitor.rules.engine import CallJudge
from monitor.rules.examples import turns, utterances
from monitor.rules.pack import Pack
from monitor.rules.ruleset import RuleSet
from monitor.rules.trial import Dropped
from monitor.text.fold import fold
from monitor.types import Role

MOST_TURNS: Final = 400


def spoken(text: str, role: Role) -> list[Utterance]:
    """The turns of a text: `坐席：…` lines, one sentence a line, or transcript JSON lines.

    Raises BadInput for too many turns or a JSON line that is no event.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if lines and all(line.startswith("{") for line in lines):
        return _bounded(_recorded(lines))
    said: list[tuple[Role, str]] = []
    for line in lines:
        said += turns(line, role)
    return _bounded(utterances(said, call="trial"))


def tried(heard: Sequence[Utterance], call: CallStarted, packs: Sequence[Pack]) -> dict[str, Any]:
    """Every turn with its phrases, what the context removed and why, and what it caused."""
    rules = RuleSet.for_call(tuple(packs), call)
    dropped: list[Dropped] = []
    judge = CallJudge(call, rules, dropped=dropped)
    judge.advance(0.001)
    titles = _titles(packs)
    shown = []
    for utterance in heard:
        dropped.clear()
        caused = [*judge.advance(utterance.start), *judge.hear(utterance)]
        shown.append(
            {
                "role": utterance.channel.value,
                "text": utterance.text,
                "start": utterance.start,
                "end": utterance.end,
                "hits": _hits(utterance.text, rules),
                "removed": [
                    {
                        "rule": one.rule,
                        "title": titles.get(one.rule, one.rule),
                        "quote": one.quote,
                        "reason": one.reason,
                    }
                    for one in dict.fromkeys(dropped)
                ],
                "caused": [_caused(event, titles) for event in caused],
            }
        )
    last = max((one.end for one in heard), default=0.0)
    ended = judge.end(last)
    return {
        "packs": rules.pack_names,
        "industry": rules.industry,
        "turns": shown,
        "at_end": [_caused(event, titles) for event in ended],
    }


def _hits(text: str, rules: RuleSet) -> list[dict[str, Any]]:
    """The phrases in a turn that rules, signals or disclosures look for, by place."""
    folded = fold(text)
    found = []
    for number, hits in rules.hits(folded).items():
        names = [rules.rules[at].head.rule for at in rules.rules_by.get(number, ())]
        names += [rules.signals[at].head.rule for at in rules.signals_by.get(number, ())]
        names += [rules.duties[at].duty.head.rule for at in rules.duties_by.get(number, ())]
        for hit in hits if names else ():
            low, high = folded.original_span(hit.start, hit.end)
            found.append(
                {
                    "phrase": rules.patterns[number].source,
                    "level": hit.level,
                    "from": low,
                    "to": high,
                    "rules": names,
                }
            )
    return sorted(found, key=lambda one: (one["from"], -one["to"]))


def _caused(event: Event, titles: dict[str, str]) -> dict[str, Any]:
    told = as_dict(event)
    return told | {"title": titles.get(told.get("rule", ""), "")}


def _titles(packs: Sequence[Pack]) -> dict[str, str]:
    found = {}
    for pack in packs:
        items: tuple[Any, ...] = (*pack.rules, *pack.states, *pack.signals, *pack.disclosures)
        found.update({f"{pack.pack}/{item.id}": item.title or item.id for item in items})
    return found


def _recorded(lines: Sequence[str]) -> list[Utterance]:
    found = []
    for at, line in enumerate(lines, 1):
        try:
            event = decode(line)
        except ValueError as fault:
            message = str(fault).split(" - at ")[0]
            raise BadInput("bad_transcript", message, line=at, field="text") from fault
        if isinstance(event, Utterance) and event.final:
            found.append(event)
    return sorted(found, key=lambda one: one.end)


def _bounded(heard: list[Utterance]) -> list[Utterance]:
    if len(heard) > MOST_TURNS:
        raise BadInput("too_long", f"{len(heard)} turns; at most {MOST_TURNS}", field="text")
    return heard
