"""What a team sees is the same whether or not another team is there and busy.

A script of random deeds runs on two servers: on one the team is alone, on the other a second team
has calls and agents of the same names and does random deeds in between. Everything the first team
can ask is asked on both, and the answers must not differ: times and random marks are replaced by
the order in which they first appear, and so are the numbers of rows once they have told nothing
but the second they were drawn in.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import insert

from monitor.clock import SystemClock
from monitor.events import CallEnded, CallStarted, Coverage, Prompt, Utterance
from monitor.settings import Escalation, Recordings
from monitor.store.access_file import AccessFile
from monitor.store.numbers import second_of
from monitor.store.tables import tokens
from monitor.types import Role
from monitor.web.auth import make_token
from tests.soak.size import PART, size
from tests.soak.web import Web
from tests.web.conftest import House, Opener, chunk, closed_with, hear, say
from tests.web.scripted import alert

SCRIPTS = size("SCRIPTS", 2000)
AT_ONCE = 6
CALLS = ("c1", "c2", "x1")
AGENTS = ("8012", "8015")
SAID = ("百分百保本", "您好这里是江海银行", "我再看看", "年化百分之八")

KINDS = ("talk", "talk", "alert", "alert", "prompt", "end", "act", "judge", "bring")

PURPOSE = "请说明来电目的"

MARKS = ("number", "epoch", "id", "key", "file", "take", "sha256", "marked", "peer")
"""Random; what they are alike to must be alike in both worlds."""

DRAWN = ("started_wall", "at_wall", "at")
"""When something with a number was made."""


class Same:
    """Puts a name in place of each mark and time."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, Any], str] = {}

    def __call__(self, value: Any, key: str = "") -> Any:
        match value:
            case float() if key.startswith("ack_"):
                # how long this answer took by the clock
                return "took"
            case dict():
                if "number" in value:
                    _tells_its_second_alone(value)
                return {name: self(each, name) for name, each in value.items()}
            case list():
                return [self(each, key) for each in value]
            case float() | int() if key.endswith(("wall", "since", "until", "at", "now")) or (
                isinstance(value, float) and value > 1e9
            ):
                return "time" if value > 1e9 else value
            case _ if (key in MARKS and value is not None and not _ours(value)) or (
                isinstance(value, str) and value.startswith("token:")
            ):
                return self._seen.setdefault((key, value), f"{key}{len(self._seen)}")
        return value


def differences(one: Any, two: Any, place: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Where two answers differ, for whoever looks for the leak."""
    if isinstance(one, dict) and isinstance(two, dict):
        for name in one.keys() | two.keys():
            yield from differences(one.get(name), two.get(name), f"{place}.{name}")
    elif isinstance(one, list | tuple) and isinstance(two, list | tuple) and len(one) == len(two):
        for number, (left, right) in enumerate(zip(one, two, strict=True)):
            yield from differences(left, right, f"{place}[{number}]")
    elif one != two:
        yield place, one, two


def _tells_its_second_alone(shown: dict[str, Any]) -> None:
    made = next(shown[name] for name in DRAWN if name in shown)
    # numbers of a team grow, so many of one second run a little ahead of it
    assert -1 <= second_of(shown["number"]) - made <= 2, shown


def _ours(value: Any) -> bool:
    """An id that the script chose: it must be the same in both worlds, letter by letter."""
    return isinstance(value, str) and value.split("-")[0] in CALLS


Tokens = dict[tuple[str, str], str]
"""By role and team."""


@dataclass
class World:
    """One server, one team that is looked at, and perhaps another."""

    house: House
    web: Web
    team: str
    tokens: Tokens
    same: Same = field(default_factory=Same)

    def token(self, role: str, team: str = "") -> str:
        return self.tokens[role, team or self.team]

    async def ask(self, role: str, path: str) -> Any:
        answer = await self.web.ask(path, self.token(role))
        try:
            shown = self.same(msgspec.json.decode(answer.body))
        except msgspec.DecodeError:
            shown = [self.same(msgspec.json.decode(line)) for line in answer.body.splitlines()]
        return answer.status, shown

    async def feed(self, role: str, team: str) -> Any:
        """The first words of a feed, or how it was refused."""
        async with self.house.socket("/ws/alerts") as socket:
            await say(socket, type="hello", token=self.token(role), team=team, last={"seq": 0})
            first = await hear(socket)
            if first["type"] == "error":
                return await closed_with(socket), first["code"]
            second = await hear(socket)
            seen = [first, second]
            if first["seq"]:
                seen += [await hear(socket) for _ in range(first["seq"])]
            return [self.same(each) for each in seen]

    async def wall(self) -> Any:
        """What a wall shows to begin with, up to how the server does."""
        async with self.house.socket("/ws/wall") as socket:
            await say(socket, type="hello", token=self.token("supervisor"))
            seen = [await hear(socket)]
            while seen[-1]["type"] != "health":
                seen.append(await hear(socket))
        for each in seen:
            if each["type"] == "levels":
                # by the clock: how loud just now, and whether sound came of late
                each["calls"] = {call: shown[0] for call, shown in each["calls"].items()}
        cards = [each for each in seen if each["type"] == "card"]
        return [self.same(each) for each in seen if each not in cards], {
            card["call"]: self.same(card) for card in cards
        }


Deed = tuple[str, Any]


def script(dice: random.Random) -> list[Deed]:
    """What a team does, in an order of its own."""
    deeds: list[Deed] = []
    numbers = itertools.count(1)
    for _ in range(dice.randint(2, 6)):
        call = dice.choice(CALLS[:2])
        kind = dice.choice(KINDS)
        match kind:
            case "alert":
                deeds.append((kind, (call, next(numbers), dice.choice(SAID))))
            case "talk":
                deeds.append((kind, (call, dice.choice(SAID))))
            case "act":
                deeds.append((kind, (call, dice.choice(["acknowledge", "false_alarm"]))))
            case _:
                deeds.append((kind, call))
    return deeds


async def do(world: World, team: str, deed: Deed, done: int) -> None:
    kind, what = deed
    name = what if isinstance(what, str) else what[0]
    call = CallStarted(call=name, team=team, agent=AGENTS[int(name[-1]) % 2], industry="wealth")
    at = float(done)
    publish = world.house.state.desk.publish
    match kind:
        case "talk":
            said = Utterance(call=name, channel=Role.AGENT, start=at, end=at + 1, text=what[1])
            heard = Coverage(
                call=name, channel=Role.AGENT, state="transcribed", start=at, end=at + 1
            )
            await publish(call, [call, said, heard])
        case "alert":
            await publish(call, [call, alert(name, what[1], quote=what[2])])
        case "prompt":
            shown = Prompt(
                call=name, text="请说明来电目的", reason="missing_purpose", state="shown"
            )
            await publish(call, [call, shown])
        case "end":
            await publish(call, [call, CallEnded(call=name, at=at)])
        case "bring":
            # a new id each time: where a call that comes back goes on is told by the wall clock
            id_ = f"{name}-live{done}"
            async with world.house.source(world.token("ingest", team), id_) as source:
                await source.send(chunk(1))
                await source.send("END")
                while (await hear(source))["type"] != "ended":
                    pass
        case "act":
            body = {"action": what[1], "key": f"{team}-{done}-key", "reason": "核对"}
            path = f"/api/alerts/{name}-1/actions"
            await world.web.ask(path, world.token("supervisor", team), body)
        case "judge":
            token = world.token("qa", team)
            found = (await world.web.ask(f"/api/qa/calls?words={call.call}", token)).body
            listed = msgspec.json.decode(found)["calls"]
            # the same key in every team: keys are their senders' own
            said_of = {"alert": f"{name}-1", "verdict": "upheld", "key": f"{done}-judged"}
            for one in listed[:1]:
                act = {"type": "verdict", "call": one["number"]} | said_of
                await world.web.ask("/api/reviews", token, {"act": act})


def questions(dice: random.Random, other: str) -> list[tuple[str, str]]:
    asked = [
        ("supervisor", "/api/calls"),
        ("supervisor", "/api/alerts"),
        ("supervisor", "/api/wall"),
        ("supervisor", f"/api/calls?team={other}"),
        ("supervisor", f"/api/alerts?team={other}"),
        ("supervisor", f"/api/wall?team={other}"),
        ("agent", "/api/calls"),
        ("agent", f"/api/agents/{AGENTS[0]}/alerts"),
        ("supervisor", f"/api/agents/{AGENTS[1]}/alerts"),
        ("qa", "/api/qa/calls"),
        ("qa", "/api/qa/choices"),
        ("qa", f"/api/qa/calls?team={other}"),
        ("supervisor", "/api/overview"),
        ("supervisor", f"/api/overview?team={other}"),
        ("qa", "/api/qa/samples"),
        ("qa", "/api/qa/exports"),
        ("supervisor", "/readyz"),
        ("supervisor", "/api/rules"),
        ("qa", "/api/rules"),
        ("qa", "/api/approvals"),
        ("supervisor", "/api/qa/calls?words=%E4%BF%9D%E6%9C%AC"),
    ]
    for call in CALLS:
        asked += [
            ("supervisor", f"/api/calls/{call}/events"),
            ("agent", f"/api/calls/{call}/events?format=jsonl"),
            ("supervisor", f"/api/calls/{call}/events?limit=2"),
            ("qa", f"/api/calls/{call}/recording"),
            ("supervisor", f"/api/calls/{call}/audio"),
        ]
    return dice.sample(asked, 6)


async def compare(alone: World, beside: World, dice: random.Random, other: str) -> int:
    """Run one script in both worlds; returns how many answers were compared."""
    mine, theirs = script(dice), script(dice)
    # a call that only the other team has
    theirs.insert(0, ("alert", ("x1", 1, SAID[0])))
    compared = 0
    # the recogniser is behind with what the other team says
    beside.house.host.behind[other] = dice.uniform(1, 90)
    for done, deed in enumerate(mine):
        for each in theirs[: dice.randint(0, len(theirs))]:
            await do(beside, other, each, done)
        for world in (alone, beside):
            await do(world, world.team, deed, done)
        if dice.random() < 0.5 and done + 1 < len(mine):
            continue
        for role, path in questions(dice, other):
            one, two = await alone.ask(role, path), await beside.ask(role, path)
            assert one == two, (role, path, list(differences(one, two)))
            compared += 1
    for role, team in (("supervisor", alone.team), ("supervisor", other), ("agent", alone.team)):
        one, two = await alone.feed(role, team), await beside.feed(role, team)
        assert one == two, ("feed", role, team, list(differences(one, two)))
        compared += 1
    one, two = await alone.wall(), await beside.wall()
    assert one == two, ("wall", list(differences(one, two)))
    return compared + 1


def everybody(house: House) -> Tokens:
    """A token for each role of each team of the run, put on the shelf at once."""
    made = {
        (role, f"{side}{number}"): make_token(
            role,
            SystemClock(),
            team=f"{side}{number}",
            agent=AGENTS[0] if role == "agent" else "",
        )
        for number in range(SCRIPTS)
        for side in "sn"
        for role in ("supervisor", "agent", "qa", "ingest")
    }
    rows = [msgspec.to_builtins(row) for row, _ in made.values()]
    with closing(AccessFile(house.folder)) as file:
        file.write(lambda on: on.execute(insert(tokens), rows))
    return {key: token for key, (_, token) in made.items()}


async def test_nothing_of_another_team_is_seen(open_house: Opener) -> None:
    # escalations come with the wall clock, which differs between two servers on a busy machine
    still = Escalation(critical_s=0.0, high_s=0.0, medium_s=0.0)
    settings = {"recordings": Recordings(enabled=False), "escalation": still}
    quiet = await open_house("quiet", **settings)
    loud = await open_house("loud", **settings)
    begun, numbers, compared = time.monotonic(), iter(range(SCRIPTS)), 0
    known = everybody(quiet), everybody(loud)
    webs = Web(quiet.state), Web(loud.state)

    async def work() -> None:
        nonlocal compared
        for number in numbers:
            dice = random.Random(f"{PART}/{number}")
            team, other = f"s{number}", f"n{number}"
            alone, beside = (
                World(house, web, team, tokens)
                for house, web, tokens in zip((quiet, loud), webs, known, strict=True)
            )
            found = await compare(alone, beside, dice, other)
            compared += found

    async with asyncio.TaskGroup() as tasks:
        for _ in range(AT_ONCE):
            tasks.create_task(work())
    print(
        f"\ntwo teams: {SCRIPTS} scripts, {compared} answers and feeds compared in "
        f"{time.monotonic() - begun:.0f} s; different 0"
    )
