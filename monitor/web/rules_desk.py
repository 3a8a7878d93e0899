"""`/api/rules`: packs and rules in plain data, the try box, versions and what changed."""

from __future__ import annotations

import asyncio
import difflib
from collections.abc import Iterator
from typing import Annotated, Any, Final, Literal

from msgspec import Meta, Struct
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from monitor.access.principal import Principal
from monitor.errors import BadInput
from monitor.events import CallStarted
from monitor.qa.review_precision import by_rule
from monitor.qa.review_verdicts import judged
from monitor.rules.comparison import changes
from monitor.rules.load import pack_from
from monitor.rules.pack import Pack
from monitor.store import acts, answers, desk_rules, pack_texts
from monitor.types import Industry, Role
from monitor.web.body import read_json
from monitor.web.review_access import PACK_BYTES, answer, counted, refusal
from monitor.web.review_calls import said
from monitor.web.review_rejudge import exchanged
from monitor.web.review_room import sha256, text_of
from monitor.web.rules_desk_trial import spoken, tried
from monitor.web.rules_desk_words import items, pack_card
from monitor.web.state import State

DAY_S: Final = 86_400.0

_Text = Annotated[str, Meta(min_length=1, max_length=40_000)]
_Name = Annotated[str, Meta(max_length=128)]


class TryBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A text to try, the call it would be of, and a draft that stands in for its pack."""

    text: _Text
    industry: Industry = Industry.OTHER
    business: Literal["marketing", "service", "collection"] = "marketing"
    company: _Name = ""
    product: _Name = ""
    role: Literal["agent", "customer"] = "agent"
    draft: Annotated[str, Meta(max_length=1_000_000)] = ""


async def pack_list(request: Request, state: State, principal: Principal) -> Response:
    """`GET /api/rules`: the packs in force, and how often each was right on calls one may see."""
    packs = await state.review.packs()
    cards = await asyncio.to_thread(
        lambda: [pack_card(pack, sha256(text_of(pack))) for pack in packs]
    )
    wall, mine = state.clock.wall(), counted(principal)

    def read(on: Connection) -> dict[str, Any]:
        verdicts = [*answers.said(on, mine), *said(acts.judged(on, teams=mine))]
        return {
            "precision": by_rule(judged(verdicts)),
            "alerts": desk_rules.alerts_by_rule(on, since=wall - 30 * DAY_S, teams=mine),
        }

    return answer({"packs": cards, **await state.store.read(read)})


async def one_pack(request: Request, state: State, principal: Principal) -> Response:
    """`GET /api/rules/{pack}`: every rule of a pack in full, and its versions."""
    pack = await _pack(state, request.path_params["pack"])
    text = await asyncio.to_thread(text_of, pack)
    kept = await state.store.read(lambda on: pack_texts.of_pack(on, pack.pack))
    return answer(
        pack_card(pack, sha256(text))
        | {
            "items": items(pack),
            "lists": pack.lists,
            "allow": [pattern.source for pattern in pack.allow],
            "text": text,
            "versions": [
                {"sha256": one.sha256, "version": one.version, "first_wall": one.first_wall}
                for one in kept
            ],
        }
    )


async def version_text(request: Request, state: State, principal: Principal) -> Response:
    """`GET /api/rules/texts/{sha256}`: a text that was in force."""
    kept = await _kept(state, request.path_params["sha256"])
    return answer(kept)


async def difference(request: Request, state: State, principal: Principal) -> Response:
    """`GET /api/rules/{pack}/diff?from=…&to=…`: two kept texts, rule by rule and line by line."""
    before = await _kept(state, request.query_params.get("from", ""))
    after = await _kept(state, request.query_params.get("to", ""))
    return answer(await asyncio.to_thread(compared, before.text, after.text))


async def try_text(request: Request, state: State, principal: Principal) -> Response:
    """`POST /api/rules/try`: hits, what the context removed and why, and what follows."""
    given = await read_json(request, TryBody, limit=PACK_BYTES)
    packs = await state.review.packs()

    def run() -> dict[str, Any]:
        # a draft is no file: similarity models are those in force
        chosen = exchanged(packs, pack_from(given.draft, "draft")) if given.draft else packs
        call = CallStarted(
            call="trial",
            industry=given.industry.value,
            business=given.business,
            company=given.company,
            product=given.product,
        )
        return tried(spoken(given.text, Role(given.role)), call, chosen)

    try:
        return answer(await asyncio.to_thread(run))
    except BadInput as fault:
        raise refusal(fault) from fault


def compared(before: str, after: str) -> dict[str, Any]:
    """What a new text changes: rules added, removed, changed; and the lines."""
    old, new = _loaded(before), _loaded(after)
    rules = list(changes(old, new)) if old and new else []
    return {
        "from": _name(old),
        "to": _name(new),
        "changes": [_change(line) for line in rules],
        "lines": list(_lines(before, after)),
    }


def _lines(before: str, after: str) -> Iterator[dict[str, Any]]:
    """The lines that differ with three around them; `tag` is one of " +-" or "@"."""
    old = new = 0
    rows = difflib.unified_diff(before.splitlines(), after.splitlines(), n=3, lineterm="")
    for row in list(rows)[2:]:
        tag, text = row[:1], row[1:]
        if tag == "@":
            left, right = row.split(" ")[1:3]
            old, new = int(left[1:].split(",")[0]), int(right[1:].split(",")[0])
            yield {"tag": "@", "text": row, "old": None, "new": None}
            continue
        yield {
            "tag": tag,
            "text": text,
            "old": old if tag != "+" else None,
            "new": new if tag != "-" else None,
        }
        old += tag != "+"
        new += tag != "-"


def _change(line: str) -> dict[str, str]:
    tag, _, rest = line.partition(" ")
    rule, _, what = rest.partition(": ")
    return {"tag": tag, "rule": rule, "fields": what}


def _loaded(text: str) -> list[Pack]:
    try:
        return [pack_from(text)]
    except BadInput:
        return []


def _name(packs: list[Pack]) -> str:
    return packs[0].name if packs else ""


async def _pack(state: State, name: str) -> Pack:
    found = next((pack for pack in await state.review.packs() if pack.pack == name), None)
    if found is None:
        raise HTTPException(404, "no_pack: no such pack in force")
    return found


async def _kept(state: State, name: str) -> pack_texts.PackText:
    kept = await state.store.read(lambda on: pack_texts.find(on, name))
    if kept is None:
        raise HTTPException(404, "no_text: no such version of a pack")
    return kept
