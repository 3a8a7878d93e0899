from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator

import httpx2
import pytest
from sqlalchemy import update

from monitor.access.policies import DAY_S
from monitor.events import CallEnded, CallStarted, Utterance
from monitor.store.tables import calls
from monitor.types import Role
from tests.web.conftest import House, chunk, hear, say
from tests.web.people import People, code, signed_in
from tests.web.scripted import alert

SAID = "我的电话是13800138000"


@pytest.fixture
async def people(house: House) -> AsyncIterator[People]:
    """Two compliance officers, one of QA, one supervisor; each signed in."""
    roles = {"chen": "compliance", "zhao": "compliance", "qian": "qa", "sun": "supervisor"}
    async with signed_in(house, roles) as clients:
        call = CallStarted(call="c1", team="south", agent="8012")
        words = Utterance(call="c1", channel=Role.AGENT, start=0.0, end=1.0, text=SAID)
        ended = CallEnded(call="c1", at=2.0)
        await house.state.desk.publish(call, [call, words, alert("c1", 1), ended])
        yield clients


async def new_hold(client: httpx2.AsyncClient) -> int:
    body = {"team": "south", "call": "c1", "reason": "投诉 17", "review_wall": time.time() + 900}
    answer = await client.post("/api/holds", json=body)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["number"])


async def test_a_hold_is_released_by_two(people: People) -> None:
    chen, zhao = people["chen"], people["zhao"]
    number = await new_hold(chen)
    assert (await chen.get("/api/holds")).json()["holds"][0]["review_due"] is False
    assert await code(await chen.delete(f"/api/holds/{number}")) == (403, "second_person")
    asked = {"action": "holds.release", "about": f"hold {number}", "reason": "已结案"}
    request = (await chen.post("/api/approvals", json=asked)).json()["number"]
    own = await chen.post(f"/api/approvals/{request}", json={"agree": True})
    assert await code(own) == (403, "own_request")
    other = await people["qian"].post(f"/api/approvals/{request}", json={"agree": True})
    assert await code(other) == (403, "wrong_role")
    assert (await zhao.post(f"/api/approvals/{request}", json={"agree": True})).status_code == 200
    twice = await zhao.post(f"/api/approvals/{request}", json={"agree": False})
    assert await code(twice) == (403, "decided")
    assert await code(await zhao.delete(f"/api/holds/{number}")) == (403, "second_person")
    assert (await chen.delete(f"/api/holds/{number}")).status_code == 204
    assert (await chen.get("/api/holds")).json()["holds"] == []
    again = await new_hold(chen)
    assert await code(await chen.delete(f"/api/holds/{again}")) == (403, "second_person")


async def test_no_is_no(people: People) -> None:
    chen, zhao = people["chen"], people["zhao"]
    number = await new_hold(chen)
    asked = {"action": "holds.release", "about": f"hold {number}", "reason": "已结案"}
    request = (await chen.post("/api/approvals", json=asked)).json()["number"]
    await zhao.post(f"/api/approvals/{request}", json={"agree": False})
    assert await code(await chen.delete(f"/api/holds/{number}")) == (403, "second_person")


async def test_tokens_neither_ask_nor_decide(house: House) -> None:
    headers = {"Authorization": f"Bearer {house.token('compliance')}"}
    asked = {"action": "holds.release", "about": "hold 1", "reason": "已结案"}
    async with httpx2.AsyncClient(base_url=house.url, headers=headers) as client:
        assert await code(await client.post("/api/approvals", json=asked)) == (403, "sign_in")


async def test_policies_are_shown_added_and_retired(people: People) -> None:
    chen = people["chen"]
    shown = (await chen.get("/api/retention")).json()
    assert {row["basis"] for row in shown["policies"]} >= {"house_policy", "regulation"}
    new = {"industry": "loan", "artefact": "recording", "keep_days": 400, "basis": "standard"}
    new |= {"source": "行业标准"}
    number = (await chen.post("/api/retention", json=new)).json()["number"]
    bad = await chen.post("/api/retention", json=new | {"delete_days": 10})
    assert await code(bad) == (400, "bad_policy")
    assert await code(await chen.delete(f"/api/retention/{number}")) == (403, "second_person")
    assert (await chen.post("/api/retention/run", json={})).json() == {"deleted": 0}
    assert (await people["sun"].get("/api/retention")).status_code == 403


async def test_a_person_gets_a_copy_or_is_closed(people: People) -> None:
    chen, sun = people["chen"], people["sun"]
    body = {"team": "south", "calls": ["c1"], "reason": "本人申请"}
    copy = (await chen.post("/api/persons", json=body | {"want": "copy"})).json()["calls"][0]
    assert copy["as_said"][0]["text"] == SAID
    assert SAID not in str(copy["events"])
    assert (await sun.get("/api/calls/c1/events")).status_code == 200
    assert (await chen.post("/api/persons", json=body | {"want": "close"})).status_code == 200
    assert (await sun.get("/api/calls/c1/events")).status_code == 404
    assert (await sun.get("/api/calls")).json()["calls"] == []
    assert (await sun.get("/api/alerts")).json()["alerts"] == []
    assert (await chen.get("/api/calls/c1/events")).status_code == 200
    assert (await chen.post("/api/persons", json=body | {"want": "open"})).status_code == 200
    assert (await sun.get("/api/calls/c1/events")).status_code == 200
    missing = await chen.post("/api/persons", json=body | {"want": "copy", "calls": ["c9"]})
    assert await code(missing) == (404, "no_call")


async def shown(house: House, client: httpx2.AsyncClient) -> dict[str, int]:
    """How many alerts each way to see them shows, and whether the sound is there."""
    wall = (await client.get("/api/wall?team=south")).json()
    agent = (await client.get("/api/agents/8012/alerts?team=south")).json()
    cookie = {"Cookie": f"monitor_session={client.cookies['monitor_session']}"}
    async with house.socket("/ws/alerts", additional_headers=cookie, origin=house.url) as feed:
        await say(feed, type="hello", team="south", last={"seq": 0})
        heard = [await hear(feed) for _ in range(3)]
    return {
        "wall": len(wall["entries"]) + wall["left_off"],
        "agent": len(agent["alerts"]),
        "feed": ["c1-1", "c2-1"].index(heard[-1]["id"]),
    }


async def test_a_closed_call_is_gone_from_walls_and_feeds(house: House, people: People) -> None:
    chen, sun = people["chen"], people["sun"]
    call = CallStarted(call="c2", team="south", agent="8012")
    await house.state.desk.publish(call, [call, alert("c2", 1)])
    body = {"team": "south", "calls": ["c1"], "reason": "本人申请"}
    whole = {"wall": 2, "agent": 2, "feed": 0}
    assert await shown(house, sun) == whole
    assert (await chen.post("/api/persons", json=body | {"want": "close"})).status_code == 200
    assert await shown(house, sun) == {"wall": 1, "agent": 1, "feed": 1}
    assert await shown(house, chen) == whole
    assert (await chen.post("/api/persons", json=body | {"want": "open"})).status_code == 200
    assert await shown(house, sun) == whole


async def test_a_recording_goes_when_its_time_is_over(house: House, people: People) -> None:
    async with house.source(house.token("ingest", "south"), "c2") as source:
        await source.send(chunk(1, samples=8000))
        await source.send("END")
        assert (await hear(source))["type"] == "ended"
    chen = people["chen"]
    grant = (await chen.post("/api/calls/c2/grants")).json()["grant"]
    sound = f"/api/calls/c2/audio?grant={grant}"
    assert (await chen.get(sound)).status_code == 200
    long_ago = time.time() - 200 * DAY_S
    await house.state.store.write(lambda on: on.execute(update(calls).values(ended_wall=long_ago)))
    await new_hold(chen)
    # c1 is held and was never recorded; c2 loses its sound and keeps its record
    assert (await chen.post("/api/retention/run", json={})).json() == {"deleted": 1}
    assert (await chen.get(sound)).status_code == 404
    assert (await chen.get("/api/calls/c2/events")).status_code == 200
    (gone,) = (await chen.get("/api/retention")).json()["deletions"]
    said = json.loads(gone["certificate"])["certificate"]
    assert (said["call"], said["artefact"], said["gone"][0]["what"]) == (
        "c2",
        "recording",
        "recording",
    )
