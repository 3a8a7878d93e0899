"""`monitor fixtures`: make the calls of `audio_fixtures/`, or random ones to measure by."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from monitor.demo.script import CallScript

app = typer.Typer(help="Recorded calls: build, list.", no_args_is_help=True)

FOLDER = Path("audio_fixtures")
_Folder = Annotated[
    Path, typer.Option("--scripts", help="Folder of call scripts (*.yaml).", metavar="FOLDER")
]


@app.command()
def build(
    scripts: _Folder = FOLDER / "scripts",
    out: Annotated[
        Path, typer.Option("--out", help="Folder for the recordings and expectations.")
    ] = FOLDER,
    only: Annotated[
        list[str] | None, typer.Option("--only", help="Build only this call; may be repeated.")
    ] = None,
    seed: Annotated[
        int, typer.Option("--seed", help="Seed of the line noise and of random calls.")
    ] = 0,
    voices: Annotated[
        Literal["scripted", "held-out"],
        typer.Option(
            "--voices",
            help="`held-out`: the scripts in voices that nothing was trained on.",
        ),
    ] = "scripted",
    random: Annotated[
        int | None,
        typer.Option(
            "--random",
            min=1,
            max=10_000,
            help="Instead of the scripts: so many random calls, in held-out voices and words.",
        ),
    ] = None,
) -> None:
    """Synthesise calls with espeak-ng; the same seed gives the same bytes."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from monitor.demo.fixtures import build as make

    held_out = voices == "held-out" or random is not None
    chosen = _held_out(scripts, only, random, seed, out) if held_out else _scripted(scripts, only)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    seconds, size = 0.0, 0
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("fixtures", total=len(chosen))
        for made in make(chosen, out, seed=seed):
            seconds += made.seconds
            size += made.size
            bar.update(task, advance=1, description=made.name)
    typer.echo(f"{len(chosen)} calls, {seconds:.0f} s, {size / 1e6:.1f} MB in {out}")


@app.command("list")
def show(scripts: _Folder = FOLDER / "scripts") -> None:
    """List the call scripts and what each must raise."""
    from rich.console import Console
    from rich.table import Table

    from monitor.demo.script import load_scripts

    table = Table()
    for column in ("call", "title", "industry", "agent", "customer", "alerts"):
        table.add_column(column, no_wrap=column in ("call", "alerts"))
    for name, script in load_scripts(scripts).items():
        alerts = [want.alert for want in script.expect if want.alert and want.expect == "must"]
        voices = {str(role): casting.voice for role, casting in script.voices.items()}
        table.add_row(
            name,
            script.title,
            script.industry,
            voices.get("agent", ""),
            voices.get("customer", ""),
            "\n".join(alerts) or "-",
        )
    Console().print(table)


def _scripted(folder: Path, only: list[str] | None) -> dict[str, CallScript]:
    from monitor.demo.script import load_scripts
    from monitor.errors import BadInput

    found = load_scripts(folder)
    if unknown := sorted(set(only or ()) - set(found)):
        message = f"no such call: {', '.join(unknown)} (there are {', '.join(found)})"
        raise BadInput("unknown_call", message, file=str(folder), field="--only")
    return {name: found[name] for name in only or found}


def _held_out(
    scripts: Path, only: list[str] | None, count: int | None, seed: int, out: Path
) -> dict[str, CallScript]:
    from monitor.demo.heldout import random_calls, recast
    from monitor.errors import BadInput

    if out == FOLDER:
        message = "held-out calls are for measuring and are not kept: name another folder"
        raise BadInput("bad_folder", message, field="--out")
    if count is None:
        return recast(_scripted(scripts, only), seed)
    return random_calls(count, seed)
