"""A recorded call judged again under other packs: which alerts stay, come and go, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import msgspec

from monitor.events import Alert, AnyEvent, CallEnded, CallStarted, Coverage, Utterance, encode
from monitor.rules.pack import Pack
from monitor.rules.transcript import judge_lines

NEAR_S = 1.0
"""Seconds within which two alerts of one category are the same finding."""

Change = Literal["same", "changed", "added", "removed"]

KEPT = ("severity", "rule", "pack", "quote", "why", "start", "end", "category", "id", "state")


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One alert of the record, of the new judgement, or of both."""

    change: Change
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None


def again(events: Iterable[AnyEvent], packs: Sequence[Pack]) -> list[Alert]:
    """The alerts that stand when these packs judge what was recorded; raises BadInput."""
    heard = [one for one in events if isinstance(one, CallStarted | Utterance | Coverage)]
    starts = [one for one in heard if isinstance(one, CallStarted)][:1]
    rest = [one for one in heard if not isinstance(one, CallStarted)]
    # a call whose source was lost and came back has several starts and ends; the last end counts
    ends = [one for one in events if isinstance(one, CallEnded)][-1:]
    lines = [encode(event) for event in (*starts, *rest, *ends)]
    return standing(judge_lines(lines, packs))


def standing(events: Iterable[object]) -> list[Alert]:
    """The last revision of each alert that was not withdrawn, by time."""
    last: dict[str, Alert] = {}
    for event in events:
        if isinstance(event, Alert):
            last[event.id] = event
    found = [alert for alert in last.values() if alert.state == "confirmed"]
    return sorted(found, key=lambda alert: (alert.start, alert.category))


def differences(before: Sequence[Alert], after: Sequence[Alert]) -> list[Difference]:
    """Both judgements side by side, by time; an alert is paired once, with the nearest in time."""
    left = list(after)
    found: list[Difference] = []
    for old in before:
        near = [
            one
            for one in left
            if one.category == old.category and abs(one.start - old.start) <= NEAR_S
        ]
        if not near:
            found.append(Difference(change="removed", before=_plain(old)))
            continue
        new = min(near, key=lambda one: abs(one.start - old.start))
        left.remove(new)
        same = (old.severity, old.rule) == (new.severity, new.rule)
        change: Change = "same" if same else "changed"
        found.append(Difference(change=change, before=_plain(old), after=_plain(new)))
    found += [Difference(change="added", after=_plain(one)) for one in left]
    return sorted(found, key=_start)


def _start(difference: Difference) -> float:
    side = difference.before or difference.after or {}
    return float(side.get("start", 0.0))


def _plain(alert: Alert) -> dict[str, Any]:
    built = msgspec.to_builtins(alert)
    return {name: built[name] for name in KEPT if name in built}
