"""`monitor serve`: the server, until it is told to stop."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def serve(
    host: Annotated[
        str | None, typer.Option(help="Address to listen on [127.0.0.1: this machine only].")
    ] = None,
    port: Annotated[
        int | None, typer.Option(help="Port to listen on; 0 lets the system choose [8765].")
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="Folder of the databases; made if it is not there [var].")
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="Recogniser: folder or name [the bundled demo model].")
    ] = None,
    lexicons: Annotated[
        Path | None, typer.Option(help="Folder of rule packs [the bundled ones].")
    ] = None,
    config: Annotated[
        Path | None, typer.Option(help="TOML file of settings [MONITOR_CONFIG].")
    ] = None,
    ready_file: Annotated[
        Path | None, typer.Option(help='Write {"url":…,"pid":…} here once it listens.')
    ] = None,
) -> None:
    """Run the server: takes calls, hears them, tells supervisors and agents.

    SIGTERM (or Ctrl-C) lets the live calls end and their alerts go out, then stops.
    """
    import asyncio

    from monitor import settings as settings_
    from monitor.calls import open_host
    from monitor.clock import SystemClock
    from monitor.ops import logging, memory
    from monitor.web import ready as announce
    from monitor.web.server import run

    settings = settings_.load(config)
    settings = settings_.change(settings, "server", host=host, port=port)
    settings = settings_.change(settings, "store", data=_text(data))
    settings = settings_.change(settings, "asr", model=model)
    settings = settings_.change(settings, "rules", lexicons=_text(lexicons))
    memory.calm()
    logging.configure(level=settings.logs.level, json=settings.logs.json)
    with announce.removed(ready_file):
        asyncio.run(
            run(settings, open_host, clock=SystemClock(), ready=announce.to(ready_file, typer.echo))
        )


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)
