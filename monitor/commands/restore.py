"""`monitor restore`: a data folder from a backup."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def restore(
    backup: Annotated[Path, typer.Argument(help="A backup: the folder with manifest.json.")],
    keys: Annotated[
        Path | None, typer.Option(help="Its keyring's folder [the data folder has one].")
    ] = None,
    data: Annotated[Path | None, typer.Option(help="Data folder to fill [var].")] = None,
    config: Annotated[Path | None, typer.Option(help="TOML file of settings.")] = None,
) -> None:
    """Fill a data folder without a record from a backup; the server must not run.

    Recordings that are there already stay, and the next start adopts those the record does not
    know. Subscribers are told to start afresh.
    """
    from monitor import settings as settings_
    from monitor.errors import MonitorError
    from monitor.evidence import opening
    from monitor.evidence.restore import restore as brought

    settings = settings_.load(config)
    settings = settings_.change(settings, "store", data=None if data is None else str(data))
    back = brought(backup, keys, Path(settings.store.data), opening.folder(settings))
    typer.echo(
        f"{settings.store.data}: {back.files} files, {back.recordings} recordings copied, "
        f"{back.streams} logs with a new epoch"
    )
    try:
        count = opening.keyring(settings).verify()
    except MonitorError as fault:
        typer.echo(f"the recordings are still shut: {fault}", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{count} keys open")
