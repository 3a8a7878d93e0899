"""One alert for what belongs together: the same category within half a minute of a call.

A partial text may raise an alert early; it stays provisional until the final text of the same
segment confirms or withdraws it under the same id.
"""

from __future__ import annotations

import base64
import hashlib
import math
from collections import deque
from dataclasses import dataclass, field
from typing import Final

import msgspec

from monitor.events import Alert, Severity
from monitor.rules.finding import Finding, best, rank
from monitor.types import Role

INCIDENT_S: Final = 30.0
"""Seconds from the first hit in which later ones of the category join it; house policy."""

HISTORY: Final = 64
"""Hits of a rule remembered for escalation."""

SegmentKey = tuple[Role, str]


def alert_id(call: str, channel: Role, rule: str, start_s: float) -> str:
    """The same call, channel, rule and second of audio give the same 26 characters."""
    text = f"{call}|{channel.value}|{rule}|{math.floor(start_s)}"
    digest = hashlib.sha256(text.encode()).digest()
    return base64.b32encode(digest).decode().lower()[:26]


@dataclass(slots=True)
class _Incident:
    alert: Alert
    opened_s: float


@dataclass(slots=True)
class Incidents:
    """The open incidents of one call."""

    call: str
    _open: dict[str, _Incident] = field(default_factory=dict)
    _tentative: dict[SegmentKey, dict[str, Alert]] = field(default_factory=dict)
    _hits: dict[str, deque[float]] = field(default_factory=dict)
    _raised: dict[str, tuple[float, Severity]] = field(default_factory=dict)

    def confirm(
        self, findings: list[Finding], at_s: float, segment: SegmentKey | None = None
    ) -> list[Alert]:
        """Alerts of a final text: new ones, graver ones, and the fate of provisional ones."""
        pending = self._tentative.pop(segment, {}) if segment else {}
        alerts = []
        for finding in best(findings):
            alert = self._join(finding, at_s, pending.pop(finding.head.category, None))
            if alert:
                alerts.append(alert)
        alerts.extend(self._withdrawn(alert, at_s) for alert in pending.values())
        return alerts

    def suppose(self, findings: list[Finding], at_s: float, segment: SegmentKey) -> list[Alert]:
        """Provisional alerts of a partial text; each category once for a segment."""
        pending = self._tentative.setdefault(segment, {})
        alerts = []
        for finding in best(findings):
            category = finding.head.category
            if category in pending or self._near(finding) or self._cooling(finding):
                continue
            alert = self._alert(finding, finding.severity, at_s)
            alert = msgspec.structs.replace(alert, state="provisional")
            pending[category] = alert
            alerts.append(alert)
        return alerts

    def settle(self, at_s: float) -> list[Alert]:
        """At the end of a call: provisional alerts whose final text never came."""
        left = [alert for pending in self._tentative.values() for alert in pending.values()]
        self._tentative.clear()
        return [self._withdrawn(alert, at_s) for alert in left]

    def _join(self, finding: Finding, at_s: float, early: Alert | None) -> Alert | None:
        severity = self._escalated(finding)
        incident = self._near(finding)
        if incident is None and early is None and self._cooling(finding, severity):
            return None
        self._raised[finding.head.rule] = (finding.start, severity)
        if incident is not None:
            return self._joined(incident, finding, severity, at_s, early)
        alert = self._alert(finding, severity, at_s)
        if early is not None:
            alert = msgspec.structs.replace(alert, id=early.id)
        self._open[finding.head.category] = _Incident(alert, finding.start)
        return alert

    def _joined(
        self,
        incident: _Incident,
        finding: Finding,
        severity: Severity,
        at_s: float,
        early: Alert | None,
    ) -> Alert | None:
        if early is not None and early.id != incident.alert.id:
            return self._withdrawn(early, at_s)
        graver = rank(severity) > rank(incident.alert.severity)
        alert = msgspec.structs.replace(incident.alert, count=incident.alert.count + 1)
        if graver:
            why = f"{alert.why}；{alert.count}次，升级：{finding.why}"
            alert = msgspec.structs.replace(
                alert, severity=severity, raised_at=at_s, state="confirmed", why=why
            )
        incident.alert = alert
        return alert if graver else None

    def _near(self, finding: Finding) -> _Incident | None:
        """The incident a finding belongs to; a suspicion never holds what was said in words."""
        incident = self._open.get(finding.head.category)
        if incident is None or abs(finding.start - incident.opened_s) >= INCIDENT_S:
            return None
        suspected = incident.alert.match == "similar" and finding.match != "similar"
        return None if suspected else incident

    def _cooling(self, finding: Finding, severity: Severity | None = None) -> bool:
        last = self._raised.get(finding.head.rule)
        if last is None or finding.start - last[0] >= finding.head.cooldown_s:
            return False
        return rank(severity or finding.severity) <= rank(last[1])

    def _escalated(self, finding: Finding) -> Severity:
        rule = finding.head.escalation
        if rule is None:
            return finding.severity
        hits = self._hits.setdefault(finding.head.rule, deque(maxlen=HISTORY))
        hits.append(finding.start)
        recent = sum(1 for at in hits if finding.start - at <= rule.within_s)
        if recent >= rule.count and rank(rule.severity) > rank(finding.severity):
            return rule.severity
        return finding.severity

    def _alert(self, finding: Finding, severity: Severity, at_s: float) -> Alert:
        head = finding.head
        return Alert(
            call=self.call,
            id=alert_id(self.call, finding.role, head.rule, finding.start),
            channel=finding.role,
            category=head.category,
            rule=head.rule,
            pack=head.pack,
            severity=severity,
            start=round(finding.start, 3),
            end=round(finding.end, 3),
            quote=finding.quote,
            phrase=finding.phrase,
            match=finding.match,
            why=finding.why,
            basis=head.basis,
            basis_status=head.basis_status,
            advice=head.advice,
            raised_at=round(at_s, 3),
            confidence=finding.confidence,
        )

    @staticmethod
    def _withdrawn(alert: Alert, at_s: float) -> Alert:
        why = "最终文本里不再成立，撤回"
        return msgspec.structs.replace(alert, state="withdrawn", why=why, raised_at=round(at_s, 3))
