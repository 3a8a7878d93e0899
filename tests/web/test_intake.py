from __future__ import annotations

import asyncio

import pytest

from monitor.store import calls
from tests.web.conftest import HASTY, House, Opener, chunk, closed_with, hear, registration, say


async def recorded(house: House, call: str, team: str = "south") -> list[dict[str, object]]:
    """The call's events, once it has ended."""
    import json

    async with asyncio.timeout(10):
        while True:
            rows = await house.state.store.read(lambda on: calls.find(on, call, teams=[team]))
            if rows and rows[0].ended_wall is not None:
                break
            await asyncio.sleep(0.01)
    page = await house.state.store.read(lambda on: calls.exported(on, rows[0].number))
    return [json.loads(event.body) for event in page]


async def test_a_call_is_recorded_in_the_vocabulary(house: House) -> None:
    async with house.source(house.token("ingest", "south"), "c1") as source:
        await source.send(chunk(0))
        await source.send(chunk(3))
        await source.send("END")
        assert (await hear(source))["type"] == "ended"
    events = await recorded(house, "c1")
    kinds = [event["type"] for event in events]
    assert kinds == ["call.started", "coverage", "coverage", "utterance", "alert", "call.ended"]
    assert events[0]["team"] == "south"
    assert events[4]["seq"] == 1
    assert events[5]["reason"] == "hangup"


async def test_token_in_the_first_message(house: House) -> None:
    async with house.socket("/ingest/l16") as socket:
        await say(socket, type="hello", token=house.token("ingest", "south"))
        await say(socket, **registration("c1"))
        assert await hear(socket) == {"type": "accepted", "call": "c1"}


async def test_second_client_is_refused_and_the_first_goes_on(house: House) -> None:
    token = house.token("ingest", "south")
    headers = {"Authorization": f"Bearer {token}"}
    async with house.source(token, "c1") as first:
        async with house.socket("/ingest/l16", additional_headers=headers) as second:
            await say(second, **registration("c1"))
            assert await closed_with(second) == (4409, "call_taken")
        await first.send(chunk(1))
        await first.send("END")
        assert (await hear(first))["type"] == "ended"
    events = await recorded(house, "c1")
    assert [event["type"] for event in events].count("call.started") == 1
    assert "alert" in [event["type"] for event in events]


async def test_same_id_in_another_team_is_another_call(house: House) -> None:
    async with (
        house.source(house.token("ingest", "south"), "c1"),
        house.source(house.token("ingest", "north"), "c1") as other,
    ):
        await other.send("END")
        assert (await hear(other))["type"] == "ended"


async def test_vanished_client_ends_the_call(house: House) -> None:
    async with house.source(house.token("ingest", "south"), "c1") as source:
        await source.send(chunk(5))
        await asyncio.sleep(0)
        source.transport.abort()
    events = await recorded(house, "c1")
    assert events[-1]["reason"] == "source_lost"


async def test_same_call_may_come_back(house: House) -> None:
    token = house.token("ingest", "south")
    async with house.source(token, "c1") as source:
        source.transport.abort()
    await recorded(house, "c1")
    async with house.source(token, "c1") as source:
        await source.send("END")
        await hear(source)
    events = await recorded(house, "c1")
    kinds = [event["type"] for event in events if event["type"] != "coverage"]
    assert kinds == ["call.started", "call.ended", "call.started", "call.ended"]
    # media time goes on, and what was not heard in between is said
    again = [event for event in events if event["type"] == "call.started"][1]
    assert again["resumed"]
    assert again["at"] == 1.0
    gaps = [event for event in events if event["type"] == "coverage"]
    assert [(gap["state"], gap["start"], gap["end"]) for gap in gaps] == [("gap", 0.0, 1.0)]


@pytest.mark.parametrize(
    ("messages", "expected", "reason"),
    [
        (["nonsense"], (4400, "bad_json"), "protocol_error"),
        (['{"type":"gap","samples":"x"}'], (4400, None), "protocol_error"),
        (['{"type":"end","raeson":"x"}'], (4400, "unknown_field"), "protocol_error"),
        ([b"\0" * 140_000], (1009, None), "source_lost"),
        ([[b"\0" * 50_000] * 4], (1009, None), "source_lost"),
    ],
)
async def test_bad_message_ends_the_call_and_keeps_what_was_heard(
    house: House,
    messages: list[str | bytes | list[bytes]],
    expected: tuple[int, str | None],
    reason: str,
) -> None:
    async with house.source(house.token("ingest", "south"), "c1") as source:
        await source.send(chunk(1))
        for message in messages:
            await source.send(message)
        code, error = await closed_with(source)
        assert code == expected[0]
        assert expected[1] in (None, error)
    events = await recorded(house, "c1")
    assert [event["id"] for event in events if event["type"] == "alert"] == ["c1-1"]
    assert events[-1]["reason"] == reason


async def test_other_roles_bring_no_calls(house: House) -> None:
    for role in ("supervisor", "qa", "admin"):
        async with house.socket("/ingest/l16") as socket:
            await say(socket, type="hello", token=house.token(role, "south"))
            await say(socket, **registration("c1"))
            assert await closed_with(socket) == (4403, "wrong_role")


async def test_without_a_good_token(house: House) -> None:
    for first, expected in (
        (registration("c1"), (4401, "no_token")),
        ({"type": "hello", "token": "cm_1_2"}, (4401, "unknown_token")),
    ):
        async with house.socket("/ingest/l16") as socket:
            await say(socket, **first)
            assert await closed_with(socket) == expected


@pytest.mark.parametrize("path", ["/ingest/l16", "/ws/alerts"])
async def test_without_a_word(open_house: Opener, path: str) -> None:
    house = await open_house(server=HASTY)
    async with house.socket(path) as socket:
        assert await closed_with(socket) == (4408, "hello_late")


async def test_call_of_another_team_is_refused(house: House) -> None:
    headers = {"Authorization": f"Bearer {house.token('ingest', 'south')}"}
    async with house.socket("/ingest/l16", additional_headers=headers) as socket:
        await say(socket, **registration("c1", team="north"))
        assert await closed_with(socket) == (4403, "wrong_team")
    assert await house.state.store.read(lambda on: calls.listed(on, teams=None, limit=9)) == []


async def test_full_house_says_so(house: House) -> None:
    house.host.full = True
    headers = {"Authorization": f"Bearer {house.token('ingest', 'south')}"}
    async with house.socket("/ingest/l16", additional_headers=headers) as socket:
        await say(socket, **registration("c1"))
        assert await closed_with(socket) == (1013, "too_many_calls")
    assert len(house.state.claims) == 0


async def test_pause_and_gap_reach_the_host(house: House) -> None:
    async with house.source(house.token("ingest", "south"), "c1") as source:
        await source.send(chunk(0))
        await say(source, type="gap", samples=80)
        await say(source, type="pause")
        await source.send(chunk(0))
        await say(source, type="resume")
        await source.send("END")
        while (await hear(source))["type"] != "ended":
            pass
    assert house.host.calls["c1"].facts == ["gap 160 80", "pause 240", "resume 400 160"]


async def test_stopping_asks_sources_to_reconnect(house: House) -> None:
    async with house.feed(house.token("supervisor", "south")) as feed:
        await hear(feed)
        await hear(feed)
        async with house.source(house.token("ingest", "south"), "c1") as source:
            await source.send(chunk(2))
            assert (await hear(feed))["id"] == "c1-2"
            house.state.stopping.set()
            assert (await hear(source))["type"] == "reconnect"
            assert await closed_with(source) == (1012, "server_stopping")
        assert await closed_with(feed) == (1012, "")
    assert house.host.calls["c1"].heard == 160
