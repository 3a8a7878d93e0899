"""A peer as a system under test: its process, its sound, and our rules applied to its text."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
import venv
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from monitor.audio.formats import open_audio
from monitor.demo.scenario import Scene
from monitor.errors import Unavailable
from monitor.events import Alert, CallStarted, Utterance
from monitor.qa.bench.load import Arrival, Diary, Lane, Play
from monitor.qa.bench.peers.protocols import Sound
from monitor.qa.bench.peers.recipe import Recipe
from monitor.qa.bench.sound import by_role
from monitor.rules.lexicon import Lexicon
from monitor.types import SAMPLE_RATE, Role, Samples

PIECE_S = 0.1
START_S = 180.0
WARM_S = 8.0
TEXT_LEAST = 2


def cache() -> Path:
    """Where environments are kept from run to run, outside any repository."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "call-compliance-monitor" / "peers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A recipe and where its environment lies."""

    recipe: Recipe
    environments: Path
    model: Path

    @property
    def name(self) -> str:
        return self.recipe.name

    @property
    def settings(self) -> str:
        return self.recipe.settings

    def install(self) -> None:
        """Make its environment, unless it is there. Raises `Unavailable` with the last line of the
        installer."""
        if not self.recipe.environment or (self._home / "installed").exists():
            return
        venv.create(self._home, with_pip=True)
        for arguments in self.recipe.packages:
            command = [str(self._python), "-m", "pip", "install", "-q", *arguments]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                said = [one for one in done.stderr.splitlines() if "ERROR" in one]
                why = said[-1] if said else f"pip: {done.returncode}"
                raise Unavailable("not_installed", f"{self.name}: {why}")
        (self._home / "installed").touch()

    def open(
        self, folder: Path, scenes: Sequence[Scene], diary: Diary
    ) -> AbstractAsyncContextManager[_Running]:
        """Start its server and wait until it takes connections."""
        return self._open(folder, scenes)

    @asynccontextmanager
    async def _open(self, folder: Path, scenes: Sequence[Scene]) -> AsyncIterator[_Running]:
        sounds = {scene.recording: await asyncio.to_thread(_sound, scene) for scene in scenes}
        port = 0 if self.recipe.prints_port else _free_port()
        log = folder / "peer.log"
        process = await asyncio.to_thread(self._start, port, log)
        try:
            if self.recipe.prints_port:
                assert process.stdout is not None
                port = int(await asyncio.to_thread(process.stdout.readline) or 0)
            await _listening(process, port, log)
            await self._warm(port, next(iter(next(iter(sounds.values())).values())))
            yield _Running(
                recipe=self.recipe, port=port, pid=process.pid, sounds=sounds, lexicon=Lexicon()
            )
        finally:
            process.kill()
            process.wait()

    async def _warm(self, port: int, samples: Samples) -> None:
        """A few seconds of speech: some load their model when they first hear."""
        part = samples[: round(WARM_S * SAMPLE_RATE)]
        try:
            async with asyncio.timeout(START_S):
                sound = _paced(part, time.monotonic())
                await self.recipe.stream(port, sound, lambda text, final: None)
        except Exception as fault:
            # what it cannot do now it will not do when it is measured
            raise Unavailable("peer_not_working", f"{type(fault).__name__}: {fault}") from fault

    def _start(self, port: int, log: Path) -> subprocess.Popen[bytes]:
        with log.open("wb") as out:
            return subprocess.Popen(
                self.recipe.command(self._python, self.model, port),
                stdout=subprocess.PIPE if self.recipe.prints_port else out,
                stderr=out,
                env={**os.environ, **dict(self.recipe.variables)},
            )

    @property
    def _home(self) -> Path:
        return self.environments / self.recipe.environment

    @property
    def _python(self) -> Path:
        return self._home / "bin" / "python" if self.recipe.environment else Path(sys.executable)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Running:
    recipe: Recipe
    port: int
    pid: int
    sounds: dict[Path, dict[Role, Samples]]
    lexicon: Lexicon

    async def play(self, lane: Lane, diary: Diary) -> None:
        for play in lane.plays:
            diary.begin(play.name)
            roles = self.sounds[play.scene.recording]
            length = round(play.scene.seconds * SAMPLE_RATE)
            async with asyncio.TaskGroup() as group:
                for role, samples in roles.items():
                    reader = _Reader(play, role, self.lexicon, diary)
                    paced = _paced(samples[:length], diary.began[play.name])
                    group.create_task(self._stream(paced, reader))

    async def _stream(self, sound: Sound, reader: _Reader) -> None:
        await self.recipe.stream(self.port, sound, reader.said)


class _Reader:
    """Our rules over the text of a role; each category counts when it is first met."""

    def __init__(self, play: Play, role: Role, lexicon: Lexicon, diary: Diary) -> None:
        self._play = play
        self._role = role
        self._lexicon = lexicon
        self._diary = diary
        self._seen: set[tuple[str, bool]] = set()
        self._last: dict[bool, str] = {}

    def said(self, text: str, final: bool) -> None:
        """Text of this role, all of it or the newest of it."""
        text = text.strip()
        if len(text) < TEXT_LEAST or self._last.get(final) == text:
            return
        self._last[final] = text
        now = time.monotonic()
        spoken_s = now - self._diary.began[self._play.name]
        call: CallStarted = self._play.scene.expectation.call
        judged = self._lexicon.judge(call).hear(
            Utterance(
                call=call.call,
                channel=self._role,
                start=0.0,
                end=round(spoken_s, 3),
                text=text,
                final=True,
            )
        )
        for category in {one.category for one in judged if isinstance(one, Alert) and one.quote}:
            if (category, final) in self._seen:
                continue
            self._seen.add((category, final))
            self._diary.arrivals.append(
                Arrival(
                    call=self._play.name,
                    category=category,
                    state="confirmed" if final else "provisional",
                    start=None,
                    at=now,
                )
            )


async def _paced(samples: Samples, began: float) -> Sound:
    step = round(PIECE_S * SAMPLE_RATE)
    for first in range(0, len(samples), step):
        piece = samples[first : first + step]
        due = began + (first + len(piece)) / SAMPLE_RATE
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        yield piece


def _sound(scene: Scene) -> dict[Role, Samples]:
    with open_audio(scene.recording) as source:
        return by_role(source)


def _free_port() -> int:
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        return int(made.getsockname()[1])


async def _listening(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until and process.poll() is None:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        except OSError:
            await asyncio.sleep(0.5)
    said = (await asyncio.to_thread(log.read_text, "utf8", "replace")).strip().splitlines()
    raise Unavailable("peer_not_started", said[-1] if said else "it did not listen in time")
