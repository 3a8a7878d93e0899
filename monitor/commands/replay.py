"""`monitor replay`: recordings through the same pipeline as live calls."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from monitor.qa.session import Session


def replay(
    audio: Annotated[
        list[Path] | None,
        typer.Argument(help="Recordings: WAV, FLAC, OGG, MP3, M4A or AMR.", show_default=False),
    ] = None,
    expect: Annotated[
        Path | None,
        typer.Option(
            help="Folder of recordings, each with NAME.events.jsonl of what must be raised."
        ),
    ] = None,
    pack: Annotated[
        list[str] | None, typer.Option(help="Rule pack, by name or path [all, by industry].")
    ] = None,
    model: Annotated[str, typer.Option(help="Recogniser: demo, a size, or a folder.")] = "demo",
    meta: Annotated[
        list[str] | None,
        typer.Option(help="Registration, key=value: industry, business, company, aliases, agent …"),
    ] = None,
    roles: Annotated[
        str | None, typer.Option(help="Channels from left to right [agent,customer].")
    ] = None,
    realtime: Annotated[
        bool, typer.Option("--realtime", help="Hear no faster than people speak.")
    ] = False,
    events: Annotated[
        Path | None,
        typer.Option(help="Write the events here, one JSON object per line; - is stdout."),
    ] = None,
) -> None:
    """Hear recordings and report what was raised; stereo is left agent, right customer.

    With --expect, compare with what should have been raised; exit status 1 when something was
    missed or raised falsely.
    """
    from monitor.errors import BadInput
    from monitor.qa.session import open_session

    if not audio and expect is None:
        raise BadInput("no_audio", "give recordings, or --expect FOLDER")
    with open_session(model=model, packs=pack or [], meta=meta or [], roles=roles) as session:
        if expect is not None:
            raise typer.Exit(_compare(session, expect))
        _run(session, audio or [], events, realtime=realtime)


def _run(session: Session, audio: list[Path], out: Path | None, *, realtime: bool) -> None:
    from monitor.ops.output import EventSink

    with EventSink(out) as sink:
        if realtime or len(audio) == 1:
            for path in audio:
                for event in session.hear(path, realtime=realtime):
                    sink.write(event)
            return
        for _, events in session.hear_each((path, None) for path in audio):
            for event in events:
                sink.write(event)


def _compare(session: Session, folder: Path) -> int:
    from monitor.qa.compare import compare
    from monitor.qa.expect import load_expectation, pairs
    from monitor.qa.report import print_report

    found = [(audio, load_expectation(expected)) for audio, expected in pairs(folder)]
    heard = session.hear_each((audio, wanted.call) for audio, wanted in found)
    verdicts = [
        compare(wanted, events) for (_, wanted), (_, events) in zip(found, heard, strict=True)
    ]
    return print_report(verdicts)
