"""A rule that was met, before it becomes an alert, and the head of the rule that alerts carry."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from monitor.events import Match, Severity
from monitor.rules.pack import Escalate
from monitor.types import Role

SEVERITIES: Final[tuple[Severity, ...]] = ("low", "medium", "high", "critical")


CONTAINED: Final[dict[str, frozenset[str]]] = {
    "service_taboo": frozenset({"threat_abuse", "pestering"}),
}
"""Categories that are a lesser form of others: one insult is not two offences."""
GENERAL: Final = frozenset({"absolute_claim", "service_taboo"})
"""Categories that any industry has: where a particular one claims the same words, it has them."""


def rank(severity: Severity) -> int:
    """0 for low to 3 for critical."""
    return SEVERITIES.index(severity)


def lowered(severity: Severity, steps: int = 1) -> Severity:
    """A severity some steps down, never below low."""
    return SEVERITIES[max(0, rank(severity) - steps)]


def at_most(severity: Severity, ceiling: Severity) -> Severity:
    """The lower of the two."""
    return SEVERITIES[min(rank(severity), rank(ceiling))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What an alert says about the rule that raised it."""

    rule: str
    """pack/rule."""
    pack: str
    """pack@version."""
    category: str
    title: str
    severity: Severity
    basis: str = ""
    basis_status: str = ""
    advice: str = ""
    cooldown_s: float = 0.0
    escalation: Escalate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A rule that was met. Times are seconds of media time."""

    head: Head
    role: Role
    start: float
    end: float
    quote: str
    phrase: str
    match: Match
    severity: Severity
    why: str
    confidence: float | None = None


def best(findings: list[Finding]) -> list[Finding]:
    """One finding for each category: the gravest, the surest, the first; in order of time.

    Where the words of a rule were found, mere likeness has nothing to add.
    """
    worded = [finding for finding in findings if finding.match != "similar"]
    chosen: dict[str, Finding] = {}
    for finding in sorted(worded or findings, key=_precedence):
        chosen.setdefault(finding.head.category, finding)
    kept = [one for one in chosen.values() if not _covered(one, chosen.values())]
    return sorted(kept, key=lambda finding: (finding.start, finding.head.rule))


def _covered(finding: Finding, others: Iterable[Finding]) -> bool:
    """Whether a graver or more particular finding of the same utterance says it already."""
    category = finding.head.category
    graver = CONTAINED.get(category, frozenset())
    for other in others:
        name = other.head.category
        if name in graver:
            return True
        inside = other.start <= finding.start and finding.end <= other.end
        if inside and category in GENERAL and name not in GENERAL and other.role is finding.role:
            return True
    return False


def _precedence(finding: Finding) -> tuple[int, int, float, str]:
    unsure = 1 if finding.match in ("homophone", "similar") else 0
    return (-rank(finding.severity), unsure, finding.start, finding.head.rule)
