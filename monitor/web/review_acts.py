"""What people do on the QA desk: verdicts, misses, score cards, assignments, appeals, decisions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from monitor.access.principal import Principal
from monitor.errors import BadInput, Refused
from monitor.qa import review
from monitor.qa.review_score import CARD, total
from monitor.rules.pack import CATEGORIES
from monitor.store import acts, desk_calls, findings
from monitor.store.acts import ActRow, CaseRow
from monitor.web.body import read_json
from monitor.web.review_access import answer, refusal, teams, who
from monitor.web.review_calls import act_of, standing_of
from monitor.web.state import State

_Key = Annotated[str, Meta(min_length=8, max_length=64)]
_Note = Annotated[str, Meta(max_length=2000)]
_Name = Annotated[str, Meta(max_length=128)]
_Number = Annotated[int, Meta(ge=1, le=2**53)]


class VerdictBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="verdict"):
    """Is the alert right?"""

    call: _Number
    alert: _Name
    verdict: review.Verdict
    note: _Note = ""
    key: _Key


class MissBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="miss"):
    """Something no rule found; `rule` is the one that should have."""

    call: _Number
    category: _Name
    rule: _Name = ""
    start: Annotated[float, Meta(ge=0, le=1e6)]
    end: Annotated[float, Meta(ge=0, le=1e6)]
    quote: _Note = ""
    note: _Note = ""
    key: _Key


class ScoreBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="score"):
    """The score card; sending it finishes the review."""

    call: _Number
    points: dict[str, int]
    veto: bool = False
    note: _Note = ""
    key: _Key


class AssignBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="assign"):
    """Who reviews these calls; empty takes them back."""

    calls: Annotated[tuple[_Number, ...], Meta(min_length=1, max_length=500)]
    to: _Name
    key: _Key


class ReopenBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="reopen"):
    """A finished review is taken up again."""

    call: _Number
    note: _Note = ""
    key: _Key


class DecisionBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="decision"):
    """How an appeal ends."""

    call: _Number
    alert: _Name
    decision: Literal["granted", "refused"]
    note: Annotated[str, Meta(min_length=1, max_length=2000)]
    key: _Key


class AppealBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An agent's objection."""

    text: Annotated[str, Meta(min_length=1, max_length=2000)]
    key: _Key


ReviewBody = VerdictBody | MissBody | ScoreBody | AssignBody | ReopenBody | DecisionBody


class _Envelope(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    act: ReviewBody


async def post_review(request: Request, state: State, principal: Principal) -> Response:
    """`POST /api/reviews` {"act": {"type": "verdict" | "miss" | …}}: one act; answers the standing.

    The same `key` again is the same act.
    """
    act = (await read_json(request, _Envelope)).act
    if isinstance(act, AssignBody):
        return await _assign(state, principal, act)
    mine = teams(principal, "alerts.review")
    wall = state.clock.wall()

    def write(on: Connection) -> dict[str, Any]:
        call = desk_calls.one(on, act.call, mine)
        if call is None:
            raise HTTPException(404, "no_call: no such call")
        if acts.with_key(on, who(principal), act.key) is None:
            row = _row(on, act, call.team, principal, wall)
            acts.add(on, row)
            settle(on, act.call, wall)
        return standing_of(acts.of_call(on, act.call))

    return answer({"standing": await state.store.write(_told(write))})


async def post_appeal(request: Request, state: State, principal: Principal) -> Response:
    """`POST /api/alerts/{alert}/appeal`: an agent objects to an alert of its own calls."""
    given = await read_json(request, AppealBody)
    wall = state.clock.wall()

    def write(on: Connection) -> dict[str, Any]:
        alert = _own(on, request.path_params["alert"], principal)
        if acts.with_key(on, who(principal), given.key) is None:
            history = [act_of(one) for one in acts.of_call(on, alert.call_number)]
            review.check_appeal(history, alert.alert_id)
            row = _about(alert, "appeal", principal, wall, given.key, text=given.text)
            acts.add(on, row)
            settle(on, alert.call_number, wall)
        return standing_of(acts.of_call(on, alert.call_number))["appeals"][alert.alert_id] or {}

    return answer({"appeal": public(await state.store.write(_told(write)))})


async def get_appeal(request: Request, state: State, principal: Principal) -> Response:
    """`GET /api/alerts/{alert}/appeal`: what became of the agent's objection."""

    def read(on: Connection) -> dict[str, Any] | None:
        alert = _own(on, request.path_params["alert"], principal)
        appeals = standing_of(acts.of_call(on, alert.call_number))["appeals"]
        found: dict[str, Any] | None = appeals.get(alert.alert_id)
        return found

    found = await state.store.read(read)
    return answer({"appeal": None if found is None else public(found)})


def public(appeal: dict[str, Any]) -> dict[str, Any]:
    """An appeal as its agent sees it: without the names of reviewers."""
    decision = appeal["decision"]
    return {
        "text": appeal.get("text", ""),
        "at": appeal["at"],
        "decision": decision and decision["verdict"],
        "note": decision.get("note", "") if decision else "",
        "decided_at": decision and decision["at"],
    }


def settle(on: Connection, call: int, wall: float, *, sample: int | None = None) -> None:
    """Keep where the call stands after its acts."""
    now = review.standing(act_of(row) for row in acts.of_call(on, call))
    score = None if now.score is None else float(now.score.body.get("total", 0))
    acts.stand(
        on,
        CaseRow(
            call_number=call,
            state=now.state,
            assignee=now.assignee,
            sample=sample,
            score=score,
            updated_wall=wall,
        ),
    )


def assign(
    on: Connection,
    call: int,
    *,
    to: str,
    principal: Principal,
    wall: float,
    key: str,
    sample: int | None = None,
) -> bool:
    """Give a call to a reviewer, within a write; False when the caller may not see the call."""
    row = desk_calls.one(on, call, teams(principal, "alerts.review"))
    if row is None:
        return False
    if acts.with_key(on, who(principal), key) is None:
        about = {"to": to} | ({"sample": sample} if sample else {})
        acts.add(
            on,
            ActRow(
                call_number=call,
                team=row.team,
                kind="assign",
                by=who(principal),
                role=principal.role,
                at_wall=wall,
                key=key,
                body=msgspec.json.encode(about).decode(),
            ),
        )
        settle(on, call, wall, sample=sample)
    return True


async def _assign(state: State, principal: Principal, given: AssignBody) -> Response:
    wall = state.clock.wall()

    def write(on: Connection) -> int:
        done = [
            assign(
                on,
                call,
                to=given.to,
                principal=principal,
                wall=wall,
                key=f"{given.key[:40]}.{call}",
            )
            for call in given.calls
        ]
        return sum(done)

    return answer({"assigned": await state.store.write(write)})


def _row(on: Connection, act: ReviewBody, team: str, principal: Principal, wall: float) -> ActRow:
    """The act to append; raises what makes it impossible."""
    assert not isinstance(act, AssignBody)
    if isinstance(act, VerdictBody | DecisionBody):
        alert = findings.find(on, act.call, act.alert)
        if alert is None:
            raise HTTPException(404, "no_alert: this call has no such alert")
        if isinstance(act, VerdictBody):
            row = _about(alert, "verdict", principal, wall, act.key, note=act.note)
            return msgspec.structs.replace(row, verdict=act.verdict)
        history = [act_of(one) for one in acts.of_call(on, act.call)]
        review.check_decision(history, act.alert, who(principal))
        row = _about(alert, "decision", principal, wall, act.key, note=act.note)
        return msgspec.structs.replace(row, verdict=act.decision)
    kind, rule, about = _of_call(act)
    return ActRow(
        call_number=act.call,
        team=team,
        kind=kind,
        rule=rule,
        by=who(principal),
        role=principal.role,
        at_wall=wall,
        key=act.key,
        body=msgspec.json.encode(about).decode(),
    )


def _of_call(act: MissBody | ScoreBody | ReopenBody) -> tuple[str, str, dict[str, Any]]:
    match act:
        case MissBody():
            if act.category not in CATEGORIES:
                raise BadInput("bad_category", "no such category", field="category")
            return (
                "miss",
                act.rule,
                {
                    "category": act.category,
                    "rule": act.rule,
                    "start": act.start,
                    "end": max(act.start, act.end),
                    "quote": act.quote,
                    "note": act.note,
                },
            )
        case ScoreBody():
            whole = total(act.points, veto=act.veto)
            return (
                "score",
                "",
                {
                    "card": CARD,
                    "points": act.points,
                    "veto": act.veto,
                    "total": whole,
                    "note": act.note,
                },
            )
        case ReopenBody():
            return "reopen", "", {"note": act.note}


def _about(
    alert: findings.FindingRow, kind: str, principal: Principal, wall: float, key: str, **about: str
) -> ActRow:
    return ActRow(
        call_number=alert.call_number,
        team=alert.team,
        alert_id=alert.alert_id,
        kind=kind,
        rule=alert.rule,
        severity=alert.severity,
        by=who(principal),
        role=principal.role,
        at_wall=wall,
        key=key,
        body=msgspec.json.encode(about | {"category": alert.category}).decode(),
    )


def _own(on: Connection, alert: str, principal: Principal) -> findings.FindingRow:
    """The alert, if it is of the agent's own calls."""
    row = findings.of_teams(on, principal.teams, alert)
    if row is None or row.agent != principal.agent:
        raise HTTPException(404, "no_alert: no such alert of yours")
    return row


def _told(job: Callable[[Connection], dict[str, Any]]) -> Callable[[Connection], dict[str, Any]]:
    """The job, with what a person did wrong said as an answer instead of a fault."""

    def told(on: Connection) -> dict[str, Any]:
        try:
            return job(on)
        except BadInput as fault:
            raise refusal(fault) from fault
        except Refused as fault:
            raise HTTPException(409, f"{fault.code}: {fault.message}") from fault

    return told
