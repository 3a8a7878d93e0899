"""What a recording must and must not give, and how far what it gave is from that.

An expectation file has the vocabulary of `monitor.events`, one JSON object a line; most fields
may be left out (`audio_fixtures/README.md` describes it). Pure: no clock, no audio, no printing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from monitor.errors import BadInput
from monitor.events import CallStarted, DisclosureState, SignalName
from monitor.types import Role

SUFFIX = ".events.jsonl"
AUDIO_SUFFIXES = frozenset(
    {".wav", ".flac", ".ogg", ".opus", ".mp3", ".m4a", ".aac", ".amr", ".wma", ".au", ".aif"}
)
TOLERANCE_S = 0.5
"""Seconds by which a time may be off unless the file says otherwise."""

SAME_EVENT_S = 10.0
"""Seconds within which two alerts of a category are one and the same, at another time."""

Kind = Literal["alert", "disclosure", "prompt", "signal"]
Must = Literal["must", "may", "must_not"]
Time = Annotated[float, Meta(ge=0)]


class _Line(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    call: str = ""
    expect: Must = "must"
    tolerance_s: Time | None = None


class _Alert(_Line, frozen=True, kw_only=True, tag="alert"):
    category: str
    start: Time | None = None
    end: Time | None = None
    channel: Role | None = None
    quote: str = ""


class _Disclosure(_Line, frozen=True, kw_only=True, tag="disclosure"):
    item: str
    state: DisclosureState
    at: Time | None = None
    quote: str = ""


class _Prompt(_Line, frozen=True, kw_only=True, tag="prompt"):
    reason: str
    state: Literal["shown", "cleared"] = "shown"
    at: Time | None = None


class _Signal(_Line, frozen=True, kw_only=True, tag="signal"):
    signal: SignalName
    strength: Literal["strong", "weak"] | None = None
    start: Time | None = None
    end: Time | None = None
    quote: str = ""


class _How(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="expect"):
    only: bool = True
    tolerance_s: Time = TOLERANCE_S
    within_s: Time | None = None


class _Other(msgspec.Struct, frozen=True, kw_only=True):
    type: str


_Wanted = _Alert | _Disclosure | _Prompt | _Signal
_DECODERS: dict[str, msgspec.json.Decoder[Any]] = {
    "call.started": msgspec.json.Decoder(CallStarted),
    "expect": msgspec.json.Decoder(_How),
    "alert": msgspec.json.Decoder(_Alert),
    "disclosure": msgspec.json.Decoder(_Disclosure),
    "prompt": msgspec.json.Decoder(_Prompt),
    "signal": msgspec.json.Decoder(_Signal),
}
_IGNORED = frozenset({"call.ended", "utterance", "coverage"})
_type = msgspec.json.Decoder(_Other)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One event that must, may or must not come."""

    kind: Kind
    name: str
    """Category, item, reason or signal."""
    state: str | None = None
    """Of a disclosure or prompt; the strength of a signal."""
    channel: Role | None = None
    start: float | None = None
    end: float | None = None
    quote: str = ""
    must: Must = "must"
    tolerance_s: float
    line: int
    """In the expectation file, from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """An expectation file."""

    path: Path
    call: CallStarted
    """The registration to replay the call with."""
    only: bool
    """True: an alert that is not listed is a false alert."""
    within_s: float | None
    """Seconds after the end of its phrase in which an alert must be raised; None: any time."""
    wanted: tuple[Wanted, ...] = field(default_factory=tuple)


def load_expectation(path: Path) -> Expectation:
    """Read an expectation file; raises `BadInput` that names file, line and field."""
    call = CallStarted(call=path.name.removesuffix(SUFFIX))
    how = _How()
    lines: list[tuple[int, _Wanted]] = []
    for number, line in _lines(path):
        found = _decode(path, number, line)
        if isinstance(found, CallStarted):
            call = found
        elif isinstance(found, _How):
            how = found
        elif found is not None:
            lines.append((number, found))
    return Expectation(
        path=path,
        call=call,
        only=how.only,
        within_s=how.within_s,
        wanted=tuple(_wanted(line, number, how.tolerance_s) for number, line in lines),
    )


def pairs(folder: Path) -> list[tuple[Path, Path]]:
    """Recordings of a folder with their expectation files, sorted by name.

    `call.wav` and `call.events.jsonl` belong together. A recording without expectations is left
    out; raises `BadInput` for expectations without a recording and for a folder without any.
    """
    if not folder.is_dir():
        raise BadInput("no_folder", "is not a folder", file=str(folder))
    audio = {
        path.stem: path
        for path in sorted(folder.iterdir())
        if path.suffix.lower() in AUDIO_SUFFIXES
    }
    found: list[tuple[Path, Path]] = []
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        stem = path.name.removesuffix(SUFFIX)
        if stem not in audio:
            message = f"no recording {stem}.wav (or .flac, .mp3, ...) beside it"
            raise BadInput("no_recording", message, file=str(path))
        found.append((audio[stem], path))
    if not found:
        message = f"no recording with a {SUFFIX} file beside it"
        raise BadInput("no_expectations", message, file=str(folder))
    return found


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput("bad_expectation", f"cannot be read: {error}", file=str(path)) from error
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield number, line


def _decode(path: Path, number: int, line: str) -> CallStarted | _How | _Wanted | None:
    try:
        kind = _type.decode(line).type
        if kind in _IGNORED:
            return None
        if kind not in _DECODERS:
            known = ", ".join([*_DECODERS, *sorted(_IGNORED)])
            raise _bad(path, number, "type", f"{kind!r} is none of {known}")
        found: CallStarted | _How | _Wanted = _DECODERS[kind].decode(line)
    except msgspec.ValidationError as error:
        message, _, where = str(error).partition(" - at `$")
        raise _bad(path, number, where.strip("`.") or None, message) from error
    except msgspec.DecodeError as error:
        raise _bad(path, number, None, f"not a JSON object: {error}") from error
    return found


def _bad(path: Path, number: int, where: str | None, message: str) -> BadInput:
    return BadInput("bad_expectation", message, file=str(path), line=number, field=where)


def _wanted(line: _Wanted, number: int, tolerance_s: float) -> Wanted:
    name, state = _name(line)
    at = getattr(line, "at", None)
    return Wanted(
        kind=line.__struct_config__.tag,  # type: ignore[arg-type]
        name=name,
        state=state,
        channel=getattr(line, "channel", None),
        start=getattr(line, "start", at),
        end=getattr(line, "end", None),
        quote=getattr(line, "quote", ""),
        must=line.expect,
        tolerance_s=tolerance_s if line.tolerance_s is None else line.tolerance_s,
        line=number,
    )


def _name(line: _Wanted) -> tuple[str, str | None]:
    if isinstance(line, _Alert):
        return line.category, None
    if isinstance(line, _Disclosure):
        return line.item, line.state
    if isinstance(line, _Prompt):
        return line.reason, line.state
    return line.signal, line.strength
