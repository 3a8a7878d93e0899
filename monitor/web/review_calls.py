"""The QA desk's calls: found, listed, and one of them with everything that is known of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from monitor.access.principal import Principal
from monitor.alerts import action_log
from monitor.events import (
    Alert,
    AnyEvent,
    CallStarted,
    Coverage,
    Signal,
    Suspicion,
    Utterance,
    as_dict,
)
from monitor.qa import review
from monitor.qa.review_digest import Said as Told
from monitor.qa.review_digest import digest
from monitor.qa.review_score import CARD, ITEMS, suggested
from monitor.qa.review_verdicts import Said, counting
from monitor.store import acts, desk_calls, findings
from monitor.store.acts import ActRow
from monitor.store.desk_calls import Listed, Search
from monitor.text.private import masked
from monitor.web.api import sees_closed
from monitor.web.review_access import answer, number, teams, wall
from monitor.web.review_events import events_of
from monitor.web.state import State

PAGE: Final = 200
CHIPS: Final = 24
"""Alerts named in a row of the list."""


def search_of(request: Request, principal: Principal) -> Search:
    """What the query asks for, within what the caller may see."""
    given = request.query_params
    sample = number(request, "sample", default=0)
    return Search(
        teams=teams(principal, "calls.read", given.get("team")),
        agent=given.get("agent", ""),
        category=given.get("category", ""),
        severity=given.get("severity", ""),
        rule=given.get("rule", ""),
        state=given.get("state", ""),
        opening=given.get("opening", ""),
        assignee=given.get("assignee", ""),
        sample=sample or None,
        since=wall(request, "since"),
        until=wall(request, "until"),
        words=given.get("words", "").strip()[:100],
        closed=sees_closed(principal),
    )


async def call_list(request: Request, state: State, principal: Principal) -> Response:
    """`GET /api/qa/calls`: newest first, `limit` and `before` page on; with the count of all."""
    search = search_of(request, principal)
    limit = number(request, "limit", default=100, low=1, high=PAGE)
    before = number(request, "before", default=0) or None
    await state.review.catch_up()

    def read(on: Connection) -> dict[str, Any]:
        rows = desk_calls.found(on, search, limit=limit, before=before)
        listed = _with_alerts(on, rows)
        whole = desk_calls.count(on, search) if before is None else None
        return {"calls": listed, "total": whole, "more": len(rows) == limit}

    return answer(await state.store.read(read))


async def choices(request: Request, state: State, principal: Principal) -> Response:
    """`GET /api/qa/choices`: what can be asked for, how many calls stand where, the score card."""
    mine = teams(principal, "calls.read", request.query_params.get("team"))

    def read(on: Connection) -> dict[str, Any]:
        return {
            **desk_calls.choices(on, mine),
            "states": acts.counted(on, mine),
            "total": desk_calls.count(on, Search(teams=mine)),
            "card": card(),
        }

    return answer(await state.store.read(read))


async def one_call(request: Request, state: State, principal: Principal) -> Response:
    """`GET /api/qa/calls/{number}`: words, alerts, disclosures, acts and where it stands."""
    row = await wanted(request, state, principal)
    events = await state.store.read(lambda on: events_of(on, row.number))
    history = await state.store.read(lambda on: acts.of_call(on, row.number))
    told = _told(row, events, history)
    ids = [one["id"] for one in told["alerts"]]
    deeds = await state.store.read(lambda on: _deeds(on, row.team, ids))
    return answer(told | {"deeds": deeds})


async def wanted(request: Request, state: State, principal: Principal) -> Listed:
    """The call of the path, if the caller may see it."""
    given: str = request.path_params["number"]
    mine = teams(principal, "calls.read")
    place = int(given) if given.isascii() and given.isdigit() and len(given) < 16 else 0
    closed = sees_closed(principal)
    row = await state.store.read(lambda on: desk_calls.one(on, place, mine, closed=closed))
    if row is None:
        raise HTTPException(404, "no_call: no such call")
    return row


def card() -> dict[str, Any]:
    """The score card as the page shows it."""
    items = [{"id": item.id, "points": item.points, "zh": item.zh, "en": item.en} for item in ITEMS]
    return {"version": CARD, "items": items}


def act_of(row: ActRow) -> review.Act:
    """A kept act in the words of the review."""
    return msgspec.convert(
        {
            "number": row.number,
            "kind": row.kind,
            "by": row.by,
            "role": row.role,
            "at_wall": row.at_wall,
            "alert": row.alert_id,
            "verdict": row.verdict,
            "body": row.parsed(),
        },
        review.Act,
    )


def standing_of(history: Sequence[ActRow]) -> dict[str, Any]:
    """Where a call stands, as the page shows it."""
    now = review.standing(act_of(row) for row in history)
    score = now.score
    return {
        "state": now.state,
        "assignee": now.assignee,
        "verdicts": now.verdicts,
        "reviewers": now.reviewers,
        "appeals": {alert: _appeal(appeal) for alert, appeal in now.appeals.items()},
        "misses": [_act(act) for act in now.misses],
        "score": None if score is None else _act(score),
    }


def said(rows: Sequence[ActRow]) -> list[Said]:
    """Kept verdicts in the words of `review_verdicts`."""
    return [
        Said(team=row.team, alert=row.alert_id, kind=row.kind, verdict=row.verdict, rule=row.rule)
        for row in rows
    ]


def _with_alerts(on: Connection, rows: Sequence[Listed]) -> list[dict[str, Any]]:
    numbers = [row.number for row in rows]
    found = findings.of_calls(on, numbers)
    verdicts = counting(said(acts.of_calls(on, numbers)))
    listed = []
    for row in rows:
        mine = [one for one in found.get(row.number, ()) if one.state != "withdrawn"]
        listed.append(
            msgspec.to_builtins(row)
            | {
                "live": row.ended_wall is None,
                "state": row.state or "new",
                "severities": Counter(one.severity for one in mine),
                "alerts": [
                    {
                        "id": one.alert_id,
                        "category": one.category,
                        "severity": one.severity,
                        "start": one.start,
                        "verdict": judged.verdict if judged else "",
                    }
                    for one in mine[:CHIPS]
                    for judged in (verdicts.get((one.team, one.alert_id)),)
                ],
            }
        )
    return listed


def _told(row: Listed, events: Sequence[AnyEvent], history: Sequence[ActRow]) -> dict[str, Any]:
    alerts: dict[str, Alert] = {}
    for event in events:
        if isinstance(event, Alert):
            alerts[event.id] = event
    made = digest(events)
    stand = standing_of(history)
    return {
        "call": msgspec.to_builtins(row) | {"live": row.ended_wall is None},
        "about": _about(events),
        "digest": {
            "duration_s": made.duration_s,
            "covered_s": made.covered_s,
            "lost_s": made.lost_s,
            "agent_talk_s": made.agent_talk_s,
            "customer_talk_s": made.customer_talk_s,
            "opening": made.opening,
        },
        "utterances": [
            as_dict(event) for event in events if isinstance(event, Utterance) and event.final
        ],
        "alerts": sorted((as_dict(one) for one in alerts.values()), key=lambda one: one["start"]),
        "disclosures": _disclosures(made.disclosures),
        "signals": [as_dict(event) for event in events if isinstance(event, Signal)],
        "suspicions": [as_dict(event) for event in events if isinstance(event, Suspicion)],
        "lost": [
            as_dict(event)
            for event in events
            if isinstance(event, Coverage)
            and event.state in ("gap", "failed", "paused", "unmonitored")
        ],
        "standing": stand,
        "history": [_act(act_of(one)) for one in history],
        "card": card() | {"suggested": _suggested(alerts, stand["verdicts"], made.disclosures)},
    }


def _deeds(on: Connection, team: str, alerts: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """What supervisors did about each alert while the call ran."""
    found = {alert: action_log.of_alert(on, team, alert) for alert in alerts}
    return {
        alert: [
            {"action": one.action, "by": one.by, "at": one.at, "reason": one.reason}
            for one in deeds
        ]
        for alert, deeds in found.items()
        if deeds
    }


def _about(events: Sequence[AnyEvent]) -> dict[str, Any]:
    started = next((event for event in events if isinstance(event, CallStarted)), None)
    if started is None:
        return {}
    return {
        "company": started.company,
        "aliases": started.aliases,
        "product": started.product,
        "started_at": started.started_at,
        "meta": {key: masked(value) for key, value in started.meta.items()},
    }


def _disclosures(made: dict[str, Told]) -> list[dict[str, Any]]:
    return [{"item": item, **msgspec.to_builtins(one)} for item, one in made.items()]


def _suggested(
    alerts: dict[str, Alert], verdicts: dict[str, str], made: dict[str, Told]
) -> dict[str, int]:
    standing = [
        alert.severity
        for alert in alerts.values()
        if alert.state == "confirmed"
        and not alert.category.startswith("missing_")
        and verdicts.get(alert.id) != "false_alarm"
    ]
    return suggested(standing, {item: one.state for item, one in made.items()})


def _appeal(appeal: review.Appeal) -> dict[str, Any]:
    decision = appeal.decision
    return _act(appeal.act) | {"decision": None if decision is None else _act(decision)}


def _act(act: review.Act) -> dict[str, Any]:
    return {
        "number": act.number,
        "kind": act.kind,
        "by": act.by,
        "role": act.role,
        "at": act.at_wall,
        "alert": act.alert,
        "verdict": act.verdict,
        **{key: value for key, value in act.body.items() if key not in ("kind", "by", "at")},
    }
