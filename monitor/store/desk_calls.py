"""Calls as the QA desk finds them: by who, when, what was found in them, and where they stand."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, or_, select

from monitor.store.tables import calls
from monitor.store.tables_desk import cases, digests, findings
from monitor.store.tables_keeping import closings


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for; an empty field asks for nothing. Wall times in seconds, UTC."""

    teams: tuple[str, ...] | None = None
    """None means every team."""
    agent: str = ""
    category: str = ""
    severity: str = ""
    rule: str = ""
    state: str = ""
    """new, assigned, reviewed, appealed; `open` is all that is not reviewed."""
    opening: str = ""
    assignee: str = ""
    sample: int | None = None
    since: float | None = None
    until: float | None = None
    words: str = ""
    """In the words of the call, its id or its agent."""
    closed: bool = False
    """Also calls that were closed at a person's request."""


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A call in a list."""

    number: int
    team: str
    call: str
    agent: str
    industry: str
    business: str
    started_wall: float
    ended_wall: float | None
    last_at: float
    duration_s: float | None = None
    covered_s: float | None = None
    lost_s: float | None = None
    opening: str | None = None
    state: str | None = None
    assignee: str | None = None
    sample: int | None = None
    score: float | None = None


_COLUMNS = (
    calls.c.number,
    calls.c.team,
    calls.c.call,
    calls.c.agent,
    calls.c.industry,
    calls.c.business,
    calls.c.started_wall,
    calls.c.ended_wall,
    calls.c.last_at,
    digests.c.duration_s,
    digests.c.covered_s,
    digests.c.lost_s,
    digests.c.opening,
    cases.c.state,
    cases.c.assignee,
    cases.c.sample,
    cases.c.score,
)


def found(
    connection: Connection, search: Search, *, limit: int, before: int | None = None
) -> list[Listed]:
    """Newest first; `before` is a row number to page on."""
    query = _joined(select(*_COLUMNS)).where(*_conditions(search))
    if before is not None:
        query = query.where(calls.c.number < before)
    query = query.order_by(calls.c.number.desc()).limit(limit)
    return [msgspec.convert(row, Listed) for row in connection.execute(query).mappings()]


def count(connection: Connection, search: Search) -> int:
    """How many calls a search finds."""
    query = _joined(select(func.count(calls.c.number))).where(*_conditions(search))
    return int(connection.execute(query).scalar_one())


def one(
    connection: Connection, number: int, teams: tuple[str, ...] | None, *, closed: bool = False
) -> Listed | None:
    """The call in a row, if it is of these teams."""
    query = _joined(select(*_COLUMNS)).where(calls.c.number == number)
    if teams is not None:
        query = query.where(calls.c.team.in_(teams))
    if not closed:
        query = query.where(_open())
    row = connection.execute(query).mappings().first()
    return None if row is None else msgspec.convert(row, Listed)


def first_calls(
    connection: Connection, teams: tuple[str, ...] | None
) -> dict[tuple[str, str], float]:
    """(team, agent) to the wall time of the agent's first call."""
    query = select(calls.c.team, calls.c.agent, func.min(calls.c.started_wall).label("first"))
    query = query.group_by(calls.c.team, calls.c.agent)
    if teams is not None:
        query = query.where(calls.c.team.in_(teams))
    return {(row.team, row.agent): row.first for row in connection.execute(query)}


def choices(connection: Connection, teams: tuple[str, ...] | None) -> dict[str, list[str]]:
    """The teams, agents and assignees there are to ask for."""
    mine = [calls.c.team.in_(teams)] if teams is not None else []
    known = select(calls.c.team).where(*mine).distinct().order_by(calls.c.team)
    agents = select(calls.c.agent).where(*mine).distinct().order_by(calls.c.agent)
    people = (
        select(cases.c.assignee)
        .join(calls, calls.c.number == cases.c.call_number)
        .where(cases.c.assignee != "", *mine)
        .distinct()
    )
    return {
        "teams": [name for (name,) in connection.execute(known)],
        "agents": [name for (name,) in connection.execute(agents) if name],
        "assignees": sorted(name for (name,) in connection.execute(people)),
    }


def _joined(query: Select[Any]) -> Select[Any]:
    joined = calls.outerjoin(digests, digests.c.call_number == calls.c.number).outerjoin(
        cases, cases.c.call_number == calls.c.number
    )
    return query.select_from(joined)


def _conditions(search: Search) -> list[ColumnElement[bool]]:
    equal = [
        (calls.c.agent, search.agent),
        (digests.c.opening, search.opening),
        (cases.c.assignee, search.assignee),
        (cases.c.sample, search.sample),
    ]
    wanted: list[ColumnElement[bool]] = [
        column == value for column, value in equal if value not in (None, "")
    ]
    if search.teams is not None:
        wanted.append(calls.c.team.in_(search.teams))
    if not search.closed:
        wanted.append(_open())
    if search.since is not None:
        wanted.append(calls.c.started_wall >= search.since)
    if search.until is not None:
        wanted.append(calls.c.started_wall < search.until)
    if search.state:
        wanted.append(_in_state(search.state))
    if search.category or search.severity or search.rule:
        wanted.append(_with_alert(search))
    if search.words:
        wanted.append(_saying(search.words))
    return wanted


def _open() -> ColumnElement[bool]:
    return calls.c.number.not_in(select(closings.c.call_number))


def _in_state(state: str) -> ColumnElement[bool]:
    if state == "new":
        return or_(cases.c.state.is_(None), cases.c.state == "new")
    if state == "open":
        return or_(cases.c.state.is_(None), cases.c.state != "reviewed")
    return cases.c.state == state


def _with_alert(search: Search) -> ColumnElement[bool]:
    equal = [
        (findings.c.category, search.category),
        (findings.c.severity, search.severity),
        (findings.c.rule, search.rule),
    ]
    conditions = [column == value for column, value in equal if value]
    return exists().where(
        and_(
            findings.c.call_number == calls.c.number,
            findings.c.state != "withdrawn",
            *conditions,
        )
    )


def _saying(words: str) -> ColumnElement[bool]:
    return or_(
        calls.c.call.contains(words, autoescape=True),
        calls.c.agent == words,
        digests.c.words.contains(words, autoescape=True),
    )
