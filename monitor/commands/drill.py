"""`monitor drill`: proves that a backup of today could be restored, and how long that takes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def drill(
    work: Annotated[Path, typer.Option(help="Folder to do it in; it must have the room.")],
    private: Annotated[
        Path | None, typer.Option(help="Also open everything with this offline escrow key alone.")
    ] = None,
    data: Annotated[Path | None, typer.Option(help="Data folder of the server [var].")] = None,
    config: Annotated[Path | None, typer.Option(help="TOML file of settings.")] = None,
) -> None:
    """Back up, restore elsewhere, compare and open everything; leaves nothing behind.

    The server may go on meanwhile. Exit status 1 if anything is missing or stays shut.
    """
    import tempfile

    from monitor import settings as settings_
    from monitor.clock import SystemClock
    from monitor.commands.keys import identity
    from monitor.evidence.rehearsal import rehearse

    settings = settings_.load(config)
    settings = settings_.change(settings, "store", data=None if data is None else str(data))
    escrow = None if private is None else identity(private)
    work.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(prefix="drill-", dir=work) as folder:
        report = rehearse(settings, Path(folder), escrow, SystemClock(), typer.echo)
    typer.echo(
        f"backed up in {report.backup_s:.1f} s, restored in {report.restore_s:.1f} s, "
        f"opened in {report.open_s:.1f} s: {report.rows} rows, {report.recordings} recordings, "
        f"{report.faults} faults"
    )
    if report.faults:
        raise typer.Exit(1)
