"""Rules that time meets and no phrase: silence, something not said by a time, the last seconds."""

from __future__ import annotations

from monitor.rules import expr as ex
from monitor.rules.finding import Finding
from monitor.rules.found import Found, View
from monitor.rules.law import Law
from monitor.rules.trial import Court, at_time
from monitor.types import Role


class Timed:
    """Looks at the clock for the timed rules of one call."""

    def __init__(self, court: Court) -> None:
        self._court = court
        self._last_s: float | None = None
        self._done: set[tuple[str, float]] = set()

    def spoke(self, end_s: float) -> None:
        """Somebody spoke until then."""
        self._last_s = end_s if self._last_s is None else max(self._last_s, end_s)

    def due(self, at_s: float, *, ended: bool = False) -> list[Finding]:
        """What is newly met at a time up to which both roles are judged."""
        findings = []
        for index in self._court.rules.timed:
            law = self._court.rules.rules[index]
            search = self._court.search(law, at_s, ended=ended)
            found = search.find(law.match, View(None), law.roles)
            for one in [*found, *self._quiet(law, at_s)]:
                if one.leaves:
                    finding = self._court.finding(law, one, one.leaves[-1].turn)
                else:
                    finding = at_time(law, one, at_s)
                key = (law.head.rule, round(finding.start, 2))
                if key not in self._done:
                    self._done.add(key)
                    findings.append(finding)
        return findings

    def _quiet(self, law: Law, at_s: float) -> list[Found]:
        """A silence of both sides that began when somebody last spoke."""
        limits = [node.over_s for node in ex.walk(law.match) if isinstance(node, ex.Silence)]
        if not limits or self._last_s is None or at_s - self._last_s <= min(limits):
            return []
        since = self._last_s
        for role in (Role.AGENT, Role.CUSTOMER):
            if self._court.missing(role, since, at_s):
                return []
        if law.unless is not None and self._court.waived(law, since):
            return []
        return [Found(at_s=since, note=f"双方沉默超过 {min(limits):g} 秒")]
