"""A month of a call centre on disk: the labelled calls, told again by many agents on many days."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import msgspec
from sqlalchemy import Connection

from monitor.alerts import action_log, log
from monitor.alerts.actions import Deed
from monitor.alerts.desk import NEVER
from monitor.events import (
    Alert,
    AnyEvent,
    CallEnded,
    CallStarted,
    Coverage,
    Utterance,
    decode,
    lines,
)
from monitor.rules.lexicon import Lexicon
from monitor.rules.transcript import judge_lines
from monitor.store import calls
from monitor.types import Role

ROOT = Path(__file__).parents[2]
STORIES = Path(__file__).with_name("stories.jsonl")
DAY_S = 86_400.0

AGENTS = {
    "south": ("8012", "8015", "8021", "8033"),
    "north": ("7003", "7011", "7020"),
    "east": ("6001", "6018"),
}


@cache
def told() -> tuple[tuple[AnyEvent, ...], ...]:
    """The stories: every event of a labelled call, with what the bundled packs made of it."""
    stories: dict[str, list[AnyEvent]] = {}
    for line in STORIES.read_bytes().splitlines():
        event = decode(line)
        stories.setdefault(event.call, []).append(event)
    return tuple(tuple(events) for events in stories.values())


def write_stories() -> None:
    """Judge the labelled calls again; a minute of work, so the result is kept beside the tests."""
    packs = Lexicon().packs
    files = [*sorted((ROOT / "tests/evaluation/calls").glob("*.jsonl"))]
    files = [path for path in files if ".expect" not in path.name]
    files += sorted((ROOT / "audio_fixtures").glob("*.transcript.jsonl"))
    with STORIES.open("wb") as out:
        for path in files:
            with path.open("rb") as read:
                out.write(lines(judge_lines(read, packs, file=path.name)))


def settle(
    on: Connection,
    *,
    now: float,
    count: int = 120,
    days: int = 28,
    seed: int = 7,
    stories: Sequence[Sequence[AnyEvent]] = (),
) -> int:
    """Record `count` calls of the last `days`; returns how many alerts they have."""
    chance = random.Random(seed)
    stories = stories or told()
    alerts = 0
    for at in range(count):
        team = chance.choices(tuple(AGENTS), (5, 3, 2))[0]
        agent = chance.choice(AGENTS[team])
        day = days - (at * days) // count
        hour = chance.choices(range(9, 20), (3, 6, 8, 4, 2, 5, 7, 8, 6, 3, 2))[0]
        # 01:00 UTC is nine in the morning of the centre
        wall = (now // DAY_S - day) * DAY_S + (hour - 8) * 3600 + chance.uniform(0, 3600)
        story = chance.choice(stories)
        alerts += _record(
            on, story, f"{team[0]}{at:05d}", team, agent, min(wall, now - 600), chance
        )
    return alerts


def _record(
    on: Connection,
    story: Sequence[AnyEvent],
    id_: str,
    team: str,
    agent: str,
    wall: float,
    chance: random.Random,
) -> int:
    end = max(getattr(event, "end", 0.0) for event in story)
    started = next((one for one in story if isinstance(one, CallStarted)), CallStarted(call=id_))
    started = msgspec.structs.replace(
        started, call=id_, team=team, agent=agent, meta={"customer": "13812345678"}
    )
    number = calls.ensure(on, started, wall)
    calls.add(on, number, started, wall)
    covered = any(isinstance(event, Coverage) for event in story)
    for role in () if covered else (Role.AGENT, Role.CUSTOMER):
        stretch = Coverage(call=id_, channel=role, state="transcribed", start=0.0, end=end)
        calls.add(on, number, stretch, wall + end)
    raised: set[str] = set()
    for event in story:
        if isinstance(event, CallStarted | CallEnded):
            continue
        mine = msgspec.structs.replace(event, call=id_)
        if isinstance(mine, Alert):
            mine = msgspec.structs.replace(mine, id=f"{id_}-{mine.id}", seq=None, epoch=None)
            placed = log.append(on, started, number, mine, wall + mine.raised_at)
            if placed is not None:
                action_log.opened(on, placed, wall + mine.raised_at, NEVER)
                if mine.state == "confirmed" and mine.id not in raised:
                    _answer(on, placed, wall + mine.raised_at, chance)
                    raised.add(mine.id)
        elif not (isinstance(mine, Utterance) and not mine.final):
            calls.add(on, number, mine, wall + getattr(mine, "end", 0.0))
    calls.add(on, number, CallEnded(call=id_, at=end), wall + end)
    return len(raised)


def _answer(on: Connection, alert: Alert, wall: float, chance: random.Random) -> None:
    """Most alerts are acknowledged within a minute, some are called false, some nobody answers."""
    if (draw := chance.random()) > 0.85:
        return
    false = draw < 0.06 or (alert.category == "absolute_claim" and draw < 0.3)
    deed = Deed(
        action="false_alarm" if false else "acknowledge",
        key=f"town-{alert.id[:40]}",
        reason="不是承诺" if false else "",
    )
    at = wall + chance.lognormvariate(2.6, 0.7)
    assert alert.team is not None
    action_log.act(
        on, alert.team, alert.id, deed, actor="u1", name="user:张敏", wall=at, limits=NEVER
    )


if __name__ == "__main__":
    write_stories()
