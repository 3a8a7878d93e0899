"""A dry run shows each holder the own teams' part, the same whatever other teams did."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import msgspec
import pytest

from monitor.access.principal import Principal
from monitor.events import CallEnded, CallStarted, Coverage, Utterance
from monitor.qa.review_rejudge import Difference
from monitor.store import desk_rules, proposals
from monitor.store.proposals import Proposal
from monitor.types import Role
from monitor.web import rules_desk_outcome as outcome
from monitor.web.review_access import Teams
from monitor.web.rules_desk_dry_run import Run
from tests.web.conftest import House
from tests.web.people import People, code, signed_in

SOUTH = Principal(id="chen", role="compliance", teams=("south",))
EVERYWHERE = Principal(id="zhao", role="compliance")

PACK = """
pack: bluebell
version: 1
title: 蓝莓
industries: [retail]
rules:
  - id: sure-price
    category: service_taboo
    title: 内部代号
    severity: high
    basis:
      - {cite: 内部话术规范, status: house_policy}
    advice: 请勿使用。
    match: [蓝莓般的价格]
    examples:
      violation: [这是蓝莓般的价格]
      fine: [这是普通的价格]
"""


def part(dice: random.Random, team: str) -> outcome.Part:
    """Of a run over up to 80 calls."""
    made = outcome.empty()
    for call in range(dice.randint(0, 80)):
        change = dice.choice(["same", "added", "removed"])
        side = {"rule": dice.choice(["a/x", "a/y"]), "quote": team, "start": 1.0}
        outcome.add(made, call, [Difference(change=change, after=side)])
    return made


@pytest.mark.parametrize("seed", range(50))
def test_a_part_is_the_same_whatever_others_try(seed: int) -> None:
    """Runs over south, north and all: with north's calls and runs, and without."""
    dice = random.Random(seed)
    alone: str | None = None
    beside: str | None = None
    for _ in range(dice.randint(1, 6)):
        mine, theirs = part(dice, "south"), part(dice, "north")
        teams: Teams = dice.choice([None, ("south",), ("north",), ("north", "south")])
        if teams == ("north",):
            beside = outcome.kept(beside, teams, {"north": theirs})
        else:
            beside = outcome.kept(beside, teams, {"south": mine, "north": theirs})
            alone = outcome.kept(alone, ("south",), {"south": mine})
        assert outcome.shown(beside, SOUTH) == outcome.shown(alone, SOUTH)
        assert "north" not in str(outcome.shown(beside, SOUTH))


def test_who_has_every_team_sees_the_sum() -> None:
    dice = random.Random(5)
    parts = {team: part(dice, team) for team in ("south", "north")}
    found = outcome.shown(outcome.kept(None, None, parts), EVERYWHERE)
    assert found is not None
    assert found["calls"] == sum(each["calls"] for each in parts.values())
    for rule, counts in found["rules"].items():
        for change, count in counts.items():
            assert count == sum(each["rules"][rule].get(change, 0) for each in parts.values())
    assert len(found["examples"]) == outcome.EXAMPLES


async def tell(house: House, team: str, count: int) -> None:
    for number in range(count):
        call = CallStarted(
            call=f"{team}-{number}", team=team, agent="8012", industry="retail", at=0.0
        )
        said = Utterance(
            call=call.call, channel=Role.AGENT, start=4.0, end=6.0, text="这是蓝莓般的价格"
        )
        heard = Coverage(
            call=call.call, channel=Role.AGENT, state="transcribed", start=0.0, end=9.0
        )
        ended = CallEnded(call=call.call, at=9.0)
        await house.state.desk.publish(call, [call, said, heard, ended])


async def tried(people: People, name: str, path: str) -> Any:
    async with asyncio.timeout(60):
        while True:
            shown = (await people[name].get(path)).json()
            if shown["dry_run"] is not None and shown["run"] is None:
                return shown["dry_run"]
            await asyncio.sleep(0.02)


async def test_a_person_of_one_team_approves_what_was_tried_on_all(house: House) -> None:
    async with signed_in(
        house, {"qian": "qa", "chen": "compliance@south", "sun": "compliance@east"}
    ) as people:
        await tell(house, "south", 2)
        await tell(house, "north", 5)
        made = await people["qian"].post("/api/rules/proposals", json={"text": PACK})
        assert made.status_code == 201, made.text
        path = f"/api/rules/proposals/{made.json()['number']}"
        # of the newest three of each team: north's do not push south's out
        assert (await people["qian"].post(f"{path}/dry-run", json={"calls": 3})).status_code == 202
        assert (await tried(people, "qian", path))["counts"] == {"added": 5}
        south = await tried(people, "chen", path)
        assert (south["calls"], south["counts"]) == (2, {"added": 2})
        assert len(south["examples"]) == 2
        # a team without calls was tried as well: on none
        assert (await tried(people, "sun", path))["calls"] == 0
        decided = await people["chen"].post(f"{path}/decision", json={"decision": "approve"})
        assert decided.json() == {"state": "published"}


async def test_nobody_approves_what_was_tried_on_other_teams_alone(house: House) -> None:
    async with signed_in(house, {"qian": "qa@north", "chen": "compliance@south"}) as people:
        row = Proposal(
            pack="p", base_sha256="", text=PACK, note="", state="open", by="user:qian", at_wall=1.0
        )
        number = await house.state.store.write(lambda on: proposals.add(on, row))
        text = outcome.kept(None, ("north",), {"north": outcome.empty()})
        await house.state.store.write(lambda on: proposals.tried(on, number, text))
        path = f"/api/rules/proposals/{number}"
        for name, known in (("qian", True), ("chen", False)):
            listed = (await people[name].get("/api/rules/proposals")).json()["proposals"]
            assert [one["tried"] for one in listed] == [known]
        decided = await people["chen"].post(f"{path}/decision", json={"decision": "approve"})
        assert await code(decided) == (409, "no_dry_run")


async def test_a_run_of_another_team_is_not_noticed(house: House) -> None:
    """It waits for its turn and looks as one that has not begun."""
    runs = house.state.review.dry_runs

    def run(teams: Teams) -> Run:
        return Run(proposal=1, before=(), after=(), most=7, teams=teams)

    async with runs._turn:
        assert runs.start(run(("north",)))
        assert runs.of(SOUTH) is None
        assert runs.start(run(("south",)))
        assert not runs.start(run(("south",)))
        assert runs.of(SOUTH) == {"proposal": 1, "done": 0, "of": 7}
    async with asyncio.timeout(20):
        while runs.of(EVERYWHERE) is not None:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_the_newest_of_each_team(house: House) -> None:
    await tell(house, "south", 3)
    await tell(house, "north", 9)
    rows = await house.state.store.read(
        lambda on: desk_rules.ended_calls(on, of_each=2, teams=None)
    )
    assert sorted(row["call"] for row in rows) == ["north-7", "north-8", "south-1", "south-2"]


async def test_quotes_of_forgotten_calls_are_gone_from_every_part(house: House) -> None:
    row = Proposal(
        pack="p", base_sha256="", text="x", note="", state="open", by="user:qian", at_wall=1.0
    )
    parts = {team: part(random.Random(3), team) for team in ("south", "north")}
    text = outcome.kept(None, None, parts)
    number = await house.state.store.write(lambda on: proposals.add(on, row))
    await house.state.store.write(lambda on: proposals.tried(on, number, text))
    await house.state.store.write(lambda on: proposals.forget(on, range(1, 80)))
    kept = await house.state.store.read(lambda on: proposals.find(on, number))
    assert kept is not None
    left = msgspec.json.decode(kept.dry_run or "")["by_team"]
    for team, known in parts.items():
        assert {one["call"] for one in known["examples"]} > {0}
        assert {one["call"] for one in left[team]["examples"]} <= {0}
        assert left[team]["counts"] == known["counts"]
