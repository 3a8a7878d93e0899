"""A new version of a pack: checked, proposed, tried on past calls, approved by a second person."""

from __future__ import annotations

import asyncio
import os
import secrets
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta, Struct
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from monitor.access import approvals
from monitor.access.permissions import require
from monitor.access.principal import Principal
from monitor.errors import BadInput, Refused
from monitor.rules.lint import lint
from monitor.rules.load import load_pack, pack_from
from monitor.rules.pack import Pack
from monitor.rules.proof import count, prove
from monitor.store import proposals
from monitor.store.proposals import Proposal
from monitor.web.body import read_json
from monitor.web.review_access import PACK_BYTES, answer, teams, who
from monitor.web.review_rejudge import exchanged
from monitor.web.review_room import sha256, text_of
from monitor.web.rules_desk import compared
from monitor.web.rules_desk_dry_run import MOST_CALLS, Run
from monitor.web.rules_desk_outcome import shown
from monitor.web.state import State

MOST_FAILURES: Final = 50


class DraftBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The text of a pack."""

    text: Annotated[str, Meta(min_length=1, max_length=1_000_000)]
    note: Annotated[str, Meta(max_length=2000)] = ""


class DecisionBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a proposal ends."""

    decision: Literal["approve", "reject", "withdraw"]
    note: Annotated[str, Meta(max_length=2000)] = ""


class RunBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Over how many of the newest calls of each team."""

    calls: Annotated[int, Meta(ge=1, le=MOST_CALLS)] = 200


async def check(request: Request, state: State, principal: Principal) -> Response:
    """`POST /api/rules/check`: every problem of a draft, and what it changes."""
    given = await read_json(request, DraftBody, limit=PACK_BYTES)
    packs = await state.review.packs()
    return answer(await asyncio.to_thread(checked, given.text, packs))


async def propose(request: Request, state: State, principal: Principal) -> Response:
    """`POST /api/rules/proposals`: keep a draft for a second person; it must have no problem."""
    given = await read_json(request, DraftBody, limit=PACK_BYTES)
    packs = await state.review.packs()
    found = await asyncio.to_thread(checked, given.text, packs)
    if not found["ok"]:
        return answer(found, 422)
    row = Proposal(
        pack=found["pack"],
        base_sha256=found["base_sha256"],
        text=given.text,
        note=given.note,
        state="open",
        by=who(principal),
        at_wall=state.clock.wall(),
    )
    number = await state.store.write(lambda on: proposals.add(on, row))
    return answer({"number": number}, 201)


async def proposal_list(request: Request, state: State, principal: Principal) -> Response:
    """`GET /api/rules/proposals`: newest first, without their texts."""
    rows = await state.store.read(lambda on: proposals.listed(on, 100))
    listed = await asyncio.to_thread(lambda: [_short(row, principal) for row in rows])
    return answer({"proposals": listed, "run": state.review.dry_runs.of(principal)})


async def one_proposal(request: Request, state: State, principal: Principal) -> Response:
    """`GET /api/rules/proposals/{number}`: its text, what it changes, its dry run."""
    row = await _proposal(request, state)
    base = await _base(state, row.pack)
    changed = await asyncio.to_thread(compared, base, row.text) if row.state == "open" else None
    tried = shown(row.dry_run, principal)
    if tried and tried.get("examples"):
        # rules are nobody's secret; these quote calls
        await state.witness.read(principal, "calls.read", request)
    return answer(
        _short(row, principal)
        | {
            "text": row.text,
            "changed": changed,
            "stale": row.state == "open" and row.base_sha256 != _named(base),
            "dry_run": tried,
            "run": state.review.dry_runs.of(principal),
            "mine": row.by == who(principal),
        }
    )


async def dry_run(request: Request, state: State, principal: Principal) -> Response:
    """`POST /api/rules/proposals/{number}/dry-run`: begin, over the holder's newest calls."""
    given = await read_json(request, RunBody)
    row = await _proposal(request, state)
    packs = await state.review.packs()
    other = await asyncio.to_thread(pack_from, row.text)
    mine = teams(principal, "calls.read")
    run = Run(
        proposal=row.number,
        before=packs,
        after=exchanged(packs, other),
        most=given.calls,
        teams=mine,
    )
    if not state.review.dry_runs.start(run):
        raise HTTPException(409, "busy: another dry run is under way")
    return answer({"run": state.review.dry_runs.of(principal)}, 202)


async def decide(request: Request, state: State, principal: Principal) -> Response:
    """`POST /api/rules/proposals/{number}/decision`: approve (publishes), reject or withdraw."""
    given = await read_json(request, DecisionBody)
    row = await _proposal(request, state)
    if given.decision != "withdraw":
        require(principal, "rules.approve")
    by = who(principal)
    if (given.decision == "withdraw") != (row.by == by):
        code = "same_person: a second person decides; the first one may withdraw"
        raise HTTPException(409, code)
    if row.state != "open":
        raise HTTPException(409, "closed: this proposal was decided before")
    if given.decision == "approve":
        await _publish(state, row, principal, given.note)
        return answer({"state": "published"})
    names = {"reject": "rejected", "withdraw": "withdrawn"}
    ended, wall = names[given.decision], state.clock.wall()
    if not await state.store.write(
        lambda on: proposals.decide(on, row.number, state=ended, by=by, wall=wall, note=given.note)
    ):
        raise HTTPException(409, "closed: this proposal was decided before")
    return answer({"state": ended})


def checked(text: str, packs: tuple[Pack, ...]) -> dict[str, Any]:
    """The problems of a draft; `ok` when it may be proposed."""
    try:
        draft = pack_from(text, "draft")
    except BadInput as fault:
        problem = {
            "level": "error",
            "code": fault.code,
            "line": fault.line or 1,
            "rule": fault.field or "",
            "message": fault.message,
        }
        return {"ok": False, "problems": [problem], "failures": []}
    problems = [
        {"level": one.level, "code": one.code, "line": one.line, "rule": one.rule,
         "message": one.message}
        for one in lint(draft)
    ]  # fmt: skip
    failures = [
        {"line": one.line, "rule": one.rule, "example": one.example, "message": one.message}
        for _, one in zip(range(MOST_FAILURES), prove(draft), strict=False)
    ]
    current = next((pack for pack in packs if pack.pack == draft.pack), None)
    if current is not None and draft.version <= current.version:
        problems.append(
            {
                "level": "error",
                "code": "old_version",
                "line": 1,
                "rule": "",
                "message": f"version: {draft.version} must be over {current.version}",
            }
        )
    base = "" if current is None else text_of(current)
    return {
        "ok": not failures and all(one["level"] != "error" for one in problems),
        "pack": draft.pack,
        "version": draft.version,
        "base_sha256": _named(base),
        "examples": count(draft),
        "problems": problems,
        "failures": failures,
        **compared(base, text),
    }


async def _publish(state: State, row: Proposal, second: Principal, note: str) -> None:
    """Put the pack in force; raises an HTTP error and changes nothing if it cannot be."""
    if shown(row.dry_run, second) is None:
        raise HTTPException(409, "no_dry_run: try it on past calls first")
    base = await _base(state, row.pack)
    if row.base_sha256 != _named(base) and base != row.text:
        raise HTTPException(409, "stale: the pack has changed since; propose it again")
    folder, wall = state.review.published, state.clock.wall()
    try:
        draft = await asyncio.to_thread(written, folder, row.pack, row.text)
    except (BadInput, Refused) as fault:
        raise HTTPException(422, f"{fault.code}: {fault.message}") from fault

    def job(on: Connection) -> bool:
        approvals.agree_and_use(
            on,
            second,
            action="rules.publish",
            about=f"proposal {row.number}",
            reason=note or row.note,
            asked_by=row.by,
            asked_wall=row.at_wall,
            wall=wall,
        )
        open_ = proposals.decide(
            on, row.number, state="published", by=who(second), wall=wall, note=note
        )
        if open_:
            # the last step: what comes before can be undone
            draft.replace(folder / f"{row.pack}.yaml")
        return open_

    try:
        if not await state.store.write(job):
            raise HTTPException(409, "closed: this proposal was decided before")
    finally:
        await asyncio.to_thread(draft.unlink, missing_ok=True)
    await state.review.packs()


def written(folder: Path, pack: str, text: str) -> Path:
    """The pack beside the one in force, on disk and read back without a fault."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = folder / f".{pack}.{secrets.token_hex(4)}.draft"
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        if load_pack(draft).pack != pack:
            raise Refused("other_pack", f"the text is not of the pack {pack}")
    except (BadInput, Refused):
        draft.unlink()
        raise
    return draft


async def _proposal(request: Request, state: State) -> Proposal:
    given: str = request.path_params["number"]
    place = int(given) if given.isascii() and given.isdigit() and len(given) < 16 else 0
    row = await state.store.read(lambda on: proposals.find(on, place))
    if row is None:
        raise HTTPException(404, "no_proposal: no such proposal")
    return row


async def _base(state: State, pack: str) -> str:
    """The text in force; empty for a pack that is new."""
    found = next((one for one in await state.review.packs() if one.pack == pack), None)
    return "" if found is None else await asyncio.to_thread(text_of, found)


def _named(text: str) -> str:
    return sha256(text) if text else ""


def _short(row: Proposal, principal: Principal) -> dict[str, Any]:
    built: dict[str, Any] = msgspec.to_builtins(row)
    tried = shown(built.pop("dry_run"), principal)
    del built["text"]
    return built | {"tried": tried is not None}
