"""Judges transcripts: lines of events in, the same events and what they cause out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from monitor.errors import BadInput
from monitor.events import (
    AnyEvent,
    CallEnded,
    CallStarted,
    Coverage,
    Event,
    Utterance,
    decode,
)
from monitor.rules.engine import CallJudge
from monitor.rules.pack import Pack
from monitor.rules.ruleset import RuleSet

MAX_LINE: Final = 1_000_000
"""Bytes in a line; an utterance with word times has a few thousand."""

MAX_SECONDS: Final = 1e6
"""Media time beyond which a call is not believed."""

DERIVED: Final = frozenset({"alert", "disclosure", "prompt", "signal"})
"""Events of an earlier run: judged anew, so left out."""

_FIELD: Final = re.compile(r" - at `\$\.?(.+?)`$")

Warn = Callable[[str], None]


@dataclass(slots=True)
class _Call:
    """A call of a file, its events in the order in which they are judged."""

    name: str
    started: CallStarted | None = None
    events: list[Utterance | Coverage] = field(default_factory=list)
    ended: CallEnded | None = None


def judge_lines(
    lines: Iterable[bytes | str],
    packs: Sequence[Pack],
    *,
    file: str = "<transcript>",
    warn: Warn = lambda _: None,
) -> Iterator[Event]:
    """Every event of the transcript, each followed by what it causes, call by call.

    The inputs are among what comes out, so that it can be judged again. `warn` gets one sentence
    for each thing that was assumed. All lines are read before the first event is given; raises
    BadInput with file, line and field.
    """
    return _judged(_calls(lines, file), packs, warn)


def _judged(calls: list[_Call], packs: Sequence[Pack], warn: Warn) -> Iterator[Event]:
    for call in calls:
        if call.started is None:
            warn(f"{call.name}: no call.started; judged as industry other, business marketing")
        yield from _judge_call(call.started or CallStarted(call=call.name), call, packs)


def _judge_call(started: CallStarted, call: _Call, packs: Sequence[Pack]) -> Iterator[Event]:
    """One call: time goes on to where nothing earlier can still be heard."""
    judge = CallJudge(started, RuleSet.for_call(packs, started))
    yield started
    starts = _earliest_after(call.events)
    for event, earliest in zip(call.events, starts, strict=True):
        yield from judge.advance(earliest)
        yield event
        if isinstance(event, Coverage):
            yield from judge.cover(event)
        else:
            yield from judge.hear(event)
    last = max((event.end for event in call.events), default=started.at)
    ended = call.ended
    if ended is not None:
        yield from judge.end(max(ended.at, started.at), ended.reason)
        yield ended
    else:
        yield from judge.end(last, "no call.ended")


def _earliest_after(events: list[Utterance | Coverage]) -> list[float]:
    """For each event the earliest start of it and all that follow."""
    starts: list[float] = []
    earliest = float("inf")
    for event in reversed(events):
        earliest = min(earliest, event.start)
        starts.append(earliest)
    return list(reversed(starts))


def _calls(lines: Iterable[bytes | str], file: str) -> list[_Call]:
    calls: dict[str, _Call] = {}
    for number, line in enumerate(lines, 1):
        event = _event(line, file, number)
        if event is not None:
            call = calls.setdefault(event.call, _Call(event.call))
            _take(call, event, file, number)
    for call in calls.values():
        call.events.sort(key=_order)
    return list(calls.values())


def _order(event: Utterance | Coverage) -> tuple[float, int, str, float]:
    """By end; at the same time coverage first, so that a deadline knows of it."""
    return (event.end, int(isinstance(event, Utterance)), event.channel.value, event.start)


def _take(call: _Call, event: AnyEvent, file: str, number: int) -> None:
    if isinstance(event, CallStarted):
        if call.started is not None:
            raise _bad("a second call.started for this call", file, number, "call")
        call.started = event
    elif isinstance(event, CallEnded):
        if call.ended is not None:
            raise _bad("a second call.ended for this call", file, number, "call")
        call.ended = event
    elif isinstance(event, Utterance | Coverage):
        call.events.append(event)


def _event(line: bytes | str, file: str, number: int) -> AnyEvent | None:
    """The event in a line, None for an empty one or one of an earlier run."""
    if len(line) > MAX_LINE:
        raise _bad(f"a line of {len(line)} bytes; at most {MAX_LINE}", file, number)
    raw = line if isinstance(line, bytes) else line.encode("utf-8", "surrogatepass")
    if not raw.strip():
        return None
    try:
        event = decode(raw)
    except msgspec.ValidationError as error:
        message = str(error)
        place = _FIELD.search(message)
        text = message[: place.start()] if place else message
        raise _bad(text, file, number, place.group(1) if place else None) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _bad(f"not a JSON object: {error}", file, number) from error
    if event.__struct_config__.tag in DERIVED:
        return None
    _check(event, file, number)
    return event


def _check(event: AnyEvent, file: str, number: int) -> None:
    if not event.call:
        raise _bad("empty", file, number, "call")
    for name in ("at", "start", "end"):
        value = getattr(event, name, None)
        if value is not None and not 0 <= value <= MAX_SECONDS:
            raise _bad(f"{value} is not a media time in seconds", file, number, name)
    if isinstance(event, Utterance | Coverage) and event.end < event.start:
        raise _bad(f"{event.end} is before start {event.start}", file, number, "end")


def _bad(message: str, file: str, number: int, name: str | None = None) -> BadInput:
    return BadInput("bad_transcript", message, file=file, line=number, field=name)
