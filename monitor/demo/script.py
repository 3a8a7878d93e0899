"""A call on paper: who says what when, which sounds the line carries, and what must be raised.

One YAML file a call; `audio_fixtures/README.md` describes it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from monitor.demo.speech import pieces
from monitor.errors import BadInput
from monitor.events import DisclosureState, SignalName
from monitor.types import Business, Industry, Role

Speed = Annotated[int, Meta(ge=100, le=320)]
"""Words a minute, as espeak-ng counts them."""
Pitch = Annotated[int, Meta(ge=0, le=99)]
Seconds = Annotated[float, Meta(ge=0, le=120)]
Decibel = Annotated[float, Meta(ge=-90, le=0)]
"""dBFS."""
SoundName = Literal["ring_back", "music", "noise"]
Form = Literal["flac", "ulaw", "pcm"]
_PATH = re.compile(r"\.(\w+)|\[(\d+)\]")


class Casting(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The voice of a role: an espeak-ng variant and how it speaks."""

    voice: str
    speed: Speed = 180
    pitch: Pitch = 50
    level_db: Decibel = -7.0
    """Peak on the line."""


class Turn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something heard: exactly one of `agent`, `customer` (a text) and `sound`."""

    agent: str | None = None
    customer: str | None = None
    sound: SoundName | None = None
    channel: Literal["agent", "customer", "both"] = "both"
    """Where a sound is heard."""
    seconds: Seconds = 3.0
    """How long a sound lasts."""
    level_db: Decibel = -20.0
    """How loud a sound is."""
    gap: Annotated[float, Meta(ge=-10, le=120)] = 0.5
    """Seconds after the end of the turn before; less than 0 talks over it."""
    at: Seconds | None = None
    """Not before so many seconds of the call."""
    speed: Speed | None = None
    pitch: Pitch | None = None

    @property
    def role(self) -> Role | None:
        """Who speaks; None for a sound."""
        if self.sound:
            return None
        return Role.AGENT if self.agent is not None else Role.CUSTOMER

    @property
    def text(self) -> str:
        return self.agent or self.customer or ""


class Wanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a listener must make of the call: exactly one of the first four, and where it is said.

    `phrase` is found among the words of the role; `at` is a time that no words have.
    """

    alert: str | None = None
    disclosure: str | None = None
    prompt: str | None = None
    signal: SignalName | None = None
    state: DisclosureState | Literal["shown", "cleared"] | None = None
    strength: Literal["strong", "weak"] | None = None
    phrase: str | None = None
    occurrence: Annotated[int, Meta(ge=1)] = 1
    at: Seconds | None = None
    expect: Literal["must", "may", "must_not"] = "must"
    tolerance_s: Seconds | None = None


class CallScript(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One call. The name of its file is its id."""

    title: str
    agent: str
    team: str = "demo"
    industry: Industry
    business: Business = Business.MARKETING
    company: str = ""
    aliases: tuple[str, ...] = ()
    product: str = ""
    meta: dict[str, str] = {}
    form: Form = "flac"
    noise_db: Decibel = -62.0
    """RMS of the line's hiss in both channels."""
    voices: dict[Role, Casting]
    turns: Annotated[tuple[Turn, ...], Meta(min_length=1)]
    expect: tuple[Wanted, ...] = ()
    tail: Seconds = 1.0
    """Seconds of line after the last turn."""


def load_script(path: Path) -> CallScript:
    """The script in a YAML file; raises `BadInput` with file, line and field."""
    try:
        source = path.read_text(encoding="utf-8")
        data = YAML(typ="safe", pure=True).load(source)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        message = error.problem or "not YAML"
        raise BadInput("bad_script", message, file=str(path), line=line) from error
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput("bad_script", f"cannot be read: {error}", file=str(path)) from error
    try:
        script = msgspec.convert(data, CallScript)
    except msgspec.ValidationError as error:
        message, _, where = str(error).partition(" - at `$")
        raise _bad(path, source, where.rstrip("`"), message) from error
    _check(script, path, source)
    return script


def load_scripts(folder: Path) -> dict[str, CallScript]:
    """All scripts of a folder by name, sorted."""
    found = {path.stem: load_script(path) for path in sorted(folder.glob("*.yaml"))}
    if not found:
        raise BadInput("no_scripts", "no *.yaml call scripts here", file=str(folder))
    return found


def _check(script: CallScript, path: Path, source: str) -> None:
    """What the types cannot say."""
    for number, turn in enumerate(script.turns):
        where = f".turns[{number}]"
        told = [name for name in ("agent", "customer", "sound") if getattr(turn, name) is not None]
        if len(told) != 1:
            message = "a turn has exactly one of agent, customer and sound"
            raise _bad(path, source, where, message)
        if turn.role and turn.role not in script.voices:
            raise _bad(path, source, where, f"voices has no {turn.role}")
        try:
            pieces(turn.text)
        except BadInput as error:
            raise _bad(path, source, f"{where}.{told[0]}", error.message) from error
    for number, wanted in enumerate(script.expect):
        kinds = [wanted.alert, wanted.disclosure, wanted.prompt, wanted.signal]
        if sum(kind is not None for kind in kinds) != 1:
            message = "exactly one of alert, disclosure, prompt and signal"
            raise _bad(path, source, f".expect[{number}]", message)


def _bad(path: Path, source: str, where: str, message: str) -> BadInput:
    """A `BadInput` that names the line of `where`, a path such as `.turns[2].gap`."""
    line, node = 1, YAML().load(source)
    for name, index in _PATH.findall(where):
        key: Any = int(index) if index else name
        position = getattr(node, "lc", None)
        try:
            if position is not None:
                line = (position.key(key) if name else position.item(key))[0] + 1
            node = node[key]
        except (KeyError, IndexError, TypeError):
            break
    field = where.lstrip(".") or None
    return BadInput("bad_script", message, file=str(path), line=line, field=field)
