"""`monitor watch`: the alerts of a team in a terminal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from monitor.web.watcher import Watcher


def watch(
    url: Annotated[str, typer.Option(help="Address of the server.")] = "ws://127.0.0.1:8765",
    token_file: Annotated[
        Path | None,
        typer.Option(help="File with a supervisor's token [the variable MONITOR_TOKEN]."),
    ] = None,
    from_start: Annotated[
        bool, typer.Option("--from-start", help="Show the alerts that are already there, too.")
    ] = False,
    json: Annotated[
        bool, typer.Option("--json", help="One alert per line, as JSON, for other programs.")
    ] = False,
    confirmed_only: Annotated[
        bool,
        typer.Option(
            "--confirmed-only", help="Leave out 疑似: alerts raised while somebody still speaks."
        ),
    ] = False,
) -> None:
    """Show a team's alerts as they come, with the words, the rule, its basis and what to say.

    Comes back by itself where it was when the connection is lost; nothing is shown twice.
    An alert is 疑似 while its sentence goes on; then one line says 确认 or 撤回.
    """
    import asyncio
    import contextlib

    from monitor.web.messages import Last
    from monitor.web.watcher import Watcher

    last = Last(seq=0) if from_start else None
    watcher = Watcher(url, _token(token_file), last=last, confirmed_only=confirmed_only)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_show(watcher, as_json=json))


async def _show(watcher: Watcher, *, as_json: bool) -> None:
    from rich.console import Console

    from monitor.events import Alert, encode
    from monitor.ops.terminal import Told
    from monitor.web.watcher import Remark

    console, aside = Console(highlight=False, soft_wrap=True), Console(stderr=True, highlight=False)
    told = Told()
    async for each in watcher.seen():
        if isinstance(each, Alert):
            if as_json:
                typer.echo(encode(each).decode())
            else:
                console.print(told.lines(each), end="\n\n")
        elif isinstance(each, Remark):
            aside.print(f"[{each.kind}] {each.text}", style="dim", markup=False)


def _token(file: Path | None) -> str:
    import os

    from monitor.errors import BadInput

    if file is None:
        token = os.environ.get("MONITOR_TOKEN", "")
    else:
        try:
            token = file.read_text("utf8")
        except OSError as fault:
            message = fault.strerror or "cannot be read"
            raise BadInput("no_token", message, file=str(file)) from None
        except UnicodeDecodeError:
            raise BadInput("no_token", "is no text file", file=str(file)) from None
    if not token.strip():
        raise BadInput(
            "no_token",
            "no token: give --token-file or set MONITOR_TOKEN "
            "(make one with `monitor token create --role supervisor --team …`)",
        )
    return token.strip()
