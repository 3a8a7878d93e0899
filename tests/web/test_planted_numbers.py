"""200 numbers said on calls of a real server: nowhere in its files, feeds, answers and logs."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from websockets.asyncio.client import connect

from monitor.events import CallStarted
from monitor.evidence.backup import backup
from tests.web.conftest import House, chunk, hear, new_token, registration, say
from tests.web.process import Forge, ServerProcess

CALLS, PER_CALL = 20, 10
PATIENT = {f"MONITOR_SERVER_{key}_S": "60" for key in ("PING", "SEND", "HELLO", "OPEN")}
PATIENT |= {"MONITOR_ALERTS_ACK_S": "60", "MONITOR_LOGS_LEVEL": "debug"}
PATIENT |= {"MONITOR_ACCESS_BULK_ROWS": "1000"}
"""Nothing here is about time."""
SPOKEN = dict(zip("0123456789", "零幺二三四五六七八九", strict=True))

pytestmark = pytest.mark.process


class Planted:
    """A number, and the words in which it is said."""

    def __init__(self, dice: random.Random) -> None:
        size = dice.choice((11, 16, 18, 19))
        self.digits = "1" + "".join(dice.choice("0123456789") for _ in range(size - 1))
        spoken = "".join(SPOKEN[digit] for digit in self.digits)
        self.said = dice.choice((self.digits, spoken))
        if dice.random() < 0.5:
            cut = dice.randrange(3, size - 3)
            pause = dice.choice((",嗯,", " ", "。那个 ", "-", "然后"))
            self.said = self.said[:cut] + pause + self.said[cut:]
        self.text = f"您的号码是{self.said}对吧"
        self.traces = {self.digits, spoken, self.said}


def planted() -> list[list[Planted]]:
    dice = random.Random(5)
    return [[Planted(dice) for _ in range(PER_CALL)] for _ in range(CALLS)]


@pytest.fixture
def server(forged: Forge, tmp_path: Path) -> Iterator[ServerProcess]:
    server = forged.server(tmp_path, log=tmp_path / "server.log", **PATIENT)
    server.start()
    yield server
    server.stop()


async def bring(server: ServerProcess, token: str, call: str, numbers: list[Planted]) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    meta = {f"say{n}": each.text for n, each in enumerate(numbers, start=1)}
    url = server.ws + "/ingest/l16"
    async with connect(url, additional_headers=headers, ping_interval=None) as source:
        await say(source, **registration(call, meta=meta, toNumber=numbers[0].digits))
        assert (await hear(source))["type"] == "accepted"
        for number in range(1, len(numbers) + 1):
            await source.send(chunk(number))
        await source.send("END")
        assert (await hear(source))["type"] == "ended"


async def everything_shown(server: ServerProcess, token: str, calls: list[str]) -> str:
    shown: list[str] = []
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(base_url=server.url, headers=headers, timeout=60) as client:
        shown.append((await client.get("/api/calls")).text)
        shown.append((await client.get("/api/alerts?limit=1000")).text)
        for call in calls:
            shown.append((await client.get(f"/api/calls/{call}/events")).text)
            shown.append((await client.get(f"/api/calls/{call}/events?format=jsonl")).text)
    return "\n".join(shown)


async def listen(server: ServerProcess, token: str, heard: list[str]) -> None:
    async with connect(server.ws + "/ws/alerts", ping_interval=None) as feed:
        await say(feed, type="hello", token=token, topics=["live"], last={"seq": 0})
        async for text in feed:
            heard.append(str(text))
            message = json.loads(text)
            if message["type"] == "alert":
                await say(feed, type="ack", seq=message["seq"])


def files(folder: Path) -> dict[str, bytes]:
    """Everything that lies below the folder, by its path."""
    found = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


@pytest.mark.sqlite
async def test_planted_numbers_are_found_nowhere(server: ServerProcess, tmp_path: Path) -> None:
    plan = planted()
    ingest = new_token(server.data, "ingest", team="south")
    supervisor = new_token(server.data, "supervisor", team="south")
    heard: list[str] = []
    listening = asyncio.create_task(listen(server, supervisor, heard))
    names = [f"c{n}" for n in range(CALLS)]
    for call, numbers in zip(names, plan, strict=True):
        await bring(server, ingest, call, numbers)
    shown = await everything_shown(server, supervisor, names)
    async with httpx2.AsyncClient(base_url=server.url, timeout=60) as client:
        headers = {"Authorization": f"Bearer {new_token(server.data, 'qa')}"}
        taken = await client.get("/api/qa/export?format=csv", headers=headers)
    assert taken.text.count("您的号码是") == CALLS * PER_CALL
    backup(server.data, server.data / "recordings", tmp_path / "b", tmp_path / "k", wall=0.0)
    listening.cancel()
    assert sum('"type":"alert"' in text for text in heard) == CALLS * PER_CALL
    assert shown.count("您的号码是") >= 3 * CALLS * PER_CALL
    server.stop()
    places = files(tmp_path)
    (copy,) = (tmp_path / "b").glob("*/record.db")
    known = {f"data/{name}.db" for name in ("record", "audit", "access")}
    assert {*known, "server.log", str(copy.relative_to(tmp_path))} <= set(places)
    places |= {
        "feed": "\n".join(heard).encode(),
        "answers": shown.encode(),
        "export": taken.content,
    }
    found = [
        (place, trace)
        for numbers in plan
        for each in numbers
        for trace in each.traces
        for place, content in places.items()
        if trace.encode() in content
    ]
    assert found == []


async def test_a_number_said_in_two_pieces(house: House) -> None:
    meta = {"say1": "我的电话是幺三八", "say2": "嗯,零零幺三,八零零零"}
    async with house.source(house.token("ingest", "south"), "c1", meta=meta) as source:
        await source.send(chunk(1))
        await source.send(chunk(2))
        await source.send("END")
        assert (await hear(source))["type"] == "ended"
    bodies = await events(house, house.token("supervisor", "south"))
    said = [body["text"] for body in bodies if body["type"] == "utterance"]
    assert said == ["我的电话是幺三八", "嗯,****,****"]
    assert [body["quote"] for body in bodies if body["type"] == "alert"][1] == "嗯,零零幺*,****"


async def events(house: House, token: str) -> list[dict[str, Any]]:
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(base_url=house.url, headers=headers, timeout=60) as client:
        found: list[dict[str, Any]] = (await client.get("/api/calls/c1/events")).json()["events"]
        return found


async def test_compliance_sees_what_was_said_and_says_why(house: House) -> None:
    said = "我的电话是13800138000"
    call = CallStarted(call="c1", team="south", agent="8012", meta={"crm": "13800138000"})
    ingest = house.token("ingest", "south")
    async with house.source(ingest, "c1", meta={"say1": said, **call.meta}) as source:
        await source.send(chunk(1))
        await source.send("END")
        assert (await hear(source))["type"] == "ended"
    reason = {"reason": "投诉 2026-17,客户 13900139000"}
    headers = {"Authorization": f"Bearer {house.token('compliance')}"}
    async with httpx2.AsyncClient(base_url=house.url, headers=headers, timeout=60) as client:
        assert (await client.post("/api/calls/c1/reveal", json={})).status_code == 400
        shown = (await client.post("/api/calls/c1/reveal", json=reason)).json()["events"]
        audit = (await client.get("/api/audit")).text
    kinds = {event["type"]: event for event in shown}
    assert set(kinds) == {"call.started", "utterance", "alert"}
    assert kinds["utterance"]["text"] == said == kinds["alert"]["quote"]
    assert "投诉" in audit
    assert "13900139000" not in audit
    assert "138********" in json.dumps(await events(house, house.token("supervisor", "south")))
