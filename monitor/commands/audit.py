"""`monitor audit`: who did what, and whether the log is what it was."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from monitor.access.chain import Head

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Show the audit log, and prove that nothing of it was changed or taken away.",
)

_Data = Annotated[
    Path | None, typer.Option("--data", help="Data folder of the server [from the settings: var].")
]
_Config = Annotated[Path | None, typer.Option("--config", help="TOML file of settings.")]


@app.command()
def verify(
    anchor: Annotated[
        list[Path] | None,
        typer.Option(help="File of signed checkpoints kept outside; may be given again."),
    ] = None,
    key: Annotated[
        str, typer.Option(help="Public key as noted elsewhere [the key of the data folder].")
    ] = "",
    data: _Data = None,
    config: _Config = None,
) -> None:
    """Check every entry against the one before it, and the whole against signed checkpoints.

    Exit status 1 when an entry was changed, taken out, put in, moved or cut off.
    """
    from monitor import settings
    from monitor.access import chain, checkpoint
    from monitor.access.audit_shelf import AuditShelf

    loaded = settings.load(config)
    folder = _folder(data, loaded.store.data)
    default = Path(loaded.audit.checkpoint_file or folder / "audit.checkpoints")
    files = anchor or ([default] if default.is_file() else [])
    # a key noted elsewhere proves more than the one beside the log
    public = key or (checkpoint.public_of(folder) if files else "")
    known = [head for file in files for head in _heads(file, public)]
    with closing(AuditShelf(folder)) as shelf:
        head, flaws = chain.flaws(shelf.links(), known)
    for flaw in flaws:
        typer.echo(f"entry {flaw.seq}: {flaw.what}")
    if flaws:
        raise typer.Exit(1)
    upto = max((each.size for each in known), default=0)
    typer.echo(f"{head.size} entries, each as it was; {upto} of them under a signed checkpoint")
    if upto == 0:
        typer.echo("without a checkpoint from outside a rewritten log looks the same", err=True)


@app.command()
def show(
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="Entries, newest last.")] = 50,
    actor: Annotated[str, typer.Option(help="Only what this one did (user:li.na).")] = "",
    action: Annotated[str, typer.Option(help="Only actions that begin so (accounts.).")] = "",
    json: Annotated[bool, typer.Option("--json", help="One JSON object per line.")] = False,
    data: _Data = None,
    config: _Config = None,
) -> None:
    """Print the newest entries."""
    import msgspec

    from monitor import settings
    from monitor.access.audit_shelf import AuditShelf
    from monitor.access.chain import Entry

    folder = _folder(data, settings.load(config).store.data)
    with closing(AuditShelf(folder)) as shelf:
        links = shelf.newest(100_000)
    chosen: list[str] = []
    for each in links:
        entry = msgspec.json.decode(each.body, type=Entry)
        if actor in ("", entry.actor) and entry.action.startswith(action):
            chosen.append(each.body if json else _line(entry))
        if len(chosen) == limit:
            break
    for line in reversed(chosen):
        typer.echo(line)


@app.command("key")
def public_key(data: _Data = None, config: _Config = None) -> None:
    """Print the public key of the checkpoints, to be noted somewhere else."""
    from monitor import settings
    from monitor.access import checkpoint

    folder = _folder(data, settings.load(config).store.data)
    typer.echo(checkpoint.public_of(folder))


def _heads(file: Path, public: str) -> list[Head]:
    from monitor.access import checkpoint
    from monitor.errors import BadInput

    heads: list[Head] = []
    for line, point in enumerate(checkpoint.read(file), start=1):
        if not checkpoint.good(point, public):
            message = "this checkpoint was not signed with the key"
            raise BadInput("bad_signature", message, file=str(file), line=line)
        heads.append(point.head)
    return heads


def _line(entry: object) -> str:
    from monitor.access.chain import Entry

    assert isinstance(entry, Entry)
    when = datetime.fromtimestamp(entry.wall, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    outcome = "" if entry.outcome == "done" else f"  {entry.outcome}"
    detail = "".join(f"  {name}={value}" for name, value in entry.detail.items())
    return f"{entry.seq:>6}  {when}  {entry.actor}  {entry.action}  {entry.about}{outcome}{detail}"


def _folder(data: Path | None, default: str) -> Path:
    from monitor.access.audit_shelf import AUDIT_FILE
    from monitor.errors import BadInput

    folder = data or Path(default)
    if not (folder / AUDIT_FILE).is_file():
        message = "no audit log here; --data names the server's data folder"
        raise BadInput("no_audit_log", message, file=str(folder))
    return folder
