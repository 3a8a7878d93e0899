"""`GET /api/overview`: the numbers of a period, beside those of the period before."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from monitor.access.principal import Principal
from monitor.qa.overview import overview, totals
from monitor.qa.overview_rows import of_period
from monitor.qa.review_verdicts import counting, judged
from monitor.store import acts, answers, desk_calls
from monitor.web.review_access import Teams, answer, teams, wall
from monitor.web.review_calls import said
from monitor.web.state import State

LONGEST_S: Final = 400 * 86_400.0


async def numbers(request: Request, state: State, principal: Principal) -> Response:
    """`since` and `until` in seconds UTC; without them the last 30 days."""
    until = wall(request, "until") or state.clock.wall()
    since = wall(request, "since") or until - 30 * 86_400.0
    if not 0 < until - since <= LONGEST_S:
        raise HTTPException(400, "bad_query: since is before until, at most 400 days")
    asked = request.query_params.get("team") or None
    mine = teams(principal, "overview.read", asked)
    own = teams(principal, "overview.read")
    await state.review.catch_up()
    before = since - (until - since)
    found = await state.store.read(lambda on: _read(on, since, until, before, mine))
    built = await asyncio.to_thread(_built, *found)
    named = await state.store.read(lambda on: desk_calls.choices(on, own)["teams"])
    return answer(built | {"since": since, "until": until, "team": asked, "all_teams": named})


def _read(
    on: Connection, since: float, until: float, before: float, mine: Teams
) -> tuple[Any, Any, Any]:
    now = of_period(on, since=since, until=until, teams=mine)
    earlier = of_period(on, since=before, until=since, teams=mine)
    return now, earlier, [*answers.said(on, mine), *said(acts.judged(on, teams=mine))]


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
