"""`monitor bench`: latency by stage, capacity, overload, other systems, speed of replay."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from msgspec import Struct
    from rich.console import Console

    from monitor.demo.scenario import Scene
    from monitor.qa.bench.capacity import Step, System

app = typer.Typer(
    help="Measure on this machine: the real server, real sound at the speed of speech.",
    no_args_is_help=False,
)

Out = Annotated[
    Path | None, typer.Option(help="Append the raw runs here, one JSON object per line.")
]
Runs = Annotated[int, typer.Option(min=1, help="Runs of each step.")]
Fixtures = Annotated[Path | None, typer.Option(help="Folder of recorded calls [audio_fixtures].")]
Calls = Annotated[
    list[int] | None, typer.Option(min=1, help="Calls at once, a ladder.", show_default=False)
]
LADDER = (1, 2, 5, 10, 20, 50, 100, 150)
SIDE_BY_SIDE = (1, 5, 10, 20, 40, 60, 80)
ROOT = Path(__file__).parents[2]


@app.callback(invoke_without_command=True)
def bench(context: typer.Context) -> None:
    """Measure on this machine: the real server, real sound at the speed of speech.

    Without a command: replay and latency, three runs each. Latency is from the end of the phrase
    in the sound (known from its synthesis) to the alert's frame in a subscriber's hands.
    """
    if context.invoked_subcommand is None:
        replay()
        latency()


@app.command()
def replay(runs: Runs = 3, fixtures: Fixtures = None, out: Out = None) -> None:
    """Hear the recordings as fast as the machine can, and faster-whisper's batched pipeline too."""
    from monitor.asr import models
    from monitor.qa.bench import replay as bench_replay
    from monitor.qa.session import open_session

    console, scenes = _console(), _scenes(fixtures)

    def show(done: bench_replay.ReplayRun) -> None:
        _keep(out, "replay", done)
        judged = f", {done.wrong} of {done.recordings} wrong" if done.wrong >= 0 else ""
        console.print(
            f"{done.system}: {done.audio_s:.0f} s of calls in {done.wall_s:.1f} s "
            f"({done.times_real_time:.0f} times real time, {done.cpu_s:.1f} s of CPU){judged}",
            soft_wrap=True,
        )

    with open_session(model="demo", packs=[], meta=[]) as session:
        for _ in range(runs):
            show(bench_replay.ours(session, scenes))
    for done in bench_replay.batched(models.find(models.BUNDLED).folder, scenes, runs):
        show(done)


@app.command()
def latency(
    calls: Calls = None, runs: Runs = 3, fixtures: Fixtures = None, out: Out = None
) -> None:
    """Play calls at once and show where each alert's time went, stage by stage."""
    from monitor.qa.bench import latency as bench_latency
    from monitor.qa.bench import table

    console, scenes = _console(), _scenes(fixtures, wanted=True)
    for count in calls or (1, 6):
        for number in range(runs):
            # another start in the cast each time: one call at a time is not one call always
            turned = scenes[number % len(scenes) :] + scenes[: number % len(scenes)]
            done = bench_latency.run(turned, count)
            _keep(out, "latency", done)
            console.print(table.latency(done, number + 1))


@app.command()
def policy(fixtures: Fixtures = None, out: Out = None) -> None:
    """What listening alone costs, in media time: the same on every machine."""
    from monitor.asr import models
    from monitor.asr.whisper import load
    from monitor.calls import LISTENING
    from monitor.qa.bench import policy as bench_policy
    from monitor.qa.bench import table

    done = bench_policy.run(_scenes(fixtures), load(models.find(models.BUNDLED)), LISTENING)
    _keep(out, "policy", done)
    _console().print(table.policy(done))


@app.command()
def capacity(
    calls: Calls = None,
    runs: Runs = 1,
    hold: Annotated[float, typer.Option(min=10, help="Seconds each lane of calls lasts.")] = 45.0,
    fixtures: Fixtures = None,
    out: Out = None,
) -> None:
    """Two-role calls in real time through the real intake, more and more at once."""
    from monitor.qa.bench.ladder import hopeless
    from monitor.qa.bench.ours import Ours

    plan = Plan(calls=calls or LADDER, runs=runs, hold_s=hold, over=hopeless)
    _climb([Ours()], plan, _scenes(fixtures), out)


@app.command()
def peers(
    calls: Calls = None,
    runs: Runs = 1,
    hold: Annotated[float, typer.Option(min=10, help="Seconds each lane of calls lasts.")] = 30.0,
    only: Annotated[
        list[str] | None, typer.Option(help="Systems whose name begins so.", show_default=False)
    ] = None,
    environments: Annotated[
        Path | None,
        typer.Option(help="Where each peer's own environment is made [the user's cache folder]."),
    ] = None,
    prepare: Annotated[bool, typer.Option("--prepare", help="Only make the environments.")] = False,
    fixtures: Fixtures = None,
    out: Out = None,
) -> None:
    """This program and others, the same calls and model, our rules on everybody's text.

    A ladder: each system climbs until it misses alerts, or the p95 of its first alert is over two
    seconds and a second later than with the fewest calls. Calls are cut ten seconds after their
    phrase, so that short runs give many delays. Needs PyPI (and portaudio's headers for
    RealtimeSTT); a peer that cannot be had is named.
    """
    from monitor.asr import models
    from monitor.errors import Unavailable
    from monitor.qa.bench.ladder import over
    from monitor.qa.bench.load import brief
    from monitor.qa.bench.ours import Ours
    from monitor.qa.bench.peers.peer import Peer, cache
    from monitor.qa.bench.peers.recipe import RECIPES

    model = models.find(models.BUNDLED).folder
    home = environments.absolute() if environments else cache()
    systems: list[System] = [Ours()]
    for recipe in RECIPES:
        if only and not any(recipe.name.lower().startswith(one.lower()) for one in only):
            continue
        peer = Peer(recipe=recipe, environments=home, model=model)
        try:
            peer.install()
        except Unavailable as fault:
            _absent(out, recipe.name, fault)
            continue
        systems.append(peer)
    if not prepare:
        plan = Plan(calls=calls or SIDE_BY_SIDE, runs=runs, hold_s=hold, over=over, spread_s=10.0)
        _climb(systems, plan, brief(_scenes(fixtures)), out)


@app.command()
def overload(
    calls: Annotated[int, typer.Option(min=1, help="Calls at once: three times capacity.")] = 150,
    hold: Annotated[float, typer.Option(min=10, help="Seconds the load lasts.")] = 120.0,
    fixtures: Fixtures = None,
    out: Out = None,
) -> None:
    """Far too many calls for a while: is everything heard in the end, and how soon?"""
    from monitor.qa.bench import overload as bench_overload
    from monitor.qa.bench import table

    done = bench_overload.run(_scenes(fixtures), calls, hold_s=hold)
    _keep(out, "overload", done)
    _console().print(table.overload(done))


@app.command()
def report(
    runs: Annotated[list[Path], typer.Argument(help="Files of raw runs (--out of the others).")],
    plot: Annotated[Path | None, typer.Option(help="Write the picture here, as SVG.")] = None,
) -> None:
    """Tables, capacities and the picture of raw runs of `capacity`, `peers` and `sizes`.

    Tables and lines are of the last run of each system and load; the picture has the older runs as
    dots.
    """
    from monitor.errors import BadInput
    from monitor.qa.bench import plot as bench_plot
    from monitor.qa.bench import table
    from monitor.qa.bench.ladder import compared, last_runs
    from monitor.qa.bench.runs import read

    found = [read(path) for path in runs]
    steps = [step for one in found for step in one.steps]
    parts: list[str] = []
    for one in found:
        if last := last_runs(one.steps):
            parts += [table.markdown(last, one.absent), table.everything(last)]
            parts.append("\n".join(compared(last, "monitor")))
        if one.sizes:
            parts.append(table.sizes(one.sizes))
    if not parts or (plot is not None and not steps):
        raise BadInput("no_runs", "no steps of a ladder in these files")
    typer.echo("\n\n".join(part for part in parts if part))
    if plot is not None:
        plot.write_text(bench_plot.capacity(steps), "utf8")


@app.command()
def sizes(
    models: Annotated[
        list[str] | None,
        typer.Option("--model", help="tiny, base, small, large-v3-turbo.", show_default=False),
    ] = None,
    device: Annotated[str, typer.Option(help="cpu (one core) or cuda.")] = "cpu",
    batches: Annotated[
        list[int] | None, typer.Option("--batch", min=1, help="Windows at once.")
    ] = None,
    speech: Annotated[float, typer.Option(min=1, max=29, help="Seconds said in a window.")] = 4.5,
    out: Out = None,
) -> None:
    """Calls per core of the real architectures: random weights, the length of the text fixed.

    Cost is real, text is not. Each model with windows as long as the speech (and half a second)
    and with Whisper's 30 s; finals only, as hard a search as the server's.
    """
    from tempfile import TemporaryDirectory

    from monitor.asr.options import Options
    from monitor.asr.sizes import ARCHITECTURES, Timed, build

    unknown = set(models or ()) - {shape.name for shape in ARCHITECTURES}
    if unknown:
        raise typer.BadParameter(f"no such model: {', '.join(sorted(unknown))}")
    console, beam = _console(), Options().beam
    for shape in ARCHITECTURES:
        if models and shape.name not in models:
            continue
        with TemporaryDirectory(prefix="monitor-bench-") as name:
            build(shape, Path(name))
            timed = Timed(shape, Path(name), device=device)
            for window_s in (speech + 0.5, 30.0):
                for batch in batches or (1, 4):
                    cost = timed.run(window_s=window_s, speech_s=speech, batch=batch, beam=beam)
                    _keep(out, "sizes", cost)
                    console.print(
                        f"{shape.name:15} window {window_s:4.1f} s, batch {batch:2}, beam {beam}: "
                        f"{1000 * cost.seconds / batch:8.1f} ms for {speech:g} s of speech, "
                        f"{cost.calls:7.2f} calls per {'core' if device == 'cpu' else device}",
                        soft_wrap=True,
                    )


@app.command()
def judge(
    runs: Annotated[int, typer.Option(min=1, help="Runs of loading 50,000 phrases.")] = 3,
    keep: Annotated[
        Path | None, typer.Option(help="Write the raw runs into this folder, as judge.jsonl.")
    ] = None,
) -> None:
    """Measure the judge alone: utterances, nonsense, loading packs, refusing traps."""
    from tempfile import TemporaryDirectory

    import msgspec

    from monitor.qa.bench.judge import everything
    from monitor.rules.lexicon import Lexicon

    raw = []
    with TemporaryDirectory(prefix="monitor-bench-") as name:
        for one in everything(Path(name), Lexicon().packs, runs):
            shown = ", ".join(f"{run / 1000:.3g}" for run in one.runs[:12])
            more = f", … {len(one.runs)} runs" if len(one.runs) > 12 else ""
            typer.echo(f"{one.name}: median {one.median_us / 1000:.3g} ms ({shown}{more})")
            raw.append(msgspec.json.encode(one))
    if keep:
        keep.mkdir(parents=True, exist_ok=True)
        (keep / "judge.jsonl").write_bytes(b"".join(line + b"\n" for line in raw))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a ladder asks of each system."""

    calls: Sequence[int]
    runs: int
    hold_s: float
    over: Callable[[Sequence[Step]], bool]
    """Whether a system that did so need not be asked for more."""
    spread_s: float = 15.0


def _climb(systems: Sequence[System], plan: Plan, scenes: list[Scene], out: Path | None) -> None:
    from monitor.errors import MonitorError
    from monitor.qa.bench import capacity as bench_capacity
    from monitor.qa.bench import table
    from monitor.qa.bench.ladder import by_system, compared

    console, began = _console(), time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    steps: list[Step] = []
    broken: set[str] = set()
    for count in plan.calls:
        # systems by turns, so that what else the machine does falls on all of them
        for system in [*systems] * plan.runs:
            if system.name in broken:
                continue
            try:
                step = bench_capacity.measure(
                    system,
                    scenes,
                    count,
                    hold_s=plan.hold_s,
                    spread_s=plan.spread_s,
                    ladder=began,
                )
            except MonitorError as fault:
                broken.add(system.name)
                _absent(out, system.name, fault)
                continue
            steps.append(step)
            _keep(out, "step", step)
            console.print(table.step(step), markup=False, soft_wrap=True)
        for name, done in by_system(steps).items():
            if plan.over(done):
                broken.add(name)
    console.print(table.ladder(steps))
    for line in compared(steps, systems[0].name):
        console.print(line, markup=False, soft_wrap=True)


def _absent(out: Path | None, system: str, fault: Exception) -> None:
    from monitor.qa.bench.capacity import Absent

    _keep(out, "absent", Absent(system=system, why=str(fault)))
    _console().print(f"not taking part: {system}: {fault}", style="yellow", markup=False)


def _scenes(folder: Path | None, *, wanted: bool = False) -> list[Scene]:
    from monitor.demo import scenario

    found = scenario.scenes(folder or ROOT / "audio_fixtures", None)
    return [one for one in found if one.expectation.wanted] if wanted else found


def _console() -> Console:
    from rich.console import Console

    return Console(highlight=False)


def _keep(out: Path | None, kind: str, done: Struct) -> None:
    if out is None:
        return
    import msgspec

    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("ab") as file:
        file.write(msgspec.json.encode({kind: done}) + b"\n")
