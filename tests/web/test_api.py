from __future__ import annotations

import json
from collections.abc import AsyncIterator

import httpx2
import pytest

from monitor.events import CallStarted, Utterance
from monitor.settings import Server
from monitor.types import Role
from tests.web.conftest import House, Opener
from tests.web.scripted import alert

SOUTH = CallStarted(call="c1", team="south", agent="8012")
NORTH = CallStarted(call="c1", team="north")


@pytest.fixture
async def client(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    words = Utterance(call="c1", channel=Role.AGENT, start=0.0, end=1.0, text="您好")
    await house.state.desk.publish(SOUTH, [SOUTH, words, alert("c1", 1), alert("c1", 2)])
    await house.state.desk.publish(NORTH, [NORTH, alert("c1", 9)])
    async with httpx2.AsyncClient(base_url=house.url) as client:
        yield client


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def test_supervisor_reads_its_own_team(house: House, client: httpx2.AsyncClient) -> None:
    headers = bearer(house.token("supervisor", "south"))
    listed = (await client.get("/api/calls", headers=headers)).json()["calls"]
    assert [(call["team"], call["call"], call["live"]) for call in listed] == [
        ("south", "c1", True)
    ]
    page = (await client.get("/api/calls/c1/events", headers=headers)).json()
    kinds = [event["type"] for event in page["events"]]
    assert kinds == ["call.started", "utterance", "alert", "alert"]
    assert page["next"] is None
    found = (await client.get("/api/alerts?after=1", headers=headers)).json()
    assert [each["id"] for each in found["alerts"]] == ["c1-2"]
    assert (found["team"], found["seq"]) == ("south", 2)


async def test_events_as_lines(house: House, client: httpx2.AsyncClient) -> None:
    headers = bearer(house.token("supervisor", "south"))
    answer = await client.get("/api/calls/c1/events?format=jsonl", headers=headers)
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert [line["type"] for line in lines] == ["call.started", "utterance", "alert", "alert"]


async def test_events_in_pages(house: House, client: httpx2.AsyncClient) -> None:
    headers = bearer(house.token("supervisor", "south"))
    seen, after = [], 0
    while True:
        url = f"/api/calls/c1/events?limit=3&after={after}"
        page = (await client.get(url, headers=headers)).json()
        seen += [event["type"] for event in page["events"]]
        if page["next"] is None:
            break
        after = page["next"]
    assert seen == ["call.started", "utterance", "alert", "alert"]


async def test_qa_reads_all_teams_and_names_one(house: House, client: httpx2.AsyncClient) -> None:
    headers = bearer(house.token("qa"))
    listed = (await client.get("/api/calls", headers=headers)).json()["calls"]
    # two teams' calls of one second are in no order: their numbers say nothing of each other
    assert sorted(call["team"] for call in listed) == ["north", "south"]
    assert (await client.get("/api/calls/c1/events", headers=headers)).status_code == 400
    north = await client.get("/api/calls/c1/events?team=north", headers=headers)
    assert len(north.json()["events"]) == 2
    assert (await client.get("/api/alerts", headers=headers)).status_code == 400
    assert len((await client.get("/api/alerts?team=north", headers=headers)).json()["alerts"]) == 1


async def test_another_team_is_refused(house: House, client: httpx2.AsyncClient) -> None:
    headers = bearer(house.token("supervisor", "north"))
    for path in ("/api/calls", "/api/alerts", "/api/calls/c1/events"):
        answer = await client.get(path + "?team=south", headers=headers)
        assert answer.status_code == 403
        assert answer.json()["error"]["code"] == "wrong_team"


async def test_foreign_call_looks_like_no_call(house: House, client: httpx2.AsyncClient) -> None:
    await house.state.desk.publish(SOUTH, [])
    secret = CallStarted(call="secret", team="south")
    await house.state.desk.publish(secret, [secret])
    headers = bearer(house.token("supervisor", "north"))
    foreign = await client.get("/api/calls/secret/events", headers=headers)
    missing = await client.get("/api/calls/nothing/events", headers=headers)
    assert (foreign.status_code, foreign.json()) == (missing.status_code, missing.json())
    assert foreign.status_code == 404


async def test_bad_queries(house: House, client: httpx2.AsyncClient) -> None:
    headers = bearer(house.token("supervisor", "south"))
    for query in ("limit=0", "limit=x", "limit=1001", "after=-1", "after=٣"):
        answer = await client.get(f"/api/alerts?{query}", headers=headers)
        assert answer.status_code == 400, query
        assert answer.json()["error"]["code"] == "bad_query"


async def test_token_in_the_address_is_refused(house: House, client: httpx2.AsyncClient) -> None:
    token = house.token("supervisor", "south")
    answer = await client.get(f"/api/calls?token={token}")
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "token_in_url"


async def test_every_answer_has_the_safe_headers(client: httpx2.AsyncClient) -> None:
    for path in ("/", "/api/calls", "/nothing"):
        headers = (await client.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in headers["content-security-policy"]


async def test_ready_until_told_to_stop(house: House, client: httpx2.AsyncClient) -> None:
    assert (await client.get("/readyz")).status_code == 200
    assert (await client.get("/version")).json()["version"]
    house.host.full = True
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"status": "overloaded"})


async def test_metrics_on_loopback(open_house: Opener) -> None:
    house = await open_house(server=Server(port=0, metrics_on_loopback=True))
    await house.state.desk.publish(SOUTH, [SOUTH, alert("c1", 1)])
    async with httpx2.AsyncClient(base_url=house.url) as client:
        text = (await client.get("/metrics")).text
    assert 'monitor_alerts_total{severity="critical",state="confirmed"} 1.0' in text
    assert "c1" not in text.replace("c1e", "")
