"""Sampling plans: drawn from a seed, shown before they are kept, dealt to reviewers in turn."""

from __future__ import annotations

import secrets
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from monitor.access.principal import Principal
from monitor.qa.review_sample import Candidate, Plan, dealt, draw, weight
from monitor.store import desk_calls, desk_records, findings
from monitor.store.desk_calls import Search
from monitor.web.body import read_json
from monitor.web.review_access import Teams, answer, teams, who
from monitor.web.review_acts import assign
from monitor.web.state import State

DAY_S: Final = 86_400.0

POOL: Final = 20_000
"""Newest calls from which a plan draws; a larger pool says so."""

_Name = Annotated[str, Meta(max_length=128)]


class SampleBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A plan. `share` is of the calls found, `size` an absolute number; one of them is given."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    plan: Plan
    size: Annotated[int, Meta(ge=1, le=500)] | None = None
    share: Annotated[float, Meta(gt=0, le=1)] | None = None
    per_agent: Annotated[int, Meta(ge=1, le=100)] | None = None
    seed: Annotated[str, Meta(max_length=64)] = ""
    team: _Name = ""
    agent: _Name = ""
    since: float | None = None
    until: float | None = None
    unreviewed: bool = True
    to: Annotated[tuple[_Name, ...], Meta(max_length=50)] = ()
    keep: bool = False
    """False: only show what would be drawn."""


async def list_samples(request: Request, state: State, principal: Principal) -> Response:
    """`GET /api/qa/samples`: plans that were drawn, newest first."""
    mine = teams(principal, "calls.read", request.query_params.get("team"))
    by = who(principal)
    rows = await state.store.read(lambda on: desk_records.listed_samples(on, mine, 100, by=by))
    return answer({"samples": rows})


async def post_sample(request: Request, state: State, principal: Principal) -> Response:
    """`POST /api/qa/samples`: draw a plan; with `keep` the calls are dealt to `to`."""
    given = await read_json(request, SampleBody)
    if (given.size is None) == (given.share is None):
        raise HTTPException(400, "bad_plan: give size or share")
    given = msgspec.structs.replace(given, seed=given.seed or secrets.token_hex(4))
    mine = teams(principal, "alerts.review", given.team)
    await state.review.catch_up()
    pool = await state.store.read(lambda on: candidates(on, given, mine))
    size = given.size or max(1, round((given.share or 0) * len(pool)))
    drawn = draw(
        pool, plan=given.plan, size=min(size, 500), seed=given.seed, per_agent=given.per_agent
    )
    shown: dict[str, Any] = {
        "seed": given.seed,
        "population": len(pool),
        "bounded": len(pool) == POOL,
        "drawn": [{"number": one.number, "weight": round(weight(one), 2)} for one in drawn],
    }
    if given.keep and drawn:
        numbers = [one.number for one in drawn]
        shown["sample"] = await _keep(state, principal, given, len(pool), numbers)
    numbers = [one.number for one in drawn]
    shown["calls"] = await state.store.read(lambda on: _rows(on, numbers))
    return answer(shown)


def candidates(on: Connection, given: SampleBody, mine: Teams) -> list[Candidate]:
    """The calls a plan may draw from."""
    search = Search(
        teams=mine,
        agent=given.agent,
        since=given.since,
        until=given.until,
        state="new" if given.unreviewed else "",
    )
    rows = [row for row in desk_calls.found(on, search, limit=POOL) if row.ended_wall is not None]
    first = desk_calls.first_calls(on, mine)
    found: list[Candidate] = []
    for start in range(0, len(rows), 500):
        part = rows[start : start + 500]
        alerts = findings.of_calls(on, [row.number for row in part])
        for row in part:
            whole = row.duration_s or 0.0
            began = first.get((row.team, row.agent), row.started_wall)
            found.append(
                Candidate(
                    number=row.number,
                    agent=row.agent,
                    severities=tuple(
                        one.severity
                        for one in alerts.get(row.number, ())
                        if one.state != "withdrawn"
                    ),
                    opening=row.opening or "none",
                    uncovered=(row.lost_s or 0.0) / whole if whole else 0.0,
                    agent_days=(row.started_wall - began) / DAY_S,
                )
            )
    return found


async def _keep(
    state: State,
    principal: Principal,
    given: SampleBody,
    population: int,
    numbers: list[int],
) -> int:
    wall = state.clock.wall()
    deal = dealt(numbers, given.to or (who(principal),))
    plan = msgspec.to_builtins(given)
    del plan["keep"]

    def write(on: Connection) -> int:
        sample = desk_records.add_sample(
            on,
            desk_records.Sample(
                name=given.name,
                # how many calls several teams have is no business of one of them
                team=given.team or ("".join(principal.teams) if len(principal.teams) == 1 else ""),
                plan=msgspec.json.encode(plan).decode(),
                population=population,
                size=len(numbers),
                by=who(principal),
                at_wall=wall,
            ),
        )
        for call, to in deal.items():
            key = f"sample.{sample}.{call}"
            assign(on, call, to=to, principal=principal, wall=wall, key=key, sample=sample)
        return sample

    return await state.store.write(write)


def _rows(on: Connection, numbers: list[int]) -> list[dict[str, Any]]:
    found = [desk_calls.one(on, number, None) for number in numbers[:100]]
    alerts = findings.of_calls(on, numbers[:100])
    return [
        msgspec.to_builtins(row)
        | {"severities": [one.severity for one in alerts.get(row.number, ())]}
        for row in found
        if row is not None
    ]
