"""What belongs to every team shows each its own part: rules, holds, requests, deletions."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import msgspec
import pytest

from monitor.events import CallEnded, CallStarted
from monitor.store import desk_records, keeping, proposals
from monitor.store.keeping import Ended
from monitor.store.proposals import Proposal
from tests.web.conftest import House
from tests.web.people import People, code, signed_in
from tests.web.scripted import alert

QUOTE = "百分百保本"
ROLES = {
    "qian": "qa@south",
    "sun": "qa@north",
    "li": "qa@north+south",
    "chen": "compliance@south",
    "zhao": "compliance",
    "song": "auditor",
}


@pytest.fixture
async def people(house: House) -> AsyncIterator[People]:
    """A call with an alert in team north; nothing in team south."""
    async with signed_in(house, ROLES) as clients:
        call = CallStarted(call="n1", team="north", agent="7003", industry="wealth")
        ended = CallEnded(call="n1", at=2.0)
        await house.state.desk.publish(call, [call, alert("n1", 1, quote=QUOTE), ended])
        yield clients


async def get(client: httpx2.AsyncClient, path: str) -> Any:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_rules_count_the_own_teams_alerts(people: People) -> None:
    found = {name: (await get(people[name], "/api/rules"))["alerts"] for name in ROLES}
    assert found["qian"] == found["chen"] == {}
    assert found["sun"] == found["zhao"] == found["song"] != {}


async def test_a_dry_run_is_for_those_who_may_see_its_calls(house: House, people: People) -> None:
    row = Proposal(
        pack="wealth", base_sha256="", text="x", note="", state="rejected", by="user:sun", at_wall=1
    )
    quoted = {"call": 5, "change": "new", "before": None, "after": {"quote": QUOTE}}
    found = {"calls": 1, "counts": {"new": 1}, "rules": {}, "examples": [quoted]}

    async def shown(name: str, teams: list[str] | None) -> Any:
        text = msgspec.json.encode(found | {"teams": teams}).decode()
        await house.state.store.write(lambda on: proposals.tried(on, number, text))
        return (await get(people[name], f"/api/rules/proposals/{number}"))["dry_run"]

    number = await house.state.store.write(lambda on: proposals.add(on, row))
    for teams in (["north"], None, ["north", "south"]):
        assert await shown("qian", teams) is None
        assert (await shown("zhao", teams))["examples"] == [quoted]
        # an auditor sees how often, and not what was said
        assert await shown("song", teams) == found | {"examples": []}
    assert (await shown("sun", ["north"]))["examples"] == [quoted]
    assert await shown("sun", None) is None
    entries = (await get(people["song"], "/api/audit?limit=1000"))["entries"]
    path = f"/api/rules/proposals/{number}"
    read = {each["actor"] for each in entries if each["about"] == path}
    assert read == {"user:zhao", "user:sun"}


async def test_requests_of_another_team_are_nobodys_business(people: People) -> None:
    asked = {"action": "calls.export", "about": "format=csv", "reason": "月度抽查"}
    made = await people["sun"].post("/api/approvals", json=asked)
    number = made.json()["number"]
    listed = {
        name: [one["number"] for one in (await get(people[name], "/api/approvals"))["approvals"]]
        for name in ROLES
    }
    assert {name for name, seen in listed.items() if seen == [number]} == {
        "sun",
        "li",
        "zhao",
        "song",
    }
    assert listed["qian"] == listed["chen"] == []
    path = f"/api/approvals/{number}"
    for name in ("qian", "chen"):
        assert await code(await people[name].post(path, json={"agree": True})) == (
            403,
            "no_approval",
        )
    assert (await people["zhao"].post(path, json={"agree": True})).status_code == 200


async def test_holds_and_deletions_of_another_team_are_not_shown(
    house: House, people: People
) -> None:
    chen, zhao = people["chen"], people["zhao"]
    hold = {"team": "north", "reason": "投诉 17", "review_wall": time.time() + 900}
    assert await code(await chen.post("/api/holds", json=hold)) == (403, "wrong_team")
    number = (await zhao.post("/api/holds", json=hold)).json()["number"]
    assert (await get(chen, "/api/holds"))["holds"] == []
    assert [one["team"] for one in (await get(zhao, "/api/holds"))["holds"]] == ["north"]
    assert await code(await chen.delete(f"/api/holds/{number}")) == (404, "no_hold")
    gone = Ended(number=7, team="east", call="e1", industry="loan", ended_wall=1.0)
    await house.state.store.write(lambda on: keeping.begin(on, gone, "recording", "due", 2.0))
    assert (await get(chen, "/api/retention"))["deletions"] == []
    assert len((await get(zhao, "/api/retention"))["deletions"]) == 1
    # what tells of every team, or changes it for every team, is for who has every team
    assert await code(await chen.get("/api/audit")) == (403, "wrong_team")
    assert await code(await chen.post("/api/retention/run", json={})) == (403, "wrong_team")


async def test_exports_of_others_do_not_push_out_ones_own(house: House, people: People) -> None:
    def export(by: str) -> desk_records.Export:
        return desk_records.Export(
            by=by, role="qa", at_wall=1.0, format="csv", rows=1, filters="{}", sha256=""
        )

    await house.state.store.write(lambda on: desk_records.add_export(on, export("user:qian")))
    for _ in range(101):
        await house.state.store.write(lambda on: desk_records.add_export(on, export("user:sun")))
    assert len((await get(people["qian"], "/api/qa/exports"))["exports"]) == 1


async def test_a_sample_of_several_teams_is_shown_to_none_of_them(
    house: House, people: People
) -> None:
    plan = {"name": "抽查", "plan": "random", "size": 1, "keep": True}
    assert "sample" in (await people["li"].post("/api/qa/samples", json=plan)).json()
    for name, seen in (("li", 1), ("sun", 0), ("qian", 0), ("zhao", 1)):
        assert len((await get(people[name], "/api/qa/samples"))["samples"]) == seen


async def test_the_key_of_an_act_is_its_senders_own(house: House, people: People) -> None:
    call = CallStarted(call="s1", team="south", agent="8012")
    await house.state.desk.publish(call, [call, alert("s1", 1)])
    for name, id_ in (("sun", "n1-1"), ("qian", "s1-1")):
        (listed,) = (await get(people[name], "/api/qa/calls"))["calls"]
        act = {"type": "verdict", "call": listed["number"], "alert": id_, "verdict": "upheld"}
        body = {"act": act | {"key": "the same key"}}
        first, again = [await people[name].post("/api/reviews", json=body) for _ in range(2)]
        assert first.json()["standing"]["verdicts"] == {id_: "upheld"}
        assert again.json() == first.json()


async def test_events_are_counted_within_their_call(house: House, people: People) -> None:
    call = CallStarted(call="s1", team="south", agent="8012")
    for number in range(1, 4):
        await house.state.desk.publish(call, [alert("s1", number)])
    path, after, seen = "/api/calls/s1/events?limit=1", 0, []
    while after is not None:
        page = await get(people["qian"], f"{path}&after={after}")
        seen += [one["id"] for one in page["events"]]
        assert page["next"] in (None, after + 1)
        after = page["next"]
    assert seen == ["s1-1", "s1-2", "s1-3"]
