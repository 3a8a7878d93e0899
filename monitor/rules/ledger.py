"""What is known of every second of a role: silence about a second is never a claim about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from monitor.events import Coverage, CoverageState
from monitor.types import Role

HEARD: Final = frozenset({"transcribed", "silence"})
SLACK_S: Final = 0.1
"""Seconds of rounding between two reports that are no hole."""

_Stretch = tuple[float, float, CoverageState]


@dataclass(slots=True)
class Ledger:
    """Stretches of each role, later reports over earlier ones."""

    _stretches: dict[Role, list[_Stretch]] = field(default_factory=dict)
    _strict: set[Role] = field(default_factory=set)

    def add(self, report: Coverage) -> None:
        """Take a report; it replaces what was known of its stretch."""
        if report.end <= report.start:
            return
        if report.state in HEARD:
            self._strict.add(report.channel)
        kept = self._stretches.get(report.channel, [])
        new: _Stretch = (report.start, report.end, report.state)
        if kept and kept[-1][1] <= report.start + 1e-9:
            if kept[-1][2] == report.state and report.start - kept[-1][1] <= SLACK_S:
                kept[-1] = (kept[-1][0], report.end, report.state)
            else:
                kept.append(new)
            return
        self._stretches[report.channel] = sorted([*_cut(kept, report.start, report.end), new])

    def missing(self, role: Role, start: float, end: float) -> str:
        """Why start..end was not fully heard, as `agent_audio_gap 12.0-14.5`; empty if it was.

        A call for which no stretch was ever reported as heard (a bare transcript) counts as
        heard wherever no fault was reported.
        """
        at = start
        for begin, stop, state in self._stretches.get(role, []):
            if stop <= start or begin >= end:
                continue
            if role in self._strict and begin - at > SLACK_S:
                return _reason(role, "unknown", at, begin)
            if state not in HEARD:
                return _reason(role, state, max(begin, start), min(stop, end))
            at = max(at, stop)
        if role in self._strict and end - at > SLACK_S:
            return _reason(role, "unknown", at, end)
        return ""


def _reason(role: Role, state: str, start: float, end: float) -> str:
    return f"{role.value}_audio_{state} {start:.1f}-{end:.1f}"


def _cut(kept: list[_Stretch], start: float, end: float) -> list[_Stretch]:
    """The stretches without start..end."""
    left: list[_Stretch] = []
    for begin, stop, state in kept:
        if stop <= start or begin >= end:
            left.append((begin, stop, state))
            continue
        if begin < start:
            left.append((begin, start, state))
        if stop > end:
            left.append((end, stop, state))
    return left
