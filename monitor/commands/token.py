"""`monitor token`: make, list and take back the tokens that open the server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from monitor.commands.noting import Note
    from monitor.store.tokens import TokenShelf

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Make, list and take back tokens.",
)

_Data = Annotated[
    Path | None, typer.Option("--data", help="Data folder of the server [from the settings: var].")
]
_Config = Annotated[Path | None, typer.Option("--config", help="TOML file of settings.")]


@app.command()
def create(
    role: Annotated[
        str,
        typer.Option(help="supervisor, agent, qa, compliance, admin, auditor or ingest."),
    ],
    team: Annotated[str, typer.Option(help="Team; supervisor, agent and ingest need one.")] = "",
    agent: Annotated[str, typer.Option(help="Agent id; role agent needs one.")] = "",
    name: Annotated[str, typer.Option(help="Whose it is, for the list.")] = "",
    data: _Data = None,
    config: _Config = None,
) -> None:
    """Make a token and print it, once: only a hash of it is kept.

    The server knows it at once; no restart is needed.
    """
    from monitor.clock import SystemClock
    from monitor.errors import BadInput, Refused
    from monitor.web.auth import make_token

    try:
        row, token = make_token(role, SystemClock(), team=team, agent=agent, name=name)
    except Refused as fault:
        raise BadInput(fault.code, fault.message) from None
    with _shelf(data, config) as (shelf, note):
        note("tokens.add", row.id, role=role, team=team, agent=agent, name=name)
        shelf.add(row)
    typer.echo(token)
    typer.echo("keep it safe: it cannot be shown again", err=True)


@app.command("list")
def show(data: _Data = None, config: _Config = None) -> None:
    """List the tokens, without their secrets."""
    with _shelf(data, config, must_exist=True) as (shelf, _):
        rows = shelf.listed()
    for row in rows:
        state = "revoked" if row.revoked_wall is not None else "good"
        made = datetime.fromtimestamp(row.created_wall, UTC).strftime("%Y-%m-%d")
        whose = " ".join(part for part in (row.team, row.agent, row.name) if part)
        typer.echo(f"{row.id}  {row.role:<10}  {state:<7}  {made}  {whose}")


@app.command()
def revoke(
    id_: Annotated[str, typer.Argument(metavar="ID", help="From `monitor token list`.")],
    data: _Data = None,
    config: _Config = None,
) -> None:
    """Take a token back; open sockets that used it are closed at once."""
    from monitor.clock import SystemClock
    from monitor.errors import BadInput

    with _shelf(data, config, must_exist=True) as (shelf, note):
        note("tokens.revoke", id_)
        if not shelf.revoke(id_, SystemClock().wall()):
            raise BadInput("no_token", f"no good token has the id {id_}")
    typer.echo(f"token {id_} is taken back")


@contextmanager
def _shelf(
    data: Path | None, config: Path | None, *, must_exist: bool = False
) -> Iterator[tuple[TokenShelf, Note]]:
    from monitor import settings
    from monitor.commands.noting import noting
    from monitor.errors import BadInput
    from monitor.store.tokens import ACCESS_FILE, TokenShelf

    loaded = settings.load(config)
    folder = data or Path(loaded.store.data)
    if must_exist and not (folder / ACCESS_FILE).is_file():
        message = "no tokens here; --data names the server's data folder"
        raise BadInput("no_tokens", message, file=str(folder))
    with closing(TokenShelf(folder)) as shelf, noting(folder, loaded) as note:
        yield shelf, note
