"""`monitor recording`: look at, prove and take out recordings on the server's disk."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from monitor.evidence.age import Identity
    from monitor.evidence.keyring import Keyring
    from monitor.settings import Settings
    from monitor.store.recordings import RecordingRow

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="List, prove, export and decrypt recordings on the server's disk.",
)

_Data = Annotated[
    Path | None, typer.Option("--data", help="Data folder of the server [from the settings: var].")
]
_Config = Annotated[Path | None, typer.Option("--config", help="TOML file of settings.")]
_Escrow = Annotated[
    Path | None,
    typer.Option("--private", help="Open with this offline escrow key instead of the root key."),
]


@app.command("list")
def show(
    team: Annotated[str | None, typer.Option(help="Only this team's.")] = None,
    data: _Data = None,
    config: _Config = None,
) -> None:
    """List the recordings in the index, oldest first, a line for each segment."""
    for row in _rows(_settings(data, config)):
        if team in (None, row.team):
            began = datetime.fromtimestamp(row.began_wall, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            lost = f"  lost {row.lost_s:.1f} s" if row.lost_s else ""
            typer.echo(
                f"{row.file}  {began}  {row.state:<11}  {row.bytes:>10}  "
                f"{row.team}/{row.call}#{row.segment}{lost}"
            )


@app.command()
def verify(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Files to prove; none means all in the index.")
    ] = None,
    private: _Escrow = None,
    data: _Data = None,
    config: _Config = None,
) -> None:
    """Open every record of every file; exit status 1 unless all are complete or as they were.

    With the index a file that became shorter or was changed after it was written is found even
    when it has no end mark.
    """
    from monitor.evidence import opening

    settings = _settings(data, config)
    checked = bad = 0
    if files:
        for path in files:
            checked += 1
            bad += _prove(path, _keys(settings, private))
    else:
        ring = opening.keyring(settings)
        for row in _rows(settings):
            checked += 1
            bad += _prove_row(row, opening.folder(settings), ring)
    typer.echo(f"{checked} recordings, {bad} not as they should be")
    if bad:
        raise typer.Exit(1)


@app.command()
def decrypt(
    files: Annotated[list[Path], typer.Argument(help="Segments of one take of a call.")],
    into: Annotated[Path, typer.Option(help="WAV file to make; must not exist.")],
    private: _Escrow = None,
    data: _Data = None,
    config: _Config = None,
) -> None:
    """Turn recording files into a WAV file, without any database."""
    from contextlib import ExitStack

    from monitor.errors import BadInput
    from monitor.evidence.reader import SegmentReader
    from monitor.evidence.timeline import Timeline
    from monitor.evidence.wave import WaveView

    keys = _keys(_settings(data, config), private)
    with ExitStack() as stack:
        readers = [stack.enter_context(SegmentReader(path, keys)) for path in files]
        if len({reader.about.take for reader in readers}) > 1:
            raise BadInput("several_takes", "these files are not of one take of one call")
        readers.sort(key=lambda reader: reader.about.segment)
        timeline = Timeline(readers)
        view = WaveView(timeline=timeline, roles=timeline.roles, start=0, stop=timeline.samples)
        _save(into, view.read(0, view.size))
        about = readers[0].about
    typer.echo(f"{about.team}/{about.call}: {timeline.duration_s:.1f} s, {timeline.rate} Hz")
    for hole in timeline.holes:
        typer.echo(f"  {hole.start:.2f}-{hole.end:.2f} s {hole.channel or 'all'}: {hole.why}")


@app.command()
def export(
    call: Annotated[str, typer.Argument(help="Call id.")],
    into: Annotated[Path, typer.Option(help="File to make: .wav, .flac or .opus.")],
    team: Annotated[str, typer.Option(help="Team of the call.")],
    recipient: Annotated[
        str | None, typer.Option(help="age1… key: only its holder can open the file.")
    ] = None,
    take: Annotated[str | None, typer.Option(help="Which take [the last].")] = None,
    data: _Data = None,
    config: _Config = None,
) -> None:
    """Export a call's recording, plain or for one recipient alone; the audit log says so."""
    from monitor.commands.noting import noting
    from monitor.evidence import opening
    from monitor.evidence.age import Recipient
    from monitor.evidence.export import ENTRY
    from monitor.evidence.export import export as encoded
    from monitor.evidence.library import Library
    from monitor.evidence.wave import WaveView

    settings = _settings(data, config)
    to = None if recipient is None else Recipient.parse(recipient)
    rows = [row for row in _rows(settings) if (row.team, row.call) == (team, call)]
    library = Library(opening.folder(settings), opening.keyring(settings))
    with library.take(rows, take) as timeline:
        view = WaveView(timeline=timeline, roles=timeline.roles, start=0, stop=timeline.samples)
        taken = encoded(view, into.suffix.lstrip(".").lower(), to)
        with noting(Path(settings.store.data), settings) as note:
            note(ENTRY, f"{team}/{call}", **taken.entry)
        _save(into, taken.content)
    typer.echo(f"{into}: {timeline.duration_s:.1f} s")


def _prove(path: Path, keys: Keyring | Identity) -> bool:
    from monitor.errors import Damaged, Unavailable
    from monitor.evidence.reader import SegmentReader

    try:
        with SegmentReader(path, keys) as reader:
            verdict = reader.verify()
    except (Damaged, Unavailable) as fault:
        typer.echo(f"damaged     {path}: {fault.message}")
        return True
    why = f": {verdict.why}" if verdict.why else ""
    typer.echo(f"{verdict.state:<12}{path}: {verdict.records} records{why}")
    return verdict.state != "complete"


def _prove_row(row: RecordingRow, folder: Path, ring: Keyring) -> bool:
    from monitor.evidence.recover import judged

    found = judged(row, folder, ring)
    good = found.state == row.state or (row.state == "open" and found.state == "interrupted")
    good = good and found.state not in ("damaged", "missing")
    if not good:
        typer.echo(f"{found.state:<12}{row.path}: the index says {row.state}")
    return not good


def _rows(settings: Settings) -> list[RecordingRow]:
    from monitor.store import recordings
    from monitor.store.reading import reading

    return reading(Path(settings.store.data), settings.store.url, recordings.every)


def _keys(settings: Settings, private: Path | None) -> Keyring | Identity:
    from monitor.commands.keys import identity
    from monitor.evidence import opening

    return opening.keyring(settings) if private is None else identity(private)


def _settings(data: Path | None, config: Path | None) -> Settings:
    from monitor import settings

    loaded = settings.load(config)
    return settings.change(loaded, "store", data=None if data is None else str(data))


def _save(into: Path, content: bytes) -> None:
    """A private file that was not there before: what is in it is said in confidence."""
    import os

    with os.fdopen(os.open(into, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
