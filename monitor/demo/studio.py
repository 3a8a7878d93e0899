"""Records a call script: two voices on two channels of one telephone line."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

from monitor.demo import telephone
from monitor.demo.script import CallScript, Casting, Turn
from monitor.demo.speech import RATE, Speaker, Voice, Wave
from monitor.types import Role, Samples

LEFT_RIGHT = (Role.AGENT, Role.CUSTOMER)
"""Channels of a recording, left first."""

FIRST_S = 0.3
"""Seconds of line before the first turn, unless the script wants less."""

_COMMA_S = 0.09
"""Seconds between two characters from which a comma is written into the transcript."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A turn as it was spoken; times are seconds from the start of the call."""

    role: Role
    text: str
    """The characters that were spoken, without punctuation."""
    starts: tuple[float, ...]
    ends: tuple[float, ...]

    @property
    def start(self) -> float:
        return self.starts[0]

    @property
    def end(self) -> float:
        return self.ends[-1]

    def written(self, first: int = 0, last: int | None = None) -> str:
        """The characters with a comma wherever the speaker paused."""
        last = len(self.text) if last is None else last
        out = ""
        for at in range(first, last):
            if at > first and self.starts[at] - self.ends[at - 1] > _COMMA_S:
                out += ","
            out += self.text[at]
        return out


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A call at 8 kHz: `samples` of shape (n, 2), left agent, right customer."""

    samples: Samples
    turns: tuple[Heard, ...]

    @property
    def seconds(self) -> float:
        return len(self.samples) / RATE


def record(name: str, script: CallScript, *, seed: int = 0) -> Recording:
    """Speak a script. The same name, script and seed give the same samples in a fresh process."""
    speaker = Speaker()
    parts: list[tuple[tuple[Role, ...], int, Wave]] = []
    turns: list[Heard] = []
    now = 0.0
    for number, turn in enumerate(script.turns):
        start = max(turn.at or 0.0, now + (turn.gap if number else min(turn.gap, FIRST_S)))
        rng = _generator(f"{name}/{number}", seed)
        if turn.role is None:
            wave = _sound(turn, rng)
            roles = LEFT_RIGHT if turn.channel == "both" else (Role(turn.channel),)
        else:
            wave, heard = _speak(speaker, turn, turn.role, script.voices[turn.role], start)
            turns.append(heard)
            roles = (turn.role,)
        parts.append((roles, round(start * RATE), wave))
        now = start + len(wave) / RATE
    length = max(at + len(wave) for _, at, wave in parts) + round(script.tail * RATE)
    channels = [_mix(role, parts, length, script, name, seed) for role in LEFT_RIGHT]
    ordered = tuple(sorted(turns, key=lambda heard: heard.start))
    return Recording(samples=np.stack(channels, axis=1), turns=ordered)


def _speak(
    speaker: Speaker, turn: Turn, role: Role, casting: Casting, start: float
) -> tuple[Wave, Heard]:
    voice = Voice(
        variant=casting.voice,
        speed=turn.speed or casting.speed,
        pitch=casting.pitch if turn.pitch is None else turn.pitch,
    )
    spoken = speaker.say(turn.text, voice)
    start = round(start * RATE) / RATE
    heard = Heard(
        role=role,
        text=spoken.text,
        starts=tuple(start + at for at in spoken.starts),
        ends=tuple(start + at for at in spoken.ends),
    )
    return telephone.levelled(telephone.band(spoken.wave), casting.level_db), heard


def _sound(turn: Turn, rng: np.random.Generator) -> Wave:
    if turn.sound == "ring_back":
        return telephone.ring_back(turn.seconds, turn.level_db)
    if turn.sound == "music":
        return telephone.music(turn.seconds, turn.level_db)
    return telephone.noise(turn.seconds, turn.level_db, rng)


def _mix(
    role: Role,
    parts: list[tuple[tuple[Role, ...], int, Wave]],
    length: int,
    script: CallScript,
    name: str,
    seed: int,
) -> Samples:
    rng = _generator(f"{name}/{role}", seed)
    sum_ = telephone.noise(length / RATE, script.noise_db, rng)[:length]
    for roles, at, wave in parts:
        if role in roles:
            sum_[at : at + len(wave)] += wave
    return telephone.line(sum_)


def _generator(what: str, seed: int) -> np.random.Generator:
    return np.random.default_rng([zlib.crc32(what.encode()), seed])
