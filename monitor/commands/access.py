"""`monitor access`: who may do what, and why."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Show and explain who may do what."
)

_Data = Annotated[
    Path | None, typer.Option("--data", help="Data folder of the server [from the settings: var].")
]
_Config = Annotated[Path | None, typer.Option("--config", help="TOML file of settings.")]


@app.command("list")
def show() -> None:
    """Print the table of permissions: for each action the roles that have it, and how far."""
    from monitor.access.permissions import ACTIONS, TABLE

    for action in ACTIONS:
        held = "  ".join(f"{role}={reach.value}" for role, reach in TABLE[action].items())
        typer.echo(f"{action:<18}  {held}")


@app.command()
def explain(
    user: Annotated[str, typer.Argument(metavar="USER", help="Name of an account, or token:ID.")],
    action: Annotated[str, typer.Argument(metavar="ACTION", help="From `monitor access list`.")],
    object_: Annotated[
        str,
        typer.Argument(metavar="OBJECT", help="TEAM or TEAM/AGENT whose calls it is about."),
    ] = "",
    data: _Data = None,
    config: _Config = None,
) -> None:
    """Say whether USER may do ACTION to OBJECT, and why; exit status 1 when not."""
    from monitor import settings
    from monitor.access.explain import explained
    from monitor.errors import BadInput
    from monitor.store.access_file import ACCESS_FILE, AccessFile

    folder = data or Path(settings.load(config).store.data)
    if not (folder / ACCESS_FILE).is_file():
        message = "no accounts here; --data names the server's data folder"
        raise BadInput("no_accounts", message, file=str(folder))
    with closing(AccessFile(folder)) as file:
        verdict = explained(file, user, action, object_)
    typer.echo(f"{'yes' if verdict.allowed else 'no'}: {verdict.why}")
    if not verdict.allowed:
        raise typer.Exit(1)
