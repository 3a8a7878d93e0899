"""A call judged again under another pack: what stays, comes and goes."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Annotated

from msgspec import Meta, Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from monitor.access.principal import Principal
from monitor.errors import BadInput
from monitor.qa.review_rejudge import again, differences, standing
from monitor.rules.load import pack_from
from monitor.rules.pack import Pack
from monitor.store import pack_texts, proposals
from monitor.web.body import read_json
from monitor.web.review_access import answer, refusal
from monitor.web.review_calls import wanted
from monitor.web.review_events import events_of
from monitor.web.state import State


class RejudgeBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which packs judge: those in force, one of them exchanged for a kept text or a proposal."""

    text: Annotated[str, Meta(max_length=64)] = ""
    """SHA-256 of a kept text."""
    proposal: int | None = None


async def rejudge(request: Request, state: State, principal: Principal) -> Response:
    """`POST /api/qa/calls/{number}/rejudge`: the alerts of the record beside the new ones."""
    given = await read_json(request, RejudgeBody)
    row = await wanted(request, state, principal)
    packs = await chosen(state, given.text, given.proposal)
    events = await state.store.read(lambda on: events_of(on, row.number))
    try:
        after = await asyncio.to_thread(again, events, packs)
    except BadInput as fault:
        raise refusal(fault) from fault
    found = differences(standing(events), after)
    return answer(
        {
            "packs": [pack.name for pack in packs if pack.covers(row.industry, row.business)],
            "counts": Counter(one.change for one in found),
            "differences": found,
        }
    )


async def chosen(state: State, text: str, proposal: int | None) -> tuple[Pack, ...]:
    """The packs in force, with one exchanged if one is named; raises an HTTP error."""
    packs = await state.review.packs()
    source = await _source(state, text, proposal)
    if source is None:
        return packs
    try:
        other = await asyncio.to_thread(pack_from, source)
    except BadInput as fault:
        raise refusal(fault) from fault
    return exchanged(packs, other)


def exchanged(packs: tuple[Pack, ...], other: Pack) -> tuple[Pack, ...]:
    """The packs with the one of this name exchanged, or one more."""
    if any(pack.pack == other.pack for pack in packs):
        return tuple(other if pack.pack == other.pack else pack for pack in packs)
    return (*packs, other)


async def _source(state: State, text: str, proposal: int | None) -> str | None:
    if proposal is not None:
        row = await state.store.read(lambda on: proposals.find(on, proposal))
        if row is None:
            raise HTTPException(404, "no_proposal: no such proposal")
        return row.text
    if not text:
        return None
    kept = await state.store.read(lambda on: pack_texts.find(on, text))
    if kept is None:
        raise HTTPException(404, "no_text: no such version of a pack")
    return kept.text
