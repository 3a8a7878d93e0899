"""One recogniser and one set of packs for a run of recordings."""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Self

import msgspec
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from monitor.asr import models
from monitor.asr.crew import Crew, cores
from monitor.asr.options import Options
from monitor.asr.recogniser import build
from monitor.audio.channels import default_roles, parse_roles
from monitor.audio.formats import open_audio
from monitor.audio.source import AudioSource
from monitor.errors import BadSetting
from monitor.events import CallStarted, Event
from monitor.qa.replay import AHEAD, GROUP, replay
from monitor.rules.lexicon import Lexicon

TOGETHER = 2
"""Recordings heard at once, so that the end of one does not leave recognisers idle."""

_OWN = frozenset(CallStarted.__struct_fields__) - {"call", "at", "resumed", "meta", "aliases"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Hears recordings one after the other. Close it: recognisers are processes."""

    crew: Crew
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
        with _progress() as bar:
            yield from self._hear(path, call, bar, realtime=realtime)

    def hear_each(
        self, recordings: Iterable[tuple[Path, CallStarted | None]]
    ) -> Iterator[tuple[Path, list[Event]]]:
        """The events of every recording, in this order; the next ones are heard meanwhile."""
        with _progress() as bar, ThreadPoolExecutor(TOGETHER) as pool:
            hearing: deque[tuple[Path, Future[list[Event]]]] = deque()
            try:
                for path, call in recordings:
                    work = partial(self._hear_whole, path, call, bar)
                    hearing.append((path, pool.submit(work)))
                    if len(hearing) > TOGETHER:
                        first, events = hearing.popleft()
                        yield first, events.result()
                for first, events in hearing:
                    yield first, events.result()
            finally:
                pool.shutdown(wait=True, cancel_futures=True)

    def _hear_whole(self, path: Path, call: CallStarted | None, bar: Progress) -> list[Event]:
        return list(self._hear(path, call, bar))

    def _hear(
        self, path: Path, call: CallStarted | None, bar: Progress, *, realtime: bool = False
    ) -> Iterator[Event]:
        call = call or msgspec.structs.replace(self.call, call=path.stem)
        with open_audio(path) as source:
            shown = bar.add_task(path.name, total=source.duration_s)
            roles = (
                parse_roles(self.roles, source.channels)
                if self.roles
                else default_roles(source.channels)
            )
            began = time.monotonic()

            def heard(seconds: float) -> None:
                bar.update(shown, completed=seconds)
                if realtime:
                    time.sleep(max(0.0, began + seconds - time.monotonic()))

            yield from replay(
                source,
                call,
                roles,
                ears=self.crew,
                judge=self.lexicon.judge(call),
                group=1 if realtime else GROUP,
                ahead=0 if realtime else AHEAD,
                heard=heard,
            )
            bar.remove_task(shown)
            _tell(path, source)

    def close(self) -> None:
        """End the recognisers."""
        self.crew.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_session(
    *,
    model: str,
    packs: Sequence[str],
    meta: Iterable[str],
    roles: str | None = None,
    workers: int | None = None,
) -> Session:
    """Load what a run needs. Raises `BadInput` or `Unavailable` before anything is heard.

    `workers`: recogniser processes, by default one for each core; 0 hears in this process.
    """
    call = registration(meta)
    lexicon = Lexicon.named(packs) if packs else Lexicon()
    found = models.find(model)
    workers = cores() if workers is None else workers
    options = Options(cpu_threads=1 if workers > 1 else Options().cpu_threads)
    crew = Crew(partial(build, found, options), workers=workers)
    return Session(crew=crew, lexicon=lexicon, call=call, roles=roles)


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


class _Speed(ProgressColumn):
    """How many times faster than people speak."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.0f}×" if task.speed else "")


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        _Speed(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
        transient=True,
    )


def _tell(path: Path, source: AudioSource) -> None:
    for notice in source.notices:
        print(f"{path}: {notice.text}", file=sys.stderr)
