"""The numbers of a manager's page: calls, cover, alerts, the opening, precision, over a period.

Pure: rows in, one plain structure out. Days and hours are those of the centre's clock.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

from monitor.qa.review_precision import Judged, Precision, by_rule

ZONE: Final = timezone(timedelta(hours=8))
"""China has one time zone and no summer time."""

SEVERITIES: Final = ("critical", "high", "medium", "low")


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFact:
    """A call; durations in seconds of media time, None while it is not over."""

    number: int
    team: str
    agent: str
    started_wall: float
    duration_s: float | None = None
    covered_s: float | None = None
    opening: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFact:
    """An alert that was not withdrawn."""

    call: int
    id: str
    team: str
    agent: str
    category: str
    rule: str
    severity: str
    raised_wall: float
    acknowledged_s: float | None = None
    """From the alert to the first acknowledgement."""
    verdict: str = ""


def overview(
    calls: Sequence[CallFact], alerts: Sequence[AlertFact], judged: Iterable[Judged] = ()
) -> dict[str, Any]:
    """Everything the page shows of one period."""
    return {
        "totals": totals(calls, alerts),
        "days": _days(calls, alerts),
        "hours": _hours(calls, alerts),
        "categories": _categories(alerts),
        "teams": _groups(calls, alerts, lambda one: one.team),
        "agents": _groups(calls, alerts, lambda one: f"{one.team}\0{one.agent}"),
        "rules": [_rule(one) for one in by_rule(judged).values()],
    }


def totals(calls: Sequence[CallFact], alerts: Sequence[AlertFact]) -> dict[str, Any]:
    """The figures at the top. Rates are 0 to 1, None where nothing was there to count."""
    hours = sum(call.duration_s or 0.0 for call in calls) / 3600
    covered = sum(call.covered_s or 0.0 for call in calls) / 3600
    openings = Counter(call.opening for call in calls)
    decided = openings["met"] + openings["missed"]
    clean = {alert.call for alert in alerts}
    waits = sorted(one.acknowledged_s for one in alerts if one.acknowledged_s is not None)
    verdicts = Counter(alert.verdict for alert in alerts)
    right = verdicts["upheld"] + verdicts["training"]
    return {
        "calls": len(calls),
        "hours": round(hours, 2),
        "coverage": _ratio(min(covered, hours), hours),
        "alerts": len(alerts),
        "severities": _by_severity(alerts),
        "calls_with_alerts": len(clean),
        "per_100": _ratio(100 * len(alerts), len(calls)),
        "opening_rate": _ratio(openings["met"], decided),
        "openings": {name: openings[name] for name in ("met", "missed", "undetermined")},
        "acknowledged": len(waits),
        "ack_median_s": quantile(waits, 0.5),
        "ack_p90_s": quantile(waits, 0.9),
        "judged": right + verdicts["false_alarm"],
        "precision": _ratio(right, right + verdicts["false_alarm"]),
    }


def quantile(ordered: Sequence[float], share: float) -> float | None:
    """The value below which `share` of the ordered values lie; the nearest rank."""
    if not ordered:
        return None
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered) + 0.5) - 1))]


def day_of(wall: float) -> str:
    """2026-11-22."""
    return local(wall).strftime("%Y-%m-%d")


def local(wall: float) -> datetime:
    """Wall time on the centre's clock."""
    return datetime.fromtimestamp(wall, UTC).astimezone(ZONE)


def _days(calls: Sequence[CallFact], alerts: Sequence[AlertFact]) -> list[dict[str, Any]]:
    """One row a day, days without a call among them."""
    of_day: defaultdict[str, list[CallFact]] = defaultdict(list)
    for call in calls:
        of_day[day_of(call.started_wall)].append(call)
    raised: defaultdict[str, list[AlertFact]] = defaultdict(list)
    for alert in alerts:
        raised[day_of(alert.raised_wall)].append(alert)
    known = sorted(of_day.keys() | raised.keys())
    if not known:
        return []
    first, last = (datetime.strptime(day, "%Y-%m-%d") for day in (known[0], known[-1]))
    names = [
        (first + timedelta(days=at)).strftime("%Y-%m-%d") for at in range((last - first).days + 1)
    ]
    return [{"day": day, **totals(of_day[day], raised[day])} for day in names]


def _hours(calls: Sequence[CallFact], alerts: Sequence[AlertFact]) -> list[dict[str, Any]]:
    """Hour of the day, with what its calls raised."""
    made = Counter(local(call.started_wall).hour for call in calls)
    raised: defaultdict[int, list[AlertFact]] = defaultdict(list)
    for alert in alerts:
        raised[local(alert.raised_wall).hour].append(alert)
    return [
        {
            "hour": hour,
            "calls": made[hour],
            "alerts": len(raised[hour]),
            "severities": _by_severity(raised[hour]),
        }
        for hour in range(24)
    ]


def _categories(alerts: Sequence[AlertFact]) -> list[dict[str, Any]]:
    of: defaultdict[str, list[AlertFact]] = defaultdict(list)
    for alert in alerts:
        of[alert.category].append(alert)
    rows = []
    for category, mine in of.items():
        verdicts = Counter(alert.verdict for alert in mine)
        right = verdicts["upheld"] + verdicts["training"]
        judged = right + verdicts["false_alarm"]
        rows.append(
            {
                "category": category,
                "alerts": len(mine),
                "severities": _by_severity(mine),
                "judged": judged,
                "precision": _ratio(right, judged),
            }
        )
    return sorted(rows, key=lambda row: (-row["alerts"], row["category"]))


def _groups(
    calls: Sequence[CallFact],
    alerts: Sequence[AlertFact],
    key: Callable[[CallFact | AlertFact], str],
) -> list[dict[str, Any]]:
    """Totals of each team or agent, most alerts per call first."""
    mine: defaultdict[str, list[CallFact]] = defaultdict(list)
    for call in calls:
        mine[key(call)].append(call)
    raised: defaultdict[str, list[AlertFact]] = defaultdict(list)
    for alert in alerts:
        raised[key(alert)].append(alert)
    rows = []
    for name in mine.keys() | raised.keys():
        team, _, agent = name.partition("\0")
        numbers = totals(mine[name], raised[name])
        top = Counter(alert.category for alert in raised[name]).most_common(1)
        rows.append(
            {"team": team, "agent": agent, "top": top[0][0] if top else "", "totals": numbers}
        )
    return sorted(rows, key=lambda row: (-(row["totals"]["per_100"] or 0), row["team"]))


def _by_severity(alerts: Iterable[AlertFact]) -> dict[str, int]:
    counted = Counter(alert.severity for alert in alerts)
    return {name: counted[name] for name in SEVERITIES}


def _rule(one: Precision) -> dict[str, Any]:
    return {
        "rule": one.rule,
        "upheld": one.upheld,
        "false_alarms": one.false_alarms,
        "misses": one.misses,
        "precision": one.value,
        "low": one.low,
        "high": one.high,
    }


def _ratio(part: float, whole: float) -> float | None:
    return round(part / whole, 4) if whole else None
