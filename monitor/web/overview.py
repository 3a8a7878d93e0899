"""`GET /api/overview`: the numbers of a period, beside those of the period before."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from monitor.qa.overview import overview, totals
from monitor.qa.overview_rows import of_period
from monitor.qa.review_verdicts import counting, judged
from monitor.store import acts, desk_calls
from monitor.web.auth import Principal
from monitor.web.review_access import allow, answer, scope, wall
from monitor.web.review_calls import said
from monitor.web.state import State

LONGEST_S: Final = 400 * 86_400.0


async def numbers(request: Request, state: State, principal: Principal) -> Response:
    """`since` and `until` in seconds UTC; without them the last 30 days."""
    allow(principal, "overview.read")
    until = wall(request, "until") or state.clock.wall()
    since = wall(request, "since") or until - 30 * 86_400.0
    if not 0 < until - since <= LONGEST_S:
        raise HTTPException(400, "bad_query: since is before until, at most 400 days")
    team = scope(principal, request.query_params.get("team"))
    await state.review.catch_up()
    before = since - (until - since)
    found = await state.store.read(lambda on: _read(on, since, until, before, team))
    built = await asyncio.to_thread(_built, *found)
    teams = await state.store.read(lambda on: desk_calls.choices(on, team)["teams"])
    return answer(built | {"since": since, "until": until, "team": team, "all_teams": teams})


def _read(
    on: Connection, since: float, until: float, before: float, team: str | None
) -> tuple[Any, Any, Any]:
    now = of_period(on, since=since, until=until, team=team)
    earlier = of_period(on, since=before, until=since, team=team)
    return now, earlier, said(acts.judged(on, team=team))


def _built(now: Any, earlier: Any, verdicts: Any) -> dict[str, Any]:
    known = counting(verdicts)

    def with_verdicts(alerts: Any) -> list[Any]:
        return [
            replace(one, verdict=known[(one.team, one.id)].verdict)
            if (one.team, one.id) in known
            else one
            for one in alerts
        ]

    (calls, alerts), (calls_before, alerts_before) = now, earlier
    built = overview(calls, with_verdicts(alerts), judged(verdicts))
    return built | {"before": totals(calls_before, with_verdicts(alerts_before))}
