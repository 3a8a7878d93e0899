"""Makes recordings from call scripts, each with the events that it must, and must not, give."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import soundfile

from monitor import events
from monitor.demo.script import CallScript, Form, Wanted
from monitor.demo.speech import RATE, bare, version
from monitor.demo.studio import Heard, Recording, record
from monitor.demo.training.voices import LANGUAGE
from monitor.errors import BadInput, MonitorError
from monitor.types import Role

TOLERANCE_S = 0.5
"""Seconds by which the time of a phrase may be off."""

STATEMENT_TOLERANCE_S = 5.0
"""The same for what had to be said: a name alone may satisfy, or the number that follows it."""

UTTERANCE_GAP_S = 0.5
"""Seconds of silence inside a turn that make two utterances of it; the end-pointer waits 0.46."""

_FORMS: dict[Form, tuple[str, str, str]] = {
    "flac": (".flac", "FLAC", "PCM_16"),
    "ulaw": (".wav", "WAV", "ULAW"),
    "pcm": (".wav", "WAV", "PCM_16"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A finished fixture."""

    name: str
    audio: Path
    seconds: float
    size: int
    """Bytes of the recording."""
    expected: int
    """Events that must be raised."""


def build(
    scripts: Mapping[str, CallScript], folder: Path, *, seed: int = 0, workers: int | None = None
) -> Iterator[Made]:
    """Write recording, expectation and transcript of every script, yielding each as it is done.

    Every call gets a process of its own, because espeak-ng carries state from one text to the
    next. Raises `Unavailable` without espeak-ng and `BadInput` for a script that cannot be made.
    """
    version()
    folder.mkdir(parents=True, exist_ok=True)
    count = workers or min(len(scripts), os.cpu_count() or 1)
    with ProcessPoolExecutor(count, get_context("spawn"), max_tasks_per_child=1) as pool:
        jobs = [pool.submit(_make, name, script, folder, seed) for name, script in scripts.items()]
        try:
            for job in as_completed(jobs):
                result = job.result()
                if isinstance(result, str):
                    raise BadInput("bad_script", result)
                yield result
        finally:
            pool.shutdown(cancel_futures=True)


def _make(name: str, script: CallScript, folder: Path, seed: int) -> Made | str:
    """One fixture, or what is wrong with its script (our errors do not survive pickling)."""
    try:
        return make(name, script, folder, seed=seed)
    except MonitorError as error:
        return f"{name}: {error}"


def make(name: str, script: CallScript, folder: Path, *, seed: int = 0) -> Made:
    """Write `<name>.flac|.wav`, `<name>.events.jsonl` and `<name>.transcript.jsonl`."""
    recording = record(name, script, seed=seed)
    wanted = expectation(name, script, recording)
    suffix, container, subtype = _FORMS[script.form]
    audio = folder / f"{name}{suffix}"
    for other in {form[0] for form in _FORMS.values()} - {suffix}:
        # a call has one recording, also after its form was changed
        (folder / f"{name}{other}").unlink(missing_ok=True)
    soundfile.write(audio, recording.samples, RATE, format=container, subtype=subtype)
    lines = (json.dumps(line, ensure_ascii=False) + "\n" for line in wanted)
    (folder / f"{name}.events.jsonl").write_text("".join(lines), encoding="utf-8")
    said = events.lines(transcript(name, script, recording))
    (folder / f"{name}.transcript.jsonl").write_bytes(said)
    return Made(
        name=name,
        audio=audio,
        seconds=recording.seconds,
        size=audio.stat().st_size,
        expected=sum(line.get("expect", "must") == "must" for line in wanted[2:]),
    )


def registration(name: str, script: CallScript) -> events.CallStarted:
    """What the call centre would register about the call."""
    return events.CallStarted(
        call=name,
        agent=script.agent,
        team=script.team,
        industry=script.industry,
        business=script.business,
        company=script.company,
        aliases=script.aliases,
        product=script.product,
        meta=script.meta,
    )


def expectation(name: str, script: CallScript, recording: Recording) -> list[dict[str, Any]]:
    """The lines of the expectation file: registration, how to judge, then the events."""
    started = {
        key: value for key, value in events.as_dict(registration(name, script)).items() if value
    }
    how = {
        "type": "expect",
        "title": script.title,
        "only": True,
        "tolerance_s": TOLERANCE_S,
        "seconds": round(recording.seconds, 2),
        "voices": {role: casting.voice for role, casting in script.voices.items()},
        "made_with": f"espeak-ng {version()} {LANGUAGE}",
    }
    wanted = [_line(name, want, recording) for want in script.expect]
    return [{"type": "call.started", "at": 0.0, **started}, how, *wanted]


def _line(name: str, want: Wanted, recording: Recording) -> dict[str, Any]:
    line: dict[str, Any] = {"type": "", "call": name}
    role = Role.CUSTOMER if want.signal else Role.AGENT
    span = _span(name, want, recording, role)
    if want.alert:
        line |= {"type": "alert", "channel": role, "category": want.alert, **span}
    elif want.disclosure:
        line |= {"type": "disclosure", "item": want.disclosure, "state": want.state or "met"}
        line |= {"at": span["end"], "quote": span.get("quote", "")} if span else {}
    elif want.prompt:
        line |= {"type": "prompt", "reason": want.prompt, "state": want.state or "shown"}
        line |= {"at": span["end"]} if span else {}
    else:
        line |= {"type": "signal", "channel": role, "signal": want.signal, **span}
        line |= {"strength": want.strength} if want.strength else {}
    line |= {"expect": want.expect} if want.expect != "must" else {}
    tolerance_s = want.tolerance_s
    if want.disclosure and span and tolerance_s is None:
        tolerance_s = STATEMENT_TOLERANCE_S
    line |= {"tolerance_s": tolerance_s} if tolerance_s is not None else {}
    return line


def _span(name: str, want: Wanted, recording: Recording, role: Role) -> dict[str, Any]:
    """Start, end and quote of what is wanted."""
    if want.phrase is None:
        return {} if want.at is None else {"start": want.at, "end": want.at}
    phrase = bare(want.phrase)
    found = _find(phrase, want.occurrence, [turn for turn in recording.turns if turn.role == role])
    if found is None:
        message = f"{role} does not say {phrase} {want.occurrence} time(s) in one turn"
        raise BadInput("phrase_not_said", message, field="expect")
    turn, at = found
    last = at + len(phrase)
    return {
        "start": round(turn.starts[at], 2),
        "end": round(turn.ends[last - 1], 2),
        "quote": turn.text[at:last],
    }


def _find(phrase: str, occurrence: int, turns: list[Heard]) -> tuple[Heard, int] | None:
    left = occurrence
    for turn in turns:
        at = turn.text.find(phrase)
        while at >= 0:
            left -= 1
            if not left:
                return turn, at
            at = turn.text.find(phrase, at + 1)
    return None


def transcript(name: str, script: CallScript, recording: Recording) -> list[events.Event]:
    """What a perfect listener would write down: for `monitor judge`, and to count errors by."""
    said: list[events.Event] = [
        events.Utterance(
            call=name,
            channel=turn.role,
            start=round(turn.starts[first], 2),
            end=round(turn.ends[last - 1], 2),
            text=turn.written(first, last),
            words=tuple(_word(turn, at) for at in range(first, last)),
        )
        for turn in recording.turns
        for first, last in _utterances(turn)
    ]
    ended = events.CallEnded(call=name, at=round(recording.seconds, 2))
    return [registration(name, script), *said, ended]


def _word(turn: Heard, at: int) -> events.Word:
    start, end = round(turn.starts[at], 2), round(turn.ends[at], 2)
    return events.Word(text=turn.text[at], start=start, end=end)


def _utterances(turn: Heard) -> Iterator[tuple[int, int]]:
    """Ranges of characters without a long silence inside."""
    first = 0
    for at in range(1, len(turn.text)):
        if turn.starts[at] - turn.ends[at - 1] >= UTTERANCE_GAP_S:
            yield first, at
            first = at
    yield first, len(turn.text)
