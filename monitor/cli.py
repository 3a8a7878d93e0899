"""The `monitor` command: one sub-command per noun in `monitor/commands/`."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Annotated

import typer

from monitor import __version__
from monitor.errors import MonitorError

app = typer.Typer(
    name="monitor",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Hears outbound calls and tells people in time what must, and must not, be said.",
)

COMMANDS = (
    "demo",
    "serve",
    "watch",
    "send",
    "listen",
    "replay",
    "judge",
    "token",
    "lexicon",
    "model",
    "fixtures",
    "bench",
    "doctor",
)
"""In the order a newcomer needs them. A module holds a function of its name, or a typer `app`."""


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"monitor {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None: ...


def register() -> None:
    """Attach every command."""
    for name in COMMANDS:
        module = import_module(f"monitor.commands.{name}")
        if hasattr(module, "app"):
            app.add_typer(module.app, name=name)
        else:
            app.command(name)(getattr(module, name))


def main() -> None:
    """Run the command line; every fault is one line on standard error, never a traceback."""
    register()
    try:
        app(standalone_mode=True)
    except MonitorError as fault:
        print(f"monitor: {fault}", file=sys.stderr)
        sys.exit(fault.exit_status)
    except BrokenPipeError:
        # the reader of our output went away (`| head`); Python would complain once more at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
