from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from monitor.events import CallEnded, CallStarted
from tests.web.conftest import House, hear, say
from tests.web.scripted import alert

CALL = CallStarted(call="c1", team="south", agent="8012")


@pytest.fixture
async def client(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    await house.state.desk.publish(CALL, [CALL, alert("c1", 1)])
    headers = {"Authorization": f"Bearer {house.token('supervisor', 'south')}"}
    async with httpx2.AsyncClient(base_url=house.url, headers=headers) as client:
        yield client


async def act(client: httpx2.AsyncClient, action: str, key: str = "1", **more: Any) -> Any:
    body = {"action": action, "key": key * 8, **more}
    return await client.post("/api/alerts/c1-1/actions", json=body)


async def test_an_action_reaches_everybody_and_is_resumed(
    house: House, client: httpx2.AsyncClient
) -> None:
    token = house.token("supervisor", "south")
    async with house.socket("/ws/alerts") as feed:
        await say(feed, type="hello", token=token, topics=["actions"])
        assert (await hear(feed))["action"] == 0
        await hear(feed)
        assert (await act(client, "acknowledge")).status_code == 200
        told = await hear(feed)
        assert (told["type"], told["alert"], told["seq"]) == ("action", "c1-1", 1)
        assert told["standing"]["status"] == "acknowledged"
    await act(client, "undo", "2")
    async with house.socket("/ws/alerts") as feed:
        await say(feed, type="hello", token=token, topics=["actions"], last_action=1)
        assert (await hear(feed))["action"] == 2
        await hear(feed)
        assert (await hear(feed))["undoes"] == 1


async def test_a_subscriber_that_did_not_ask_hears_no_actions(
    house: House, client: httpx2.AsyncClient
) -> None:
    async with house.feed(house.token("supervisor", "south")) as feed:
        await hear(feed)
        await hear(feed)
        await act(client, "acknowledge")
        await house.state.desk.publish(CALL, [alert("c1", 2)])
        assert (await hear(feed))["type"] == "alert"


async def test_a_prompt_goes_to_the_agents_screen_and_back(
    house: House, client: httpx2.AsyncClient
) -> None:
    async with house.socket("/ws/agents/8012") as screen:
        await say(screen, type="hello", token=house.token("agent", "south", "8012"))
        await hear(screen)
        await hear(screen)
        assert (await act(client, "prompt", text="请停一下")).status_code == 200
        shown = await hear(screen)
        assert (shown["text"], shown["state"], shown["reason"]) == (
            "请停一下",
            "shown",
            "supervisor",
        )
        await act(client, "undo", "2")
        assert (await hear(screen))["state"] == "cleared"
        await client.post("/api/calls/c1/prompts", json={"text": "请说明来电目的"})
        assert (await hear(screen))["text"] == "请说明来电目的"
    await house.state.desk.publish(CALL, [CallEnded(call="c1", at=9.0)])
    late = await act(client, "prompt", "3", text="晚了")
    assert (late.status_code, late.json()["error"]["code"]) == (409, "call_over")
    gone = await client.post("/api/calls/c1/prompts", json={"text": "晚了"})
    assert gone.status_code == 404


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"action": "false_alarm", "key": "k" * 8}, 409, "no_reason"),
        ({"action": "undo", "key": "k" * 8}, 409, "nothing_to_undo"),
        ({"action": "delete", "key": "k" * 8}, 400, "bad_field"),
        ({"action": "acknowledge", "key": "short"}, 400, "bad_field"),
        ({"action": "prompt", "key": "k" * 8, "text": "长" * 201}, 400, "bad_field"),
    ],
)
async def test_refused(
    client: httpx2.AsyncClient, body: dict[str, Any], status: int, code: str
) -> None:
    answer = await client.post("/api/alerts/c1-1/actions", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    unknown = await client.post(
        "/api/alerts/nothing/actions", json={"action": "undo", "key": "k" * 8}
    )
    assert unknown.status_code == 404


async def test_the_screen_begins_where_the_feed_goes_on(
    house: House, client: httpx2.AsyncClient
) -> None:
    await house.state.desk.publish(CALL, [alert("c1", 2, severity="high"), alert("c1", 3)])
    await house.state.desk.publish(CALL, [alert("c1", 3, state="withdrawn")])
    await act(client, "false_alarm", reason="misheard")
    view = (await client.get("/api/wall")).json()
    assert (view["seq"], view["action"], view["left_off"]) == (4, 1, 0)
    found = {each["alert"]["id"]: each for each in view["entries"]}
    assert found["c1-1"]["standing"]["reason"] == "misheard"
    assert [each["action"] for each in found["c1-1"]["actions"]] == ["false_alarm"]
    assert found["c1-2"]["standing"]["due"] == pytest.approx(found["c1-2"]["raised"] + 180)
    assert found["c1-3"]["alert"]["state"] == "withdrawn"
    assert found["c1-3"]["standing"]["due"] is None


async def test_the_agent_sees_own_alerts_and_says_what_was_no_help(house: House) -> None:
    await house.state.desk.publish(CALL, [CALL, alert("c1", 1)])
    own = {"Authorization": f"Bearer {house.token('agent', 'south', '8012')}"}
    async with httpx2.AsyncClient(base_url=house.url, headers=own) as client:
        found = (await client.get("/api/agents/8012/alerts")).json()["alerts"]
        assert [(each["alert"]["id"], each["status"]) for each in found] == [("c1-1", "new")]
        word = {"key": "k" * 8, "call": "c1", "reason": "missing_purpose", "text": "…"}
        for _ in range(2):
            assert (await client.post("/api/agents/8012/feedback", json=word)).status_code == 200
        assert (await client.get("/api/agents/9/alerts")).status_code == 403
