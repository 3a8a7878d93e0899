"""One recogniser and one set of packs for a run of recordings."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from monitor.asr import models
from monitor.asr.base import Transcriber
from monitor.audio.channels import default_roles, parse_roles
from monitor.audio.formats import open_audio
from monitor.audio.source import AudioSource
from monitor.errors import BadSetting
from monitor.events import CallStarted, Event
from monitor.qa.replay import BATCH, replay
from monitor.rules.lexicon import Lexicon

_OWN = frozenset(CallStarted.__struct_fields__) - {"call", "at", "resumed", "meta", "aliases"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Hears recordings one after the other."""

    transcriber: Transcriber
    lexicon: Lexicon
    call: CallStarted
    """The registration of recordings that bring none of their own."""
    roles: str | None = None
    """Channels from left to right; None is the default for the number of channels."""

    def hear(
        self, path: Path, *, call: CallStarted | None = None, realtime: bool = False
    ) -> Iterator[Event]:
        """The events of a recording. Oddities of the file go to standard error.

        Raises `BadAudio` for a file that cannot be heard.
        """
        call = call or msgspec.structs.replace(self.call, call=path.stem)
        with open_audio(path) as source, _progress(path, source) as bar:
            roles = (
                parse_roles(self.roles, source.channels)
                if self.roles
                else default_roles(source.channels)
            )
            began = time.monotonic()

            def heard(seconds: float) -> None:
                bar.update(bar.task_ids[0], completed=seconds)
                if realtime:
                    time.sleep(max(0.0, began + seconds - time.monotonic()))

            yield from replay(
                source,
                call,
                roles,
                transcriber=self.transcriber,
                judge=self.lexicon.judge(call),
                batch=1 if realtime else BATCH,
                heard=heard,
            )
            _tell(path, source)


def open_session(
    *,
    model: str,
    packs: Sequence[str],
    meta: Iterable[str],
    roles: str | None = None,
) -> Session:
    """Load what a run needs. Raises `BadInput` or `Unavailable` before anything is heard."""
    from monitor.asr.whisper import load

    call = registration(meta)
    lexicon = Lexicon.named(packs) if packs else Lexicon()
    return Session(transcriber=load(models.find(model)), lexicon=lexicon, call=call, roles=roles)


def registration(pairs: Iterable[str]) -> CallStarted:
    """A call's registration from `key=value` pairs; keys nobody knows go into `meta`."""
    own: dict[str, object] = {"call": "recording"}
    meta: dict[str, str] = {}
    for pair in pairs:
        key, found, value = pair.partition("=")
        if not found or not key:
            raise BadSetting("bad_meta", f"expected key=value, got {pair!r}", field="--meta")
        if key == "aliases":
            own[key] = tuple(name.strip() for name in value.split(",") if name.strip())
        elif key in _OWN:
            own[key] = value
        else:
            meta[key] = value
    return msgspec.convert({**own, "meta": meta}, CallStarted)


def _progress(path: Path, source: AudioSource) -> Progress:
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
        transient=True,
    )
    progress.add_task(path.name, total=source.duration_s)
    return progress


def _tell(path: Path, source: AudioSource) -> None:
    for notice in source.notices:
        print(f"{path}: {notice.text}", file=sys.stderr)
