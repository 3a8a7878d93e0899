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
        str | None,
        typer.Option(help="Write all events as JSON lines to this file; - is standard output."),
    ] = None,
) -> None:
    """Judge a transcript again, under the bundled packs or others (通话文本合规检查)."""
    from monitor.commands.findings import show
    from monitor.events import encode
    from monitor.rules.lexicon import Lexicon
    from monitor.rules.transcript import judge_lines

    lexicon = Lexicon.named(pack) if pack else Lexicon()
    name = "<stdin>" if transcript == "-" else transcript
    found = []
    with _opened(transcript) as lines, _target(events) as target:
        for event in judge_lines(lines, lexicon.packs, file=name, warn=_warn):
            if target is not None:
                target.write(encode(event) + b"\n")
            if events != "-":
                found.append(event)
    if events != "-":
        show(found)


def _warn(sentence: str) -> None:
    typer.echo(f"note: {sentence}", err=True)


@contextmanager
def _opened(name: str) -> Iterator[Iterable[bytes]]:
    if name == "-":
        yield _lines(sys.stdin.buffer)
        return
    try:
        with Path(name).open("rb") as file:
            yield _lines(file)
    except OSError as error:
        raise BadInput("unreadable", error.strerror or "cannot be read", file=name) from error


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Lines, none longer than can be judged: the rest of a longer one is not read into memory."""
    from monitor.rules.transcript import MAX_LINE

    while line := file.readline(MAX_LINE + 2):
        yield line


@contextmanager
def _target(name: str | None) -> Iterator[BinaryIO | None]:
    if name is None:
        yield None
    elif name == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    else:
        try:
            with Path(name).open("wb") as file:
                yield file
        except OSError as error:
            message = error.strerror or "cannot be written"
            raise BadInput("unwritable", message, file=name, field="--events") from error
