"""Who plays when, what counts as heard, and how a ladder of loads is measured and read."""

from __future__ import annotations

import os
import xml.etree.ElementTree as ElementTree
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from monitor.asr.sizes import Cost
from monitor.commands.bench import app
from monitor.demo.scenario import Scene
from monitor.events import CallStarted
from monitor.qa.bench import table
from monitor.qa.bench.capacity import Step, measure
from monitor.qa.bench.ladder import Held, capacity, compared, hopeless, last_runs, over
from monitor.qa.bench.load import Arrival, Diary, Lane, Score, brief, lanes, score
from monitor.qa.expect import Expectation, Wanted


def scene(name: str, seconds: float, *wanted: Wanted) -> Scene:
    expectation = Expectation(
        path=Path(f"{name}.events.jsonl"),
        call=CallStarted(call=name),
        only=True,
        within_s=None,
        wanted=wanted,
    )
    return Scene(recording=Path(f"{name}.flac"), expectation=expectation, seconds=seconds)


def want(name: str, start: float) -> Wanted:
    return Wanted(
        kind="alert", name=name, quote="保本", start=start, end=start + 1, tolerance_s=0.5, line=1
    )


PROMISE = scene("promise", 20.0, want("guaranteed_return", 5.0))
THREAT = scene("threat", 30.0, want("threat_abuse", 10.0))
CLEAN = scene("clean", 10.0)
CAST = [PROMISE, THREAT, CLEAN]


def test_lanes_last_long_enough_and_begin_spread_out() -> None:
    made = lanes(CAST, 4, hold_s=45.0, spread_s=8.0)
    assert [lane.delay_s for lane in made] == [0.0, 2.0, 4.0, 6.0]
    assert all(lane.seconds >= 45.0 for lane in made)
    names = [play.name for lane in made for play in lane.plays]
    assert len(set(names)) == len(names)
    assert len({lane.plays[0].scene.recording for lane in made}) == 3


def test_lanes_go_through_the_whole_cast() -> None:
    cast = [scene(f"s{number}", 20.0) for number in range(10)]
    made = lanes(cast, 10, hold_s=10.0, spread_s=0.0)
    assert len({lane.plays[0].scene.recording for lane in made}) == 10


def test_a_brief_cast_is_cut_after_its_phrases() -> None:
    cast = brief([CLEAN, THREAT, scene("long", 90.0), PROMISE])
    assert [(one.recording.stem, one.seconds) for one in cast] == [
        ("threat", 21.0),
        ("promise", 16.0),
        ("clean", 10.0),
    ]


def arrival(call: str, category: str, state: str, start: float | None, at: float) -> Arrival:
    return Arrival(call=call, category=category, state=state, start=start, at=at, id=category)


def one_lane(*arrivals: Arrival) -> tuple[list[Lane], Diary]:
    made = lanes([PROMISE], 1, hold_s=1.0, spread_s=0.0)
    diary = Diary(arrivals=list(arrivals))
    diary.begin("promise-0-0", 100.0)
    diary.begin("promise-0-0", 200.0)
    return made, diary


def test_delays_count_from_the_end_of_the_phrase() -> None:
    found = score(
        *one_lane(
            arrival("promise-0-0", "guaranteed_return", "provisional", 5.2, 106.5),
            arrival("promise-0-0", "guaranteed_return", "confirmed", 5.2, 108.0),
            arrival("promise-0-0", "threat_abuse", "confirmed", 6.0, 108.0),
        )
    )
    assert (found.wanted, found.missed, found.false) == (1, 0, 1)
    assert (found.provisional, found.confirmed) == ((0.5,), (2.0,))
    assert (found.supposed, found.withdrawn) == (1, 0)


@pytest.mark.parametrize(
    "came",
    [
        [],
        [arrival("promise-0-0", "guaranteed_return", "provisional", 5.2, 106.5)],
        [arrival("promise-0-0", "guaranteed_return", "confirmed", 500.0, 106.5)],
        [arrival("other", "guaranteed_return", "confirmed", 5.2, 106.5)],
    ],
)
def test_what_is_not_confirmed_in_its_place_is_missed(came: list[Arrival]) -> None:
    assert score(*one_lane(*came)).missed == 1


def test_a_system_without_times_is_believed() -> None:
    late = arrival("promise-0-0", "guaranteed_return", "confirmed", None, 107.0)
    assert score(*one_lane(late)).confirmed == (1.0,)


class Instant:
    """Hears everything at once, and refuses the lane that begins with the clean call."""

    name = "instant"
    settings = "none"
    pid = os.getpid()

    @asynccontextmanager
    async def open(
        self, folder: Path, scenes: Sequence[Scene], diary: Diary
    ) -> AsyncIterator[Instant]:
        yield self

    async def play(self, lane: Lane, diary: Diary) -> None:
        for play in lane.plays:
            diary.begin(play.name, 100.0)
            if play.scene is CLEAN:
                raise ConnectionRefusedError("no room")
            for one in play.scene.expectation.wanted:
                diary.arrivals.append(arrival(play.name, one.name, "confirmed", one.start, 111.25))


def test_a_step_is_measured_and_a_broken_session_is_a_result() -> None:
    step = measure(Instant(), CAST, 3, hold_s=1.0, spread_s=0.0, settle_s=0.0)
    assert (step.system, step.calls, step.audio_s) == ("instant", 3, 60.0)
    assert len(step.failed) == 1
    assert "no room" in step.failed[0]
    assert (step.score.wanted, step.score.missed) == (2, 0)
    assert sorted(step.score.confirmed) == [0.25, 5.25]
    assert step.peak_mb > 0
    assert "instant" in table.step(step)


def step(
    calls: int,
    p95: float,
    missed: int = 0,
    wanted: int = 100,
    *,
    system: str = "s",
    ladder: str = "",
    confirmed: float | None = None,
) -> Step:
    delays = (p95,) * (wanted - missed)
    settled = delays if confirmed is None else (confirmed,) * len(delays)
    return Step(
        system=system,
        settings="",
        calls=calls,
        audio_s=1,
        wall_s=1,
        cpu_s=1,
        generator_cpu_s=1,
        peak_mb=1,
        idle_mb=1,
        failed=(),
        load=0,
        ladder=ladder,
        score=Score(
            wanted=wanted,
            missed=missed,
            false=0,
            supposed=0,
            withdrawn=0,
            provisional=delays,
            confirmed=settled,
        ),
    )


def test_capacity_is_the_last_load_that_held() -> None:
    ladder = [step(1, 0.5), step(5, 0.9), step(10, 1.4)]
    assert capacity(ladder, 1.0) == Held(system="s", calls=5, whole=False)
    assert capacity(ladder, 2.0) == Held(system="s", calls=10, whole=True)
    # a load that held beyond one that did not proves nothing
    assert capacity([step(1, 0.5), step(5, 2.9), step(10, 0.4)], 1.0).calls == 1
    assert capacity([step(1, 0.5, missed=3), step(5, 0.5, missed=4)], 1.0).calls == 5
    assert capacity([step(1, 0.5, missed=3), step(5, 0.5, missed=5)], 1.0).calls == 1
    late = [step(1, 0.5), step(5, 0.5, confirmed=1.5)]
    assert [capacity(late, 1.0, confirmed=settled).calls for settled in (False, True)] == [5, 1]


def test_ours_is_compared_with_the_best_other_of_the_same_ladder() -> None:
    ladder = [
        step(10, 0.1, system="other", ladder="old"),
        *(step(calls, 0.5, system="monitor", ladder="new") for calls in (1, 5, 10)),
        *(step(calls, p95, system="other", ladder="new") for calls, p95 in ((1, 1.5), (5, 3.0))),
        *(step(calls, 9.0, system="third", ladder="new") for calls in (1, 5)),
    ]
    said = compared(ladder, "monitor")
    assert said[0].endswith("monitor at least 10 calls, no other system held the smallest load")
    assert said[1].endswith("monitor at least 10 calls, best other other 1: 10.0 times")
    assert said[2].endswith("monitor at least 10 calls, best other third 5: 2.0 times")
    assert compared(ladder[:1], "monitor") == []


def test_only_the_last_ladder_of_a_load_counts() -> None:
    old, new = step(5, 3.0, ladder="1"), step(5, 0.5, ladder="2")
    assert last_runs([old, step(1, 0.5, ladder="1"), new]) == [step(1, 0.5, ladder="1"), new]


def test_the_table_and_the_picture_of_raw_runs(tmp_path: Path) -> None:
    kept, picture = tmp_path / "runs.jsonl", tmp_path / "plot.svg"
    raw = [msgspec.json.encode({"step": step(calls, p95)}) for calls, p95 in ((1, 0.5), (10, 3.0))]
    cost = Cost(
        model="base",
        window_s=5.0,
        speech_s=4.5,
        batch=4,
        beam=3,
        device="cpu",
        compute_type="int8",
        seconds=2.0,
    )
    raw.append(msgspec.json.encode({"sizes": cost}))
    kept.write_bytes(b"\n".join([*raw, msgspec.json.encode({"replay": {}})]))
    done = CliRunner().invoke(app, ["report", str(kept), "--plot", str(picture)])
    assert done.exit_code == 0, done.output
    assert "| s | 0.50/0.50 (0) | 3.00/3.00 (0) | 1 / 1 | 1 / 1 | 1 / 1 |" in done.output
    assert "| s | 10 | 3.00 / 3.00 / 3.00 | 3.00 / 3.00 / 3.00 | 0 of 100 | 0 |" in done.output
    assert "| base, 5 s with 4.5 s of speech | 4 | 3 | 0.50 s | 10.0 per core |" in done.output
    assert ElementTree.parse(picture).getroot().tag.endswith("svg")


def test_when_more_calls_tell_nothing_new() -> None:
    assert hopeless([step(5, 25.0)])
    assert hopeless([step(5, 1.0, missed=60)])
    assert hopeless([step(5, 1.0, missed=100)])
    assert not hopeless([step(1, 25.0), step(5, 5.0, missed=10)])
    alone = step(1, 0.5)
    assert over([alone, step(5, 2.1)])
    assert over([alone, step(5, 0.5, missed=2)])
    assert not over([alone, step(5, 1.9, missed=1, confirmed=5.0)])
    # late by itself, but not by the other calls
    assert not over([step(1, 3.0), step(5, 3.9)])
    assert over([step(1, 3.0), step(5, 4.1)])
    assert over([step(1, 12.0)])
