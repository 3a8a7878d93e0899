from __future__ import annotations

import csv
import io
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import msgspec
import pytest

from monitor.clock import SystemClock
from tests.desk.town import settle
from tests.web.conftest import CHEAP, House, Opener
from tests.web.people import agreed, code, signed_in

pytest_plugins: list[str] = []
Client = httpx2.AsyncClient


@pytest.fixture
async def town(open_house: Opener) -> House:
    house = await open_house()
    now = SystemClock().wall()
    await house.state.store.write(lambda on: settle(on, now=now, count=30))
    return house


@pytest.fixture
async def qa(town: House) -> AsyncIterator[Client]:
    async with client(town, "qa") as made:
        yield made


def client(house: House, role: str, **holder: str) -> Client:
    headers = {"Authorization": f"Bearer {house.token(role, **holder)}"}
    return httpx2.AsyncClient(base_url=house.url, headers=headers, timeout=30)


async def get(made: Client, path: str) -> Any:
    answer = await made.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def act(made: Client, status: int = 200, **fields: Any) -> Any:
    answer = await made.post("/api/reviews", json={"act": fields})
    assert answer.status_code == status, answer.text
    return answer.json()


async def with_alert(made: Client, query: str = "") -> tuple[dict[str, Any], dict[str, Any]]:
    """A call that has an alert, and the alert."""
    listed = await get(made, f"/api/qa/calls?limit=100{query}")
    call = next(one for one in listed["calls"] if one["alerts"])
    whole = await get(made, f"/api/qa/calls/{call['number']}")
    return whole, whole["alerts"][0]


async def test_calls_are_found_by_what_was_found_in_them(qa: Client) -> None:
    listed = await get(qa, "/api/qa/calls?severity=critical")
    assert listed["calls"]
    assert listed["total"] == len(listed["calls"])
    assert all(one["severities"].get("critical") for one in listed["calls"])
    category = listed["calls"][0]["alerts"][0]["category"]
    again = await get(qa, f"/api/qa/calls?category={category}")
    assert listed["calls"][0]["number"] in [one["number"] for one in again["calls"]]
    assert (await get(qa, "/api/qa/calls?words=%25"))["calls"] == []
    south = await get(qa, "/api/qa/calls?team=south")
    assert {one["team"] for one in south["calls"]} == {"south"}


async def test_pages_of_calls_have_no_hole(qa: Client) -> None:
    seen: list[int] = []
    before = ""
    while True:
        page = await get(qa, f"/api/qa/calls?limit=7{before}")
        seen += [one["number"] for one in page["calls"]]
        if not page["more"]:
            break
        before = f"&before={seen[-1]}"
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == 30


async def test_a_call_is_told_whole_and_masked(qa: Client) -> None:
    whole, alert = await with_alert(qa)
    assert whole["utterances"]
    assert whole["about"]["meta"] == {"customer": "138********"}
    assert alert["quote"] is not None
    assert whole["standing"]["state"] == "new"
    assert whole["card"]["suggested"]["listening"] == 15


async def test_verdicts_feed_the_precision_of_their_rule(qa: Client) -> None:
    whole, alert = await with_alert(qa)
    number = whole["call"]["number"]
    given = {"call": number, "alert": alert["id"]}

    async def record() -> tuple[int, int]:
        rules = await get(qa, "/api/rules")
        found = rules["precision"][alert["rule"]]
        return found["upheld"], found["false_alarms"]

    told = await act(qa, type="verdict", verdict="upheld", key="key-00001", **given)
    assert told["standing"]["verdicts"] == {alert["id"]: "upheld"}
    upheld, false_alarms = await record()
    await act(qa, type="verdict", verdict="false_alarm", key="key-00002", **given)
    await act(qa, type="verdict", verdict="false_alarm", key="key-00002", **given)
    assert await record() == (upheld - 1, false_alarms + 1)
    history = (await get(qa, f"/api/qa/calls/{number}"))["history"]
    assert [one["verdict"] for one in history] == ["upheld", "false_alarm"]
    numbers = await get(qa, "/api/overview")
    assert 0 < numbers["totals"]["precision"] < 1
    assert numbers["totals"]["ack_median_s"] > 0


async def test_a_miss_counts_against_the_rule_that_should_have_found_it(qa: Client) -> None:
    whole, alert = await with_alert(qa)
    fields = {"call": whole["call"]["number"], "start": 1.0, "end": 2.0, "key": "key-00003"}
    await act(
        qa, type="miss", category="guaranteed_return", rule=alert["rule"], quote="稳赚", **fields
    )
    rules = await get(qa, "/api/rules")
    assert rules["precision"][alert["rule"]]["misses"] == 1
    fields["key"] = "key-00004"
    await act(qa, 400, type="miss", category="nothing", **fields)


async def test_score_card_finishes_a_review(qa: Client) -> None:
    whole, _ = await with_alert(qa)
    number, points = whole["call"]["number"], whole["card"]["suggested"]
    await act(qa, 400, type="score", call=number, points={"opening": 20}, key="key-00005")
    told = await act(qa, type="score", call=number, points=points, key="key-00006")
    assert told["standing"]["state"] == "reviewed"
    assert told["standing"]["score"]["total"] == sum(points.values())
    done = await get(qa, "/api/qa/calls?state=reviewed")
    assert [one["number"] for one in done["calls"]] == [number]
    told = await act(qa, type="reopen", call=number, key="key-00007")
    assert told["standing"]["state"] == "new"


async def test_an_appeal_is_decided_by_somebody_else(town: House, qa: Client) -> None:
    whole, alert = await with_alert(qa)
    call = whole["call"]
    about = {"call": call["number"], "alert": alert["id"]}
    await act(qa, type="verdict", verdict="upheld", key="key-00010", **about)
    path = f"/api/alerts/{alert['id']}/appeal"
    async with client(town, "agent", team=call["team"], agent="9999") as stranger:
        assert (await stranger.get(path)).status_code == 404
    async with client(town, "agent", team=call["team"], agent=call["agent"]) as agent:
        assert (await get(agent, path)) == {"appeal": None}
        sent = await agent.post(path, json={"text": "我说的是不保本", "key": "key-00011"})
        assert sent.json()["appeal"]["decision"] is None
        sent = await agent.post(path, json={"text": "再说一次", "key": "key-00012"})
        assert sent.json()["error"]["code"] == "appealed_before"
        state = (await get(qa, f"/api/qa/calls/{call['number']}"))["standing"]["state"]
        assert state == "appealed"
        decision = {"type": "decision", "decision": "granted", "note": "原话是否定句", **about}
        refused = await act(qa, 409, key="key-00013", **decision)
        assert refused["error"]["code"] == "same_person"
        async with client(town, "qa") as other:
            told = await act(other, key="key-00014", **decision)
        assert told["standing"]["verdicts"] == {alert["id"]: "false_alarm"}
        appeal = (await get(agent, path))["appeal"]
        assert (appeal["decision"], appeal["note"]) == ("granted", "原话是否定句")


async def test_a_sample_is_drawn_again_from_its_seed(qa: Client) -> None:
    plan = {"name": "每日抽检", "plan": "risk", "size": 5, "seed": "s1"}
    first = (await qa.post("/api/qa/samples", json=plan)).json()
    second = (await qa.post("/api/qa/samples", json=plan)).json()
    assert first["drawn"] == second["drawn"]
    kept = (
        await qa.post("/api/qa/samples", json=plan | {"keep": True, "to": ["王敏", "李强"]})
    ).json()
    mine = await get(qa, f"/api/qa/calls?sample={kept['sample']}")
    assert sorted(one["assignee"] for one in mine["calls"]) == ["李强"] * 2 + ["王敏"] * 3
    samples = (await get(qa, "/api/qa/samples"))["samples"]
    assert (samples[0]["size"], samples[0]["population"], samples[0]["reviewed"]) == (5, 30, 0)


async def test_rejudging_shows_both_judgements(qa: Client) -> None:
    listed = await get(qa, "/api/qa/calls?category=guaranteed_return")
    answer = await qa.post(f"/api/qa/calls/{listed['calls'][0]['number']}/rejudge", json={})
    found = answer.json()
    sides = [(one["before"] is not None, one["after"] is not None) for one in found["differences"]]
    assert (True, True) in sides
    assert sum(found["counts"].values()) == len(sides)


async def test_exports_are_masked_and_on_record(qa: Client) -> None:
    answer = await qa.get("/api/qa/export?format=csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][5] == "类别"
    assert len(rows) > 5
    # a time is no number of a person
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", row[4]) for row in rows[1:])
    book = await qa.get("/api/qa/export?format=xlsx&lang=en")
    assert book.content[:2] == b"PK"
    kept = (await get(qa, "/api/qa/exports"))["exports"]
    assert [(one["format"], one["rows"]) for one in kept] == [
        ("xlsx", 30),
        ("csv", len(rows) - 1),
    ]


async def test_a_bulk_export_needs_a_second_person(open_house: Opener) -> None:
    house = await open_house(access=msgspec.structs.replace(CHEAP, bulk_rows=9))
    now = SystemClock().wall()
    await house.state.store.write(lambda on: settle(on, now=now, count=10))
    roles = {"chen": "compliance", "qian": "qa"}
    async with signed_in(house, roles) as people, client(house, "qa") as token:
        qian, query = people["qian"], "/api/qa/export?lang=zh&format=xlsx"
        refused = (await qian.get(query)).json()["error"]
        assert (refused["code"], refused["action"], refused["about"]) == (
            "second_person",
            "calls.export",
            "format=xlsx&lang=zh",
        )
        await agreed(qian, people["chen"], refused)
        # only this query, only who asked, only once
        assert await code(await qian.get(query + "&opening=")) == (403, "second_person")
        assert await code(await people["chen"].get(query)) == (403, "second_person")
        assert (await qian.get(query)).content[:2] == b"PK"
        assert await code(await qian.get(query)) == (403, "second_person")
        assert await code(await token.get(query)) == (403, "sign_in")
        assert len((await get(qian, "/api/qa/exports"))["exports"]) == 1


async def test_small_exports_add_up_to_a_bulk_one(open_house: Opener) -> None:
    house = await open_house(access=msgspec.structs.replace(CHEAP, bulk_rows=9))
    now = SystemClock().wall()
    await house.state.store.write(lambda on: settle(on, now=now, count=5))
    async with client(house, "qa") as made:
        query = "/api/qa/export?format=xlsx"
        assert (await made.get(query)).status_code == 200
        assert await code(await made.get(query)) == (403, "sign_in")


async def test_roles_see_what_is_theirs(town: House) -> None:
    async with client(town, "supervisor", team="north") as made:
        listed = await get(made, "/api/qa/calls")
        assert {one["team"] for one in listed["calls"]} == {"north"}
        assert (await made.get("/api/qa/calls?team=south")).status_code == 403
        assert (await made.get("/api/qa/export")).status_code == 403
        assert (await get(made, "/api/overview"))["all_teams"] == ["north"]
    async with client(town, "ingest", team="north") as made:
        for path in ("/api/qa/calls", "/api/rules", "/api/overview", "/api/qa/samples"):
            assert (await made.get(path)).status_code == 403


async def test_overview_adds_up(qa: Client) -> None:
    numbers = await get(qa, "/api/overview")
    totals = numbers["totals"]
    assert totals["calls"] == 30
    assert sum(day["calls"] for day in numbers["days"]) == 30
    assert sum(hour["alerts"] for hour in numbers["hours"]) == totals["alerts"]
    assert sum(row["alerts"] for row in numbers["categories"]) == totals["alerts"]
    assert sum(row["totals"]["alerts"] for row in numbers["agents"]) == totals["alerts"]
    assert totals["coverage"] is not None
    assert (await qa.get("/api/overview?since=5&until=3")).status_code == 400
