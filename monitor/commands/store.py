"""`monitor store`: the version of the record, and the way back to an older program."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sqlalchemy import Connection

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Show the version of the record, or take it back to that of an older program.",
)

_Data = Annotated[
    Path | None, typer.Option("--data", help="Data folder of the server [from the settings: var].")
]
_Config = Annotated[Path | None, typer.Option("--config", help="TOML file of settings.")]


@app.command()
def version(data: _Data = None, config: _Config = None) -> None:
    """Print the version of the record and the one that this program wants."""
    from monitor.store import migrate

    with _record(data, config) as connection:
        have = migrate.version(connection)
    typer.echo(f"the record has version {have}, this program wants {len(migrate.RECORD_STEPS)}")


@app.command()
def downgrade(
    to: Annotated[int, typer.Option("--to", help="Version that the older program wants.")],
    discard: Annotated[
        bool, typer.Option("--discard", help="Also where that loses what nothing makes again.")
    ] = False,
    data: _Data = None,
    config: _Config = None,
) -> None:
    """Take the record back to an older version, while no server runs; all of it or nothing.

    The older program then starts on it, and a newer one brings it up again.
    """
    from monitor.errors import BadInput, Conflict
    from monitor.store import migrate

    with _record(data, config) as connection:
        try:
            migrate.take_back(connection, migrate.RECORD_STEPS, to, discard=discard)
        except Conflict as fault:
            raise BadInput(fault.code, fault.message, field="--to") from None
    typer.echo(f"the record has version {to}")


@contextmanager
def _record(data: Path | None, config: Path | None) -> Iterator[Connection]:
    from monitor import settings
    from monitor.store.store import held, writing

    chosen = settings.load(config).store
    folder = data or Path(chosen.data)
    with held(folder):
        engine = writing(folder, chosen.url)
        try:
            with engine.connect() as connection, connection.begin():
                yield connection
        finally:
            engine.dispose()
