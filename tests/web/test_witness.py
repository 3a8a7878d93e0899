from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import Any

import httpx2

from monitor.events import CallStarted
from tests.web.conftest import House, hear, say, until

SOUTH = CallStarted(call="c1", team="south", agent="8012")


def entries(house: House) -> list[dict[str, Any]]:
    return [json.loads(each.body) for each in house.state.audit.shelf.links()]


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def test_reading_a_call_is_noted_once_a_minute(house: House) -> None:
    await house.state.desk.publish(SOUTH, [SOUTH])
    headers = bearer(house.token("supervisor", "south"))
    async with httpx2.AsyncClient(base_url=house.url, headers=headers) as client:
        for _ in range(3):
            assert (await client.get("/api/calls/c1/events?limit=5")).status_code == 200
    read = [entry for entry in entries(house) if entry["action"] == "calls.read"]
    assert [entry["about"] for entry in read] == ["/api/calls/c1/events"]
    assert read[0]["actor"].startswith("token:")


async def test_refusals_are_noted(house: House) -> None:
    headers = bearer(house.token("admin"))
    async with httpx2.AsyncClient(base_url=house.url, headers=headers) as client:
        assert (await client.get("/api/calls")).status_code == 403
    await until(lambda: any(each["outcome"] == "refused" for each in entries(house)))


async def test_nothing_is_shown_while_the_log_takes_no_entry(house: House) -> None:
    await house.state.desk.publish(SOUTH, [SOUTH])
    headers = bearer(house.token("supervisor", "south"))
    with closing(sqlite3.connect(house.folder / "audit.db")) as raw:
        raw.execute("DROP TABLE links")
        raw.commit()
    async with httpx2.AsyncClient(base_url=house.url, headers=headers) as client:
        answer = await client.get("/api/calls/c1/events")
        assert answer.status_code == 503
        assert "call.started" not in answer.text
    async with house.source(house.token("ingest", "south"), "c2") as source:
        await source.send("END")
        assert (await hear(source))["type"] == "ended"


async def test_feeds_and_sign_ins_are_noted_without_secrets(house: House) -> None:
    token = house.token("supervisor", "south")
    async with httpx2.AsyncClient(base_url=house.url) as client:
        await client.post("/api/session", json={"token": token})
        await client.post("/api/session", json={"name": "li", "password": "secret words"})
        cookie = client.cookies["monitor_session"]
    async with house.socket("/ws/alerts") as feed:
        await say(feed, type="hello", token=token)
        await hear(feed)
    await until(lambda: len([e for e in entries(house) if e["action"] == "session.begin"]) == 2)
    text = json.dumps(entries(house))
    assert "alerts.watch" in text
    assert not [secret for secret in (token, cookie, "secret words") if secret in text]
