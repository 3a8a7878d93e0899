"""`monitor backup`: a copy of everything, made while the server runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def backup(
    into: Annotated[Path, typer.Option(help="Folder of the backups, on another disk.")],
    keys: Annotated[
        Path, typer.Option(help="Folder for the keyring, apart from the backups and the data.")
    ],
    keep: Annotated[
        int | None, typer.Option(min=1, help="Remove all but so many backups afterwards [none].")
    ] = None,
    data: Annotated[Path | None, typer.Option(help="Data folder of the server [var].")] = None,
    config: Annotated[Path | None, typer.Option(help="TOML file of settings.")] = None,
) -> None:
    """Back up databases, packs and recordings, and the keyring apart from them.

    The root key is not in it: keep a copy of that, or the escrow key, somewhere else again.
    """
    from monitor import settings as settings_
    from monitor.clock import SystemClock
    from monitor.evidence import backup as backups
    from monitor.evidence import manifest, opening

    settings = settings_.load(config)
    settings = settings_.change(settings, "store", data=None if data is None else str(data))
    folder = backups.backup(
        Path(settings.store.data), opening.folder(settings), into, keys, wall=SystemClock().wall()
    )
    made = manifest.read(folder)
    events = made.counts.get("events", 0)
    typer.echo(
        f"{folder}: {len(made.files)} files, {events} events, {len(made.recordings)} recordings"
    )
    if settings.store.url:
        typer.echo("the record is in PostgreSQL and not in this: back it up with pg_dump", err=True)
    if keep is not None and (gone := backups.prune(into, keys, keep)):
        typer.echo(f"{gone} older backups removed")
