"""`monitor keys`: the keys that recordings are sealed with, and the way back when one is lost."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from monitor.evidence.age import Identity
    from monitor.settings import Settings

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Make, check, rotate and recover the keys that recordings are sealed with.",
)

_Data = Annotated[
    Path | None, typer.Option("--data", help="Data folder of the server [from the settings: var].")
]
_Config = Annotated[Path | None, typer.Option("--config", help="TOML file of settings.")]
_Private = Annotated[
    Path, typer.Option("--private", help="File of the offline escrow key (AGE-SECRET-KEY-1…).")
]


@app.command()
def init(data: _Data = None, config: _Config = None) -> None:
    """Make the root key of a data folder that has none yet; an existing key stays."""
    from monitor.evidence import opening

    settings = _settings(data, config)
    key = opening.first_root(settings)
    typer.echo(f"root key {key.id} is in {opening.root_source(settings).about}")
    typer.echo("keep a copy of it in a safe place, apart from the data", err=True)


@app.command()
def new() -> None:
    """Print a new root key, for a system credential or a vault; it is kept nowhere."""
    from monitor.evidence.root import RootKey

    typer.echo(RootKey.new().line, nl=False)


@app.command()
def verify(data: _Data = None, config: _Config = None) -> None:
    """Open every key of the keyring with the root key at hand; exit status 1 if one stays shut."""
    from monitor.evidence import opening

    settings = _settings(data, config)
    ring = opening.keyring(settings)
    count = ring.verify()
    held = sum(bool(row.escrow) for row in ring.rows())
    root = opening.root_source(settings)
    active = next((key.id for key in root.load()), "none")
    typer.echo(f"root key {active} from {root.about}: {count} keys open, {held} of them in escrow")


@app.command()
def rotate(data: _Data = None, config: _Config = None) -> None:
    """Make a new root key and put every key under it; recordings are not touched.

    A root key from a credential or a command is not ours to change: put a new one before the old
    one there (`monitor keys new`), run this, then take the old one away.
    """
    from monitor.evidence import opening
    from monitor.evidence.root import FileRoot, RootKey

    settings = _settings(data, config)
    ring, root = opening.keyring(settings), opening.root_source(settings)
    ring.verify()
    if isinstance(root, FileRoot):
        # both stay at hand until every key was opened under the new one
        root.save([RootKey.new(), *root.load()])
    moved = ring.rewrap()
    ring.verify()
    fresh = root.load()[0]
    if isinstance(root, FileRoot):
        root.save([fresh])
    typer.echo(f"{moved} keys are under root key {fresh.id} now")


@app.command("escrow-key")
def escrow_key(
    into: Annotated[Path, typer.Option(help="File for the private half; must not exist.")],
) -> None:
    """Make the offline key pair that opens everything; do this away from the server."""
    from monitor.evidence.age import Identity
    from monitor.evidence.root import replace

    identity = Identity.new()
    text = f"# public key: {identity.recipient}\n{identity.reveal()}\n"
    replace(into, text.encode(), new=True)
    typer.echo(str(identity.recipient))
    typer.echo(f"{into} opens every recording: print it, lock it away, delete it", err=True)


@app.command("escrow-drill")
def escrow_drill(private: _Private, data: _Data = None, config: _Config = None) -> None:
    """Prove that the offline key opens what it should: every key, and a recording of each.

    Changes nothing. Exit status 1 if something stays shut.
    """
    from monitor.evidence import drill, opening

    settings = _settings(data, config)
    report = drill.escrow(
        opening.keyring(settings), opening.folder(settings), identity(private), typer.echo
    )
    typer.echo(
        f"{report.keys} keys and {report.recordings} recordings opened with the escrow key, "
        f"{report.shut} stayed shut"
    )
    if report.shut:
        raise typer.Exit(1)


@app.command()
def recover(private: _Private, data: _Data = None, config: _Config = None) -> None:
    """After the root key was lost: put every key under a new one, with the offline key."""
    from monitor.errors import BadInput
    from monitor.evidence import opening
    from monitor.evidence.root import FileRoot, RootKey

    settings = _settings(data, config)
    ring, root = opening.keyring(settings), opening.root_source(settings)
    keys = root.load()
    if not keys:
        if not isinstance(root, FileRoot):
            raise BadInput(
                "no_root_key", f"put a new root key (monitor keys new) into {root.about}"
            )
        root.create([RootKey.new()])
        keys = root.load()
    count = ring.recover(identity(private), keys[0])
    ring.verify()
    typer.echo(f"{count} keys are under root key {keys[0].id} now")


def _settings(data: Path | None, config: Path | None) -> Settings:
    from monitor import settings

    loaded = settings.load(config)
    return settings.change(loaded, "store", data=None if data is None else str(data))


def identity(private: Path) -> Identity:
    """The private key in a file; raises `BadInput` that names it."""
    from monitor.errors import BadInput
    from monitor.evidence.age import Identity

    try:
        return Identity.parse(private.read_text("ascii"))
    except (OSError, UnicodeDecodeError) as fault:
        why = getattr(fault, "strerror", None) or "is no key file"
        raise BadInput("bad_key", why, file=str(private)) from None
    except BadInput as fault:
        raise BadInput(fault.code, fault.message, file=str(private)) from None
