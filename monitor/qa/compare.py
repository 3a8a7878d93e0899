"""Compares what a recording gave with what it had to give."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from monitor.events import Alert, CallEnded, Disclosure, Event, Prompt, Signal
from monitor.qa.expect import SAME_EVENT_S, Expectation, Kind, Wanted

Outcome = Literal["ok", "missed", "false", "off", "late", "wrong_state", "absent_ok"]
FAILED: frozenset[Outcome] = frozenset({"missed", "false", "off", "late", "wrong_state"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One thing a recording gave; all revisions of it taken together."""

    kind: Kind
    name: str
    state: str | None
    channel: str | None
    start: float
    end: float
    raised_at: float | None
    """Media time at which it was first raised."""
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """How one event came out."""

    outcome: Outcome
    kind: Kind
    name: str
    wanted: Wanted | None
    heard: Heard | None
    note: str = ""

    @property
    def failed(self) -> bool:
        return self.outcome in FAILED

    @property
    def start_error_s(self) -> float | None:
        """Heard minus expected start."""
        if not self.heard or not self.wanted or self.wanted.start is None:
            return None
        return self.heard.start - self.wanted.start

    @property
    def end_error_s(self) -> float | None:
        """Heard minus expected end."""
        if not self.heard or not self.wanted or self.wanted.end is None:
            return None
        return self.heard.end - self.wanted.end

    @property
    def error_s(self) -> float | None:
        """The larger of the two, without sign."""
        errors = [abs(e) for e in (self.start_error_s, self.end_error_s) if e is not None]
        return max(errors, default=None)

    @property
    def lag_s(self) -> float | None:
        """Media time from the end of the phrase to the alert."""
        if not self.heard or self.heard.raised_at is None or not self.wanted:
            return None
        end = self.wanted.end if self.wanted.end is not None else self.wanted.start
        return None if end is None else self.heard.raised_at - end


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How a recording came out."""

    name: str
    findings: tuple[Finding, ...]
    seconds: float | None = None
    """Length of the call, where it ended."""

    @property
    def ok(self) -> bool:
        return not any(finding.failed for finding in self.findings)


def compare(expectation: Expectation, events: Iterable[Event]) -> Verdict:
    """What was met, missed, false, off in time, or late. Takes the events of one call."""
    told = list(events)
    findings: list[Finding] = []
    left = _heard(told)
    order = sorted(expectation.wanted, key=lambda want: want.must != "must")
    for want in order:
        heard = _nearest(want, left)
        findings.append(_judge(want, heard, expectation.within_s))
        if heard:
            left.remove(heard)
    if expectation.only:
        findings += [
            Finding(outcome="false", kind="alert", name=heard.name, wanted=None, heard=heard)
            for heard in left
            if heard.kind == "alert"
        ]
    ended = [event.at for event in told if isinstance(event, CallEnded)]
    return Verdict(
        name=expectation.call.call,
        findings=tuple(findings),
        seconds=ended[-1] if ended else None,
    )


def _judge(want: Wanted, heard: Heard | None, within_s: float | None) -> Finding:
    def finding(outcome: Outcome, note: str = "") -> Finding:
        return Finding(
            outcome=outcome, kind=want.kind, name=want.name, wanted=want, heard=heard, note=note
        )

    if heard is None:
        return finding("missed" if want.must == "must" else "absent_ok")
    if want.must == "must_not":
        return finding("false", "listed as must_not")
    if want.state is not None and heard.state != want.state:
        outcome: Outcome = "wrong_state" if want.must == "must" else "ok"
        return finding(outcome, f"expected {want.state}, got {heard.state}")
    plain = finding("ok")
    if plain.error_s is not None and plain.error_s > want.tolerance_s + 1e-9:
        return finding("off", f"more than {want.tolerance_s:g} s off")
    if want.kind == "alert" and within_s is not None and (plain.lag_s or 0.0) > within_s:
        return finding("late", f"more than {within_s:g} s after the phrase")
    return plain


def _nearest(want: Wanted, heard: Sequence[Heard]) -> Heard | None:
    """The event that `want` speaks of: same name, nearest in time, right state preferred."""
    found = [
        one
        for one in heard
        if one.kind == want.kind
        and one.name == want.name
        and want.channel in (None, one.channel)
        and (want.kind != "alert" or want.start is None or _apart(want, one) <= SAME_EVENT_S)
    ]
    if want.kind == "prompt":
        found = [one for one in found if one.state == want.state]
    return min(
        found,
        key=lambda one: (want.state not in (None, one.state), _apart(want, one)),
        default=None,
    )


def _apart(want: Wanted, heard: Heard) -> float:
    return 0.0 if want.start is None else abs(heard.start - want.start)


def _heard(events: list[Event]) -> list[Heard]:
    """Alerts by id with their last word on state and times; the rest as it came."""
    return [*_alerts(events), *_disclosures(events), *_others(events)]


def _alerts(events: list[Event]) -> list[Heard]:
    first: dict[str, float] = {}
    last: dict[str, Alert] = {}
    for event in events:
        if isinstance(event, Alert):
            first[event.id] = min(first.get(event.id, event.raised_at), event.raised_at)
            last[event.id] = event
    return [
        Heard(
            kind="alert",
            name=alert.category,
            state=alert.state,
            channel=alert.channel,
            start=alert.start,
            end=alert.end,
            raised_at=first[alert.id],
            quote=alert.quote,
        )
        for alert in last.values()
        if alert.state != "withdrawn"
    ]


def _disclosures(events: list[Event]) -> list[Heard]:
    last = {event.item: event for event in events if isinstance(event, Disclosure)}
    return [
        Heard(
            kind="disclosure",
            name=one.item,
            state=one.state,
            channel=None,
            start=one.at,
            end=one.at,
            raised_at=None,
            quote=one.quote,
        )
        for one in last.values()
    ]


def _others(events: list[Event]) -> list[Heard]:
    found: list[Heard] = []
    for event in events:
        if isinstance(event, Prompt):
            found.append(
                Heard(
                    kind="prompt",
                    name=event.reason,
                    state=event.state,
                    channel=None,
                    start=event.at,
                    end=event.at,
                    raised_at=None,
                    quote=event.text,
                )
            )
        elif isinstance(event, Signal):
            found.append(
                Heard(
                    kind="signal",
                    name=event.signal,
                    state=event.strength,
                    channel=event.channel,
                    start=event.start,
                    end=event.end,
                    raised_at=None,
                    quote=event.quote,
                )
            )
    return found
