from __future__ import annotations

import asyncio

import pytest
from websockets.exceptions import InvalidStatus

from monitor.events import CallStarted
from monitor.settings import Alerts
from tests.web.conftest import House, Opener, chunk, closed_with, hear, say
from tests.web.scripted import alert

CALL = CallStarted(call="c1", team="south", agent="8012")


async def test_alert_of_a_call_reaches_its_team(house: House) -> None:
    south, ingest = house.token("supervisor", "south"), house.token("ingest", "south")
    async with house.feed(south) as feed:
        welcome = await hear(feed)
        assert welcome["type"] == "welcome"
        assert welcome["seq"] == 0
        assert await hear(feed) == {"type": "resumed", "from": 0}
        async with house.source(ingest, "c1") as source:
            await source.send(chunk(7))
            got = await hear(feed)
            assert (got["id"], got["seq"], got["team"]) == ("c1-7", 1, "south")
            assert (got["agent"], got["epoch"]) == ("8012", welcome["epoch"])
            await say(feed, type="ack", seq=1)
            await say(source, type="end", reason="hangup")
            assert await hear(source) == {
                "type": "ended",
                "call": "c1",
                "received_s": 0.02,
                "unrecorded_s": 0.0,
            }


async def test_other_team_gets_nothing(house: House) -> None:
    async with house.feed(house.token("supervisor", "north")) as north:
        await hear(north)
        await hear(north)
        await house.state.desk.publish(CALL, [CALL, alert("c1", 1)])
        mine = CallStarted(call="c2", team="north")
        await house.state.desk.publish(mine, [mine, alert("c2", 2)])
        assert (await hear(north))["id"] == "c2-2"


async def test_resumes_after_the_last_seen(house: House) -> None:
    await house.state.desk.publish(CALL, [CALL, *(alert("c1", n) for n in range(1, 6))])
    token = house.token("supervisor", "south")
    async with house.feed(token, last={"seq": 0}) as feed:
        epoch = (await hear(feed))["epoch"]
        assert await hear(feed) == {"type": "resumed", "from": 0}
        assert [(await hear(feed))["seq"] for _ in range(5)] == [1, 2, 3, 4, 5]
    async with house.feed(token, last={"epoch": epoch, "seq": 3}) as feed:
        await hear(feed)
        assert await hear(feed) == {"type": "resumed", "from": 3}
        assert [(await hear(feed))["seq"] for _ in range(2)] == [4, 5]


@pytest.mark.parametrize("last", [{"epoch": "another", "seq": 2}, {"epoch": None, "seq": 99}])
async def test_says_so_when_it_cannot_resume(house: House, last: dict[str, object]) -> None:
    await house.state.desk.publish(CALL, [CALL, *(alert("c1", n) for n in range(1, 4))])
    token = house.token("supervisor", "south")
    head = await house.state.feed.head("south")
    async with house.feed(
        token, last={"epoch": last["epoch"] or head.epoch, "seq": last["seq"]}
    ) as feed:
        await hear(feed)
        assert await hear(feed) == {"type": "resync", "epoch": head.epoch, "seq": 0}
        assert [(await hear(feed))["seq"] for _ in range(3)] == [1, 2, 3]


async def test_revision_comes_with_the_same_id(house: House) -> None:
    async with house.feed(house.token("supervisor", "south")) as feed:
        await hear(feed)
        await hear(feed)
        await house.state.desk.publish(CALL, [CALL, alert("c1", 1, state="provisional")])
        await house.state.desk.publish(CALL, [alert("c1", 1, state="provisional")])
        await house.state.desk.publish(CALL, [alert("c1", 1, state="withdrawn")])
        first, second = await hear(feed), await hear(feed)
        assert (first["id"], first["state"], first["seq"]) == ("c1-1", "provisional", 1)
        assert (second["id"], second["state"], second["seq"]) == ("c1-1", "withdrawn", 2)


async def test_confirmed_only_leaves_out_what_may_change(house: House) -> None:
    token = house.token("supervisor", "south")
    states = ("provisional", "confirmed"), ("provisional", "withdrawn"), ("confirmed",)
    told = [alert("c1", n, state=state) for n, each in enumerate(states, 1) for state in each]
    async with house.socket("/ws/alerts") as feed:
        await say(feed, type="hello", token=token, last={"seq": 0}, confirmed_only=True)
        await hear(feed)
        await hear(feed)
        await house.state.desk.publish(CALL, [CALL, *told])
        got = [await hear(feed), await hear(feed)]
        assert [(one["id"], one["seq"]) for one in got] == [("c1-1", 2), ("c1-3", 5)]
        await say(feed, type="ack", seq=5)


async def test_unacknowledged_is_cut(open_house: Opener) -> None:
    house = await open_house(alerts=Alerts(ack_s=0.2))
    async with house.feed(house.token("supervisor", "south")) as feed:
        await hear(feed)
        await house.state.desk.publish(CALL, [CALL, alert("c1", 1)])
        assert await closed_with(feed) == (1013, "not_acknowledged")


async def test_window_holds_until_acknowledged(open_house: Opener) -> None:
    house = await open_house(alerts=Alerts(window=3, batch=2))
    await house.state.desk.publish(CALL, [CALL, *(alert("c1", n) for n in range(1, 8))])
    async with house.feed(house.token("supervisor", "south"), last={"seq": 0}) as feed:
        await hear(feed)
        await hear(feed)
        assert [(await hear(feed))["seq"] for _ in range(3)] == [1, 2, 3]
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await feed.recv()
        await say(feed, type="ack", seq=3)
        assert [(await hear(feed))["seq"] for _ in range(3)] == [4, 5, 6]


async def test_live_topic_brings_words_but_alerts_once(house: House) -> None:
    async with (
        house.source(house.token("ingest", "south"), "c1") as source,
        house.feed(house.token("supervisor", "south"), live=True) as feed,
    ):
        assert (await hear(feed))["type"] == "welcome"
        assert (await hear(feed))["type"] == "resumed"
        assert (await hear(feed))["type"] == "call.started"
        await source.send(chunk(4))
        kinds = [(await hear(feed))["type"] for _ in range(3)]
        assert sorted(kinds) == ["alert", "coverage", "utterance"]


BAD_HELLOS: list[tuple[str | bytes, tuple[int, str]]] = [
    ("{", (4400, "bad_json")),
    ("[" * 100_000, (4400, "text_too_large")),
    ("[" * 1_000, (4400, "json_too_deep")),
    ('{"type":"hello","tokne":"x"}', (4400, "unknown_field")),
    ('{"type":"hello","token":"x","token":"y"}', (4400, "duplicate_key")),
    ('{"type":"hello","token":1}', (4400, "bad_field")),
    ('{"type":"hello","last":{"seq":-1}}', (4400, "bad_field")),
    ('{"type":"hello","last":{"seq":1e999}}', (4400, "bad_json")),
    ('{"type":"ack","seq":1}', (4400, "bad_field")),
    (b"\x00\x01", (4400, "bad_message")),
    ('{"type":"hello"}', (4401, "no_token")),
    ('{"type":"hello","token":"cm_0_0"}', (4401, "unknown_token")),
    ("x" * 200_000, (1009, "")),
]


async def test_bad_hellos(house: House) -> None:
    for message, expected in BAD_HELLOS:
        async with house.socket("/ws/alerts") as socket:
            await socket.send(message)
            assert await closed_with(socket) == expected, message


async def test_other_roles_get_nothing(house: House) -> None:
    for role, agent in (("agent", "8012"), ("qa", ""), ("ingest", ""), ("admin", "")):
        async with house.feed(house.token(role, "south", agent)) as feed:
            assert await closed_with(feed) == (4403, "wrong_role"), role


async def test_bad_messages_after_welcome(house: House) -> None:
    token = house.token("supervisor", "south")
    for message, code in (
        ('{"type":"ack","seq":5}', "bad_ack"),
        ('{"type":"ack","seq":1,"more":1}', "unknown_field"),
        ('{"type":"hello"}', "bad_field"),
    ):
        async with house.feed(token) as feed:
            await hear(feed)
            await feed.send(message)
            assert await closed_with(feed) == (4400, code), message


async def test_too_many_messages(house: House) -> None:
    async with house.feed(house.token("supervisor", "south")) as feed:
        for _ in range(80):
            await say(feed, type="ack", seq=0)
        assert await closed_with(feed) == (1008, "too_many_messages")


async def test_token_in_the_address_is_refused(house: House) -> None:
    token = house.token("supervisor", "south")
    async with house.socket(f"/ws/alerts?token={token}") as socket:
        assert await closed_with(socket) == (4401, "token_in_url")


async def test_token_in_a_header(house: House) -> None:
    token = house.token("supervisor", "south")
    headers = {"Authorization": f"Bearer {token}"}
    async with house.socket("/ws/alerts", additional_headers=headers) as socket:
        await say(socket, type="hello")
        assert (await hear(socket))["team"] == "south"


async def test_revoked_token_closes_the_socket(house: House) -> None:
    token = house.token("supervisor", "south")
    async with house.feed(token) as feed:
        await hear(feed)
        house.revoke(token)
        assert await closed_with(feed) == (4401, "token_revoked")


async def test_foreign_page_is_refused(house: House) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with house.socket("/ws/alerts", origin="https://elsewhere.example"):
            pass
    assert refused.value.response.status_code == 403
    async with house.socket("/ws/alerts", origin=house.url):
        pass
