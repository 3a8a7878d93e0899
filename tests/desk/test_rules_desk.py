from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from monitor.clock import SystemClock
from monitor.store import proposals
from tests.desk.test_api import Client, client, get
from tests.desk.town import settle, told
from tests.web.conftest import House
from tests.web.people import code, signed_in


@pytest.fixture
async def officer(house: House) -> AsyncIterator[Client]:
    async with client(house, "qa") as made:
        yield made


async def test_every_rule_is_told_in_plain_data(officer: Client) -> None:
    packs = (await get(officer, "/api/rules"))["packs"]
    assert "base" in [pack["pack"] for pack in packs]
    for pack in packs:
        whole = await get(officer, f"/api/rules/{pack['pack']}")
        assert len(whole["items"]) == len(pack["rules"])
        assert [one["sha256"] for one in whole["versions"]] == [pack["sha256"]]
    assert (await officer.get("/api/rules/nothing")).status_code == 404


async def tried(made: Client, text: str, **more: Any) -> Any:
    answer = await made.post("/api/rules/try", json={"text": text, "industry": "wealth"} | more)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_try_box_says_what_hits_and_what_the_context_removed(officer: Client) -> None:
    told = await tried(officer, "坐席：这个产品百分百保本\n客户：真的吗\n坐席：这个产品不保本")
    first, _, last = told["turns"]
    caused = [one for one in first["caused"] if one["type"] == "alert"]
    assert [one["category"] for one in caused] == ["guaranteed_return"]
    assert caused[0]["title"]
    assert first["text"][first["hits"][0]["from"] : first["hits"][0]["to"]]
    assert [one for one in last["caused"] if one["type"] == "alert"] == []
    assert any("不" in one["reason"] for one in last["removed"])


async def test_a_recorded_transcript_can_be_pasted(officer: Client) -> None:
    line = (
        '{"type":"utterance","call":"x","channel":"agent",'
        '"start":1,"end":3,"text":"保证年化百分之八"}'
    )
    assert [turn["role"] for turn in (await tried(officer, line))["turns"]] == ["agent"]
    answer = await officer.post("/api/rules/try", json={"text": '{"type":"nothing"}'})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_transcript")


async def text_of_wealth(made: Client) -> str:
    text: str = (await get(made, "/api/rules/wealth"))["text"]
    return text


async def test_a_draft_with_a_fault_names_the_line(officer: Client) -> None:
    text = await text_of_wealth(officer)
    broken = text.replace("category: guaranteed_return", "category: nothing", 1)
    answer = await officer.post("/api/rules/check", json={"text": broken})
    found = answer.json()
    assert not found["ok"]
    assert found["problems"][0]["line"] > 1
    same = (await officer.post("/api/rules/check", json={"text": text})).json()
    assert [one["code"] for one in same["problems"] if one["level"] == "error"] == ["old_version"]


NEW_RULE = """
  - id: house-sure-win
    category: service_taboo
    title: 内部代号
    severity: high
    basis:
      - {cite: 内部话术规范, status: house_policy}
    advice: 投资有风险。
    match: [桌角二维牌]
    examples:
      violation: [请看桌角二维牌]
      fine: [理财有风险]
"""


def next_version(text: str) -> str:
    head, _, tail = text.partition("\nrules:\n")
    return head.replace("version: 1\n", "version: 2\n", 1) + "\nrules:\n" + NEW_RULE[1:] + tail


async def test_two_people_publish_what_was_tried_on_past_calls(house: House) -> None:
    async with signed_in(house, {"qian": "qa", "chen": "compliance"}) as people:
        await publish(house, people["qian"], people["chen"])


async def publish(house: House, officer: Client, second: Client) -> None:
    now = SystemClock().wall()
    stories = [story for story in told() if story[0].call == "w02-guaranteed"]
    await house.state.store.write(lambda on: settle(on, now=now, count=6, stories=stories))
    text = next_version(await text_of_wealth(officer))
    made = await officer.post("/api/rules/proposals", json={"text": text, "note": "补充话术"})
    assert made.status_code == 201, made.text
    path = f"/api/rules/proposals/{made.json()['number']}"
    shown = await get(officer, path)
    assert [(one["tag"], one["rule"]) for one in shown["changed"]["changes"]] == [
        ("+", "wealth/house-sure-win")
    ]
    early = await second.post(f"{path}/decision", json={"decision": "approve"})
    assert early.json()["error"]["code"] == "no_dry_run"
    run = await officer.post(f"{path}/dry-run", json={"calls": 6})
    assert run.status_code == 202
    async with asyncio.timeout(120):
        while (shown := await get(officer, path))["dry_run"] is None:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert shown["dry_run"]["calls"] > 0
    assert set(shown["dry_run"]["counts"]) <= {"same"}
    own = await officer.post(f"{path}/decision", json={"decision": "approve"})
    assert own.status_code in (403, 409)
    done = await second.post(f"{path}/decision", json={"decision": "approve", "note": "同意"})
    assert done.json() == {"state": "published"}
    again = await second.post(f"{path}/decision", json={"decision": "approve"})
    assert await code(again) == (409, "closed")
    kept = (await get(second, "/api/approvals"))["approvals"]
    assert [(one["asked_by"], one["decided_by"], one["about"]) for one in kept] == [
        ("user:qian", "user:chen", "proposal 1")
    ]
    packs = (await get(officer, "/api/rules"))["packs"]
    assert next(one for one in packs if one["pack"] == "wealth")["version"] == 2
    after = await tried(officer, "坐席：请看桌角二维牌")
    assert "house-sure-win" in str(after["turns"][0]["caused"])
    versions = (await get(officer, "/api/rules/wealth"))["versions"]
    assert sorted(one["version"] for one in versions) == [1, 2]
    both = {one["version"]: one["sha256"] for one in versions}
    changed = await get(officer, f"/api/rules/wealth/diff?from={both[1]}&to={both[2]}")
    assert [line["text"] for line in changed["lines"] if line["tag"] == "+"][0] == "version: 2"
    first = (await get(officer, "/api/qa/calls"))["calls"][-1]["number"]
    again = await officer.post(f"/api/qa/calls/{first}/rejudge", json={"text": both[1]})
    assert again.status_code == 200


async def tried_on_nothing(house: House, number: int) -> None:
    await house.state.store.write(lambda on: proposals.tried(on, number, "{}"))


async def test_nobody_approves_their_own(house: House) -> None:
    async with client(house, "compliance") as made:
        text = next_version(await text_of_wealth(made))
        number = (await made.post("/api/rules/proposals", json={"text": text})).json()["number"]
        path = f"/api/rules/proposals/{number}/decision"
        assert (await made.post(path, json={"decision": "approve"})).status_code == 409
        async with client(house, "compliance") as other:
            await tried_on_nothing(house, number)
            token = await other.post(path, json={"decision": "approve"})
            assert await code(token) == (403, "sign_in")
        done = await made.post(path, json={"decision": "withdraw"})
        assert done.json() == {"state": "withdrawn"}
