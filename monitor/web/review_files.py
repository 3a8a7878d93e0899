"""Review results as files: masked, and every one of them on record."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from monitor.access import approvals
from monitor.access.policies import DAY_S
from monitor.access.principal import Principal
from monitor.qa.overview import local
from monitor.qa.review_export import Cell, as_csv, as_xlsx
from monitor.qa.review_verdicts import counting
from monitor.qa.review_words import Language, name
from monitor.store import acts, desk_calls, desk_records, findings
from monitor.store.desk_calls import Listed
from monitor.text.private import masked
from monitor.web.review_access import answer, teams, who
from monitor.web.review_calls import said, search_of
from monitor.web.state import State

MOST: Final = 10_000
"""Calls in a file."""

_ABOUT_CHARS: Final = 256

CALLS: Final = {
    "zh": (
        "编号", "通话", "团队", "坐席", "行业", "开始时间", "时长(秒)", "覆盖率", "开场", "告警数",
        "最高级别", "复核状态", "复核人", "得分",
    ),
    "en": (
        "No.", "Call", "Team", "Agent", "Industry", "Started", "Seconds", "Coverage", "Opening",
        "Alerts", "Worst", "Review", "Reviewer", "Score",
    ),
}  # fmt: skip
ALERTS: Final = {
    "zh": (
        "编号", "通话", "团队", "坐席", "告警时间", "类别", "规则", "规则包", "级别", "状态", "秒",
        "原话", "复核结论",
    ),
    "en": (
        "No.", "Call", "Team", "Agent", "Raised", "Category", "Rule", "Pack", "Severity", "State",
        "Second", "Quote", "Verdict",
    ),
}  # fmt: skip
ORDER: Final = ("critical", "high", "medium", "low")
MEDIA: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

Table = tuple[list[Sequence[Cell]], list[Sequence[Cell]]]


async def export(request: Request, state: State, principal: Principal) -> Response:
    """`GET /api/qa/export?format=csv|xlsx&lang=zh|en`: the calls of a search, and their alerts.

    CSV holds the alerts; a workbook holds calls, alerts and who took it out. Who takes out more
    in a day than one person may needs a second one, who agrees to this very query.
    """
    format_ = request.query_params.get("format", "csv")
    lang: Language = "en" if request.query_params.get("lang") == "en" else "zh"
    if format_ not in MEDIA:
        raise HTTPException(400, "bad_query: format is csv or xlsx")
    search = search_of(request, principal)
    await state.review.catch_up()
    calls, alerts = await state.store.read(
        lambda on: _tables(on, desk_calls.found(on, search, limit=MOST), lang)
    )
    wall, by = state.clock.wall(), who(principal)
    count = len(alerts) if format_ == "csv" else len(calls)
    about = asked_for(request)
    await state.store.read(lambda on: _alone(on, state, principal, count, about, approvals.check))
    filters = {what: value for what, value in msgspec.to_builtins(search).items() if value}
    filters |= {"words": masked(search.words)} if search.words else {}
    shown = filters | {what: _time(filters[what]) for what in ("since", "until") if what in filters}
    mark: list[Sequence[Cell]] = [
        [name("about", what, lang), str(value)]
        for what, value in {**shown, "by": by, "at": _time(wall)}.items()
    ]
    if format_ == "csv":
        content = await asyncio.to_thread(as_csv, ALERTS[lang], alerts)
    else:
        titles = ("通话", "告警", "导出说明") if lang == "zh" else ("Calls", "Alerts", "About")
        sheets = [
            (titles[0], CALLS[lang], calls),
            (titles[1], ALERTS[lang], alerts),
            (titles[2], ("", ""), mark),
        ]
        content = await asyncio.to_thread(as_xlsx, sheets)
    row = desk_records.Export(
        by=by,
        role=principal.role,
        at_wall=wall,
        format=format_,
        rows=count,
        filters=msgspec.json.encode(filters).decode(),
        sha256=hashlib.sha256(content).hexdigest(),
    )

    def keep(on: Connection) -> int:
        _alone(on, state, principal, count, about, approvals.use)
        return desk_records.add_export(on, row)

    # on record before it leaves the house
    number = await state.store.write(keep)
    file = f"review-{local(wall):%Y%m%d-%H%M}-{number}.{format_}"
    headers = {"content-disposition": f'attachment; filename="{file}"'}
    return Response(content, media_type=MEDIA[format_], headers=headers)


async def export_list(request: Request, state: State, principal: Principal) -> Response:
    """`GET /api/qa/exports`: files that were taken out, newest first; one's own within a team."""
    mine = teams(principal, "calls.export", request.query_params.get("team"))
    by = None if mine is None else who(principal)
    rows = await state.store.read(lambda on: desk_records.listed_exports(on, 100, by=by))
    return answer({"exports": rows})


def asked_for(request: Request) -> str:
    """The query in a fixed form: what a second person reads and agrees to."""
    given = {**request.query_params}
    if "words" in given:
        given["words"] = masked(given["words"])
    whole = urlencode(sorted(given.items()))
    if len(whole) <= _ABOUT_CHARS:
        return whole
    mark = hashlib.sha256(whole.encode()).hexdigest()[:16]
    return f"{whole[: _ABOUT_CHARS - 20]}... {mark}"


def _alone(
    on: Connection,
    state: State,
    principal: Principal,
    count: int,
    about: str,
    agreed: Callable[..., object],
) -> None:
    """Let pass what one person may take out; beyond that, what `agreed` lets pass."""
    wall = state.clock.wall()
    before = desk_records.exported_rows(on, who(principal), wall - DAY_S)
    if before + count > state.settings.access.bulk_rows:
        agreed(on, principal, action="calls.export", about=about, wall=wall)


def _tables(on: Connection, rows: Sequence[Listed], lang: Language) -> Table:
    calls: list[Sequence[Cell]] = []
    alerts: list[Sequence[Cell]] = []
    for start in range(0, len(rows), 500):
        part = rows[start : start + 500]
        numbers = [row.number for row in part]
        found = findings.of_calls(on, numbers)
        verdicts = counting(said(acts.of_calls(on, numbers)))
        for row in part:
            mine = [one for one in found.get(row.number, ()) if one.state != "withdrawn"]
            calls.append(_call(row, [one.severity for one in mine], lang))
            for one in mine:
                judged = verdicts.get((one.team, one.alert_id))
                alerts.append(_alert(row, one, judged.verdict if judged else "", lang))
    return calls, alerts


def _call(row: Listed, severities: Sequence[str], lang: Language) -> Sequence[Cell]:
    worst = min(severities, key=ORDER.index, default="")
    covered = row.covered_s or 0.0
    share: Any = round(covered / row.duration_s, 4) if row.duration_s else None
    return (
        row.number, row.call, row.team, row.agent, name("industry", row.industry, lang),
        _time(row.started_wall), row.duration_s, share, name("opening", row.opening, lang),
        len(severities), name("severity", worst, lang),
        name("review", row.state or "new", lang), row.assignee or "", row.score,
    )  # fmt: skip


def _alert(row: Listed, one: findings.FindingRow, verdict: str, lang: Language) -> Sequence[Cell]:
    return (
        row.number, row.call, one.team, one.agent, _time(one.raised_wall),
        name("category", one.category, lang), one.rule, one.pack,
        name("severity", one.severity, lang), name("state", one.state, lang),
        round(one.start, 2), masked(one.quote), name("verdict", verdict, lang),
    )  # fmt: skip


def _time(wall: float) -> str:
    return f"{local(wall):%Y-%m-%d %H:%M:%S}"
