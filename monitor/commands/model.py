"""`monitor model`: which speech models are here, fetch one, check its files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Speech models: list, fetch, verify.", no_args_is_help=True)


@app.command("list")
def list_models() -> None:
    """List the models on this machine."""
    from monitor.asr.models import available

    for model in available():
        window = f"windows from {model.card.shortest_window_s:g} s"
        typer.echo(f"{model.name}\t{window}\t{model.folder}")
        if model.card.trained_on:
            typer.echo(f"\ttrained on {model.card.trained_on}")


@app.command()
def fetch(
    name: Annotated[
        str, typer.Argument(help="faster-whisper size (small, large-v3-turbo) or owner/repository.")
    ],
    into: Annotated[
        Path | None, typer.Option(help="Folder to put the files in, to copy to another machine.")
    ] = None,
) -> None:
    """Download a model from the Hugging Face hub."""
    from monitor.asr import models

    model = models.fetch(name, into=into)
    typer.echo(f"{model.name}: {model.folder}")


@app.command()
def verify(
    name: Annotated[
        str, typer.Argument(help="`demo`, a folder, a size or owner/repository.")
    ] = "demo",
) -> None:
    """Compare a model's files with the checksums of its card or SHA256SUMS."""
    from monitor.asr import models

    model = models.find(name)
    checked = models.verify(model)
    typer.echo(f"{model.name}: {len(checked)} files are as they should be ({', '.join(checked)})")
