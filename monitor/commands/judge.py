"""`monitor judge`: the rules alone over a transcript, in media time; no audio, no model."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from monitor.errors import BadInput


def judge(
    transcript: Annotated[
        str, typer.Argument(help="Events, one JSON object per line; - is standard input.")
    ],
    pack: Annotated[
        list[str] | None,
        typer.Option(help="A pack file, or the name of a bundled pack; may be repeated."),
    ] = None,
    events: Annotated[
        Path | None,
        typer.Option(help="Write all events as JSON lines to this file; - is standard output."),
    ] = None,
) -> None:
    """Judge a transcript again, under the bundled packs or others (通话文本合规检查)."""
    from monitor.ops.output import EventSink
    from monitor.rules.lexicon import Lexicon
    from monitor.rules.transcript import judge_lines

    lexicon = Lexicon.named(pack) if pack else Lexicon()
    name = "<stdin>" if transcript == "-" else transcript
    with _opened(transcript) as lines:
        judged = judge_lines(lines, lexicon.packs, file=name, warn=_warn)
        with EventSink(events) as sink:
            for event in judged:
                sink.write(event)


def _warn(sentence: str) -> None:
    typer.echo(f"note: {sentence}", err=True)


@contextmanager
def _opened(name: str) -> Iterator[Iterable[bytes]]:
    if name == "-":
        yield _lines(sys.stdin.buffer)
        return
    try:
        file = Path(name).open("rb")  # noqa: SIM115
    except OSError as error:
        raise BadInput("unreadable", error.strerror or "cannot be read", file=name) from error
    with file:
        yield _lines(file)


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Lines, none longer than can be judged: the rest of a longer one is not read into memory."""
    from monitor.rules.transcript import MAX_LINE

    while line := file.readline(MAX_LINE + 2):
        yield line
