"""The `monitor` command: one sub-command per noun in `monitor/commands/`."""

from __future__ import annotations

import inspect
import io
import os
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Annotated, Any, Final

import typer

from monitor import __version__
from monitor.errors import MonitorError

_UsageError: Final[Any] = typer.BadParameter.__base__
"""typer carries its own click, and has no other public name for this."""

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
    "user",
    "token",
    "keys",
    "recording",
    "backup",
    "restore",
    "drill",
    "store",
    "access",
    "audit",
    "lexicon",
    "model",
    "fixtures",
    "eval",
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
            for command in module.app.registered_commands:
                command.short_help = _summary(command.callback)
        else:
            command = getattr(module, name)
            app.command(name, short_help=_summary(command))(command)


def _summary(command: Callable[..., object] | None) -> str | None:
    """The first sentence of the help, whole: typer's own list of commands cuts it short."""
    lines = (inspect.getdoc(command) or "").partition("\n\n")[0].split()
    return " ".join(lines) or None


def main() -> None:
    """Run the command line; every fault is one line on standard error, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        # a terminal without Chinese shows the characters' numbers instead of a traceback
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    register()
    try:
        sys.exit(app(standalone_mode=False, prog_name="monitor"))
    except _UsageError as fault:
        sys.exit(_misused(fault))
    except typer.Abort:
        sys.exit(1)
    except MonitorError as fault:
        print(f"monitor: {fault}", file=sys.stderr)
        sys.exit(fault.exit_status)
    except BrokenPipeError:
        _silence()
        sys.exit(1)
    except OSError as fault:
        # the disk, a folder or the network, where no command has better words for it
        where = f"{fault.filename}: " if isinstance(fault.filename, str) else ""
        print(f"monitor: {where}{fault.strerror or fault}", file=sys.stderr)
        _silence()
        sys.exit(1)


def _misused(fault: Any) -> int:
    """One line about an option or argument; the help itself where nothing was asked for."""
    if type(fault).__name__ == "NoArgsIsHelpError":
        fault.show()
        return 2
    message = " ".join(fault.format_message().split())
    command = fault.ctx.command_path if fault.ctx else "monitor"
    print(f"{command}: {message} ({command} --help says more)", file=sys.stderr)
    return 2


def _silence() -> None:
    """Drop what is still to be written (`| head`, a full disk): Python would complain at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
