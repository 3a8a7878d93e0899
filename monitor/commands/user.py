"""`monitor user`: accounts of the people who sign in."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from monitor.access.accounts import Accounts
    from monitor.commands.noting import Note

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Make, list and change the accounts of the people who sign in.",
)

_Name = Annotated[str, typer.Argument(metavar="NAME", help="Name the person signs in with.")]
_Role = Annotated[str, typer.Option(help="supervisor, agent, qa, compliance, admin or auditor.")]
_Teams = Annotated[
    list[str] | None,
    typer.Option("--team", help="Team; may be given again. QA and compliance may have none."),
]
_Agent = Annotated[str, typer.Option(help="Agent id; role agent needs one.")]
_Stdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input.")
]
_Data = Annotated[
    Path | None, typer.Option("--data", help="Data folder of the server [from the settings: var].")
]
_Config = Annotated[Path | None, typer.Option("--config", help="TOML file of settings.")]


@app.command()
def add(
    name: _Name,
    role: _Role,
    team: _Teams = None,
    agent: _Agent = "",
    password_stdin: _Stdin = False,
    data: _Data = None,
    config: _Config = None,
) -> None:
    """Make an account; the password is asked for, never an argument.

    The server knows it at once.
    """
    from monitor.access.accounts import NewAccount, check_name, check_rights

    teams = tuple(team or ())
    check_name(name)
    check_rights(role, teams, agent)
    with _accounts(data, config) as (accounts, note):
        new = NewAccount(
            name=name, role=role, teams=teams, agent=agent, password=_password(password_stdin)
        )
        note("accounts.add", name, role=role, teams=list(teams))
        row = accounts.add(new)
    typer.echo(f"{row.name} can sign in as {row.role}")


@app.command("list")
def show(data: _Data = None, config: _Config = None) -> None:
    """List the accounts, without their secrets."""
    with _accounts(data, config) as (accounts, _):
        rows = accounts.shelf.listed()
    for row in rows:
        state = "disabled" if row.disabled_wall is not None else "good"
        made = datetime.fromtimestamp(row.created_wall, UTC).strftime("%Y-%m-%d")
        second = "totp" if row.totp is not None else "-"
        what = " ".join((*row.teams, row.agent)).strip()
        typer.echo(f"{row.name:<20}  {row.role:<10}  {state:<8}  {second:<4}  {made}  {what}")


@app.command()
def disable(name: _Name, data: _Data = None, config: _Config = None) -> None:
    """Nobody signs in with it any more; open sessions and sockets end at once."""
    with _accounts(data, config) as (accounts, note):
        row = accounts.named(name)
        note("accounts.disable", row.name)
        accounts.disable(row)
    typer.echo(f"{name} is disabled")


@app.command()
def enable(name: _Name, data: _Data = None, config: _Config = None) -> None:
    """Let a disabled or locked account sign in again."""
    with _accounts(data, config) as (accounts, note):
        row = accounts.named(name)
        note("accounts.enable", row.name)
        accounts.enable(row)
    typer.echo(f"{name} can sign in")


@app.command()
def role(
    name: _Name,
    role: Annotated[str, typer.Argument(metavar="ROLE", help="The new role.")],
    team: _Teams = None,
    agent: _Agent = "",
    data: _Data = None,
    config: _Config = None,
) -> None:
    """Give an account another role, other teams or another agent id; its sessions end."""
    with _accounts(data, config) as (accounts, note):
        row = accounts.named(name)
        note("accounts.role", row.name, role=role, teams=list(team or ()))
        accounts.change_rights(row, role, tuple(team or ()), agent)
    typer.echo(f"{name} is {role} now")


@app.command()
def password(
    name: _Name, password_stdin: _Stdin = False, data: _Data = None, config: _Config = None
) -> None:
    """Set another password; it is asked for. Open sessions end."""
    with _accounts(data, config) as (accounts, note):
        row = accounts.named(name)
        note("accounts.password", row.name)
        accounts.change_password(row, _password(password_stdin))
    typer.echo(f"{name} has another password")


@app.command()
def totp(
    name: _Name,
    remove: Annotated[bool, typer.Option("--remove", help="Sign in without codes again.")] = False,
    data: _Data = None,
    config: _Config = None,
) -> None:
    """Give an account a secret for an authenticator app, and print it once."""
    from monitor.access.totp import address

    with _accounts(data, config) as (accounts, note):
        row = accounts.named(name)
        note("accounts.totp", row.name, removed=remove)
        if remove:
            accounts.take_totp(row)
            typer.echo(f"{name} signs in without codes")
            return
        secret = accounts.give_totp(row)
    typer.echo(secret)
    typer.echo(address(secret, row.name))
    typer.echo("keep it safe: it cannot be shown again", err=True)


def _password(from_stdin: bool) -> str:
    if from_stdin or not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    asked: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return asked


@contextmanager
def _accounts(data: Path | None, config: Path | None) -> Iterator[tuple[Accounts, Note]]:
    from monitor import settings
    from monitor.access.accounts import Accounts
    from monitor.access.seal import LOGINS, Seal
    from monitor.clock import SystemClock
    from monitor.commands.noting import noting
    from monitor.errors import BadInput, Refused
    from monitor.evidence import opening
    from monitor.store.access_file import AccessFile

    loaded = settings.load(config)
    loaded = settings.change(loaded, "store", data=None if data is None else str(data))
    folder = Path(loaded.store.data)
    seal = Seal(opening.LateKeys(loaded), LOGINS)
    with closing(AccessFile(folder)) as file, noting(folder, loaded) as note:
        try:
            yield Accounts(file, seal, loaded.access, SystemClock()), note
        except Refused as fault:
            raise BadInput(fault.code, fault.message) from None
