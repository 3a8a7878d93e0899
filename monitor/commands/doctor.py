"""`monitor doctor`: is everything here that a call needs?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def doctor(
    data: Annotated[Path | None, typer.Option(help="Data folder to look at.")] = None,
    model: Annotated[str | None, typer.Option(help="Model to look at.")] = None,
    lexicons: Annotated[Path | None, typer.Option(help="Rule packs to look at.")] = None,
    config: Annotated[Path | None, typer.Option(help="TOML file of settings.")] = None,
) -> None:
    """Check the machine, the model and the rule packs; exit status 1 if something is missing."""
    from monitor import settings as settings_
    from monitor.ops.doctor import examine

    settings = settings_.load(config)
    settings = settings_.change(settings, "store", data=None if data is None else str(data))
    settings = settings_.change(settings, "asr", model=model)
    chosen = None if lexicons is None else str(lexicons)
    settings = settings_.change(settings, "rules", lexicons=chosen)
    missing = 0
    for finding in examine(settings):
        typer.echo(f"{finding.verdict:<8}{finding.name:<16}{finding.detail}")
        if finding.remedy:
            typer.echo(f"{'':<8}{'':<16}-> {finding.remedy}")
        missing += finding.verdict == "missing"
    if missing:
        raise typer.Exit(1)
