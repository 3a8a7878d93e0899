from __future__ import annotations

import pytest

from monitor.errors import Refused
from monitor.web.grants import LASTS_S, Grants
from tests.web.conftest import House, chunk, hear
from tests.web.people import code, signed_in


def test_a_grant_is_for_one_session_one_call_and_some_minutes() -> None:
    grants = Grants()
    grant = grants.give("s1", 7, 100.0)
    grants.check("s1", 7, grant, 100.0 + LASTS_S - 1)
    until, _, mark = grant.partition(".")
    for session, call, shown, now, why in (
        ("s2", 7, grant, 100.0, "no_grant"),
        ("s1", 8, grant, 100.0, "no_grant"),
        ("s1", 7, f"{int(until) + 60}.{mark}", 100.0, "no_grant"),
        ("s1", 7, "", 100.0, "no_grant"),
        ("s1", 7, grant, 100.0 + LASTS_S, "grant_over"),
    ):
        with pytest.raises(Refused) as refused:
            grants.check(session, call, shown, now)
        assert refused.value.code == why
    with pytest.raises(Refused):
        Grants().check("s1", 7, grant, 100.0)


async def test_a_browser_hears_nothing_without_a_grant_of_its_own(house: House) -> None:
    async with house.source(house.token("ingest", "south"), "c1") as source:
        await source.send(chunk(1, samples=8000))
        await source.send("END")
        assert (await hear(source))["type"] == "ended"
    async with signed_in(house, {"chen": "compliance", "li": "supervisor"}) as people:
        chen, li = people["chen"], people["li"]
        assert await code(await chen.get("/api/calls/c1/audio")) == (403, "no_grant")
        grant = (await chen.post("/api/calls/c1/grants")).json()["grant"]
        assert (await chen.get(f"/api/calls/c1/audio?grant={grant}")).status_code == 200
        assert await code(await li.get(f"/api/calls/c1/audio?grant={grant}")) == (403, "no_grant")
        del chen.headers["X-CSRF-Token"]
        assert (await chen.post("/api/calls/c1/grants")).status_code == 403
