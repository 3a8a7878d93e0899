"""`monitor bench`: alert latency by stage, cost per call, speed of replay."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from monitor.demo.scenario import Scene


app = typer.Typer(help="Measure on this machine: latency, cost, replay; and the judge alone.")


@app.callback(invoke_without_command=True)
def bench(
    context: typer.Context,
    calls: Annotated[
        list[int] | None,
        typer.Option(min=1, help="Calls at once, a ladder [1 6].", show_default=False),
    ] = None,
    runs: Annotated[int, typer.Option(min=1, help="Runs of each step.")] = 3,
    fixtures: Annotated[
        Path | None, typer.Option(help="Folder of recorded calls [audio_fixtures].")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write the raw runs here, one JSON object per line.")
    ] = None,
) -> None:
    """Measure on this machine: the real server, real sound at the speed of speech.

    Prints every run. Latency is from the end of the phrase in the sound (known from its
    synthesis) to the alert's frame in a subscriber's hands.
    """
    if context.invoked_subcommand:
        return
    from rich.console import Console

    from monitor.demo import scenario

    console = Console(highlight=False)
    folder = fixtures or Path(__file__).parents[2] / "audio_fixtures"
    scenes = [one for one in scenario.scenes(folder, None) if one.expectation.wanted]
    raw: list[bytes] = []
    _replay(console, scenes, runs, raw)
    for count in calls or (1, 6):
        _latency(console, scenes, count, runs, raw)
    if out:
        out.write_bytes(b"".join(line + b"\n" for line in raw))


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


def _replay(console: Console, scenes: list[Scene], runs: int, raw: list[bytes]) -> None:
    import msgspec

    from monitor.qa.bench import replay
    from monitor.qa.session import open_session

    session = open_session(model="demo", packs=[], meta=[])
    for number in range(runs):
        done = replay.run(session, [(scene.recording, scene.seconds) for scene in scenes])
        raw.append(msgspec.json.encode({"replay": done}))
        console.print(
            f"replay {number + 1}: {done.audio_s:.0f} s of calls in {done.wall_s:.1f} s "
            f"({done.times_real_time:.0f} times real time, {done.cpu_s:.1f} s of processor)"
        )


def _latency(
    console: Console, scenes: list[Scene], calls: int, runs: int, raw: list[bytes]
) -> None:
    import msgspec

    from monitor.qa.bench import latency, table

    for number in range(runs):
        # another start in the cast each time, so that one call at a time is not one call always
        turned = scenes[number % len(scenes) :] + scenes[: number % len(scenes)]
        done = latency.run(turned, calls)
        raw.append(msgspec.json.encode({"latency": done}))
        console.print(table.latency(done, number + 1))
