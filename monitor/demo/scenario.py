"""The demo: recorded calls played into a real server in real time, and what must come of them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec
import psutil

from monitor.audio.formats import open_audio
from monitor.clock import SystemClock
from monitor.errors import Unavailable
from monitor.events import Alert, CallStarted
from monitor.ingest.client import Delivery, Pacing, send_call
from monitor.ingest.outgoing import from_file
from monitor.ingest.target import Target
from monitor.qa.compare import Verdict, compare
from monitor.qa.expect import Expectation, load_expectation, pairs
from monitor.store.tokens import TokenShelf
from monitor.web.auth import make_token
from monitor.web.messages import Last
from monitor.web.watcher import Watcher

CAST = (
    "guaranteed-return",
    "threat-abuse",
    "loan-overpromise",
    "missing-purpose",
    "refusal-respected",
    "two-in-one-breath",
)
"""Fixtures that are played; one of them must stay silent."""

STAGGER_S = 1.5
"""Seconds between the beginnings of two calls."""

START_S = 180.0
"""For the server to be ready; the first start on a cold disk imports for some seconds."""

SETTLE_S = 2.0
"""After the last call ended, for alerts still on their way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A recording of the cast and what must come of it."""

    recording: Path
    expectation: Expectation
    seconds: float


@dataclass(slots=True, kw_only=True)
class Shown:
    """Alerts as they arrived at the supervisor."""

    alerts: list[Alert] = field(default_factory=list)

    def of(self, call: str) -> list[Alert]:
        """Those of one call."""
        return [alert for alert in self.alerts if alert.call == call]


def scenes(folder: Path, cast: Sequence[str] | None = CAST) -> list[Scene]:
    """The cast's recordings in `folder`, None for all; only alerts are wanted of them here."""
    found = {recording.stem: (recording, expected) for recording, expected in pairs(folder)}
    cast = sorted(found) if cast is None else cast
    missing = [name for name in cast if name not in found]
    if missing:
        raise Unavailable("no_fixtures", f"{folder} lacks the recordings {', '.join(missing)}")
    made = []
    for name in cast:
        recording, path = found[name]
        expectation = load_expectation(path)
        wanted = tuple(one for one in expectation.wanted if one.kind == "alert")
        with open_audio(recording) as source:
            seconds = source.duration_s or 0.0
        made.append(
            Scene(
                recording=recording,
                expectation=replace(expectation, wanted=wanted),
                seconds=seconds,
            )
        )
    return made


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A server process."""

    url: str
    pid: int


@contextlib.contextmanager
def server(data: Path, **settings: str) -> Iterator[Running]:
    """The real server as a process of its own, on a free port.

    `settings` are environment variables of the settings, such as MONITOR_LOGS_TRACE.
    """
    ready = data / "ready.json"
    log = data / "server.log"
    command = [sys.executable, "-m", "monitor", "serve", "--port", "0"]
    # the recordings of a demo are sealed like any other, with a key that goes away with them
    with tempfile.TemporaryDirectory(prefix="monitor-key-") as keys, log.open("wb") as out:
        root = {"MONITOR_KEYS_ROOT": str(Path(keys) / "root.key")}
        process = subprocess.Popen(
            [*command, "--data", str(data), "--ready-file", str(ready)],
            stdout=out,
            stderr=out,
            env={**os.environ, **root, **settings},
        )
        try:
            yield Running(url=_address(process, ready, log), pid=process.pid)
        finally:
            process.terminate()
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()


def recognisers(pid: int) -> list[psutil.Process]:
    """The processes of a server in which recognisers run: they are forked from one of its own."""
    found: list[psutil.Process] = []
    for child in psutil.Process(pid).children():
        with contextlib.suppress(psutil.Error):
            found += child.children()
    return found


def token(data: Path, role: str, team: str) -> str:
    """A new token of that role in the server's data folder."""
    row, secret = make_token(role, SystemClock(), team=team, name="demo")
    with closing(TokenShelf(data)) as shelf:
        shelf.add(row)
    return secret


async def play(
    url: str, scenes: Sequence[Scene], *, data: Path, show: Callable[[Alert], None]
) -> list[Verdict]:
    """Send every scene in real time while a supervisor of each team watches; compare."""
    teams = sorted({scene.expectation.call.team for scene in scenes})
    shown = Shown()
    watchers = [
        asyncio.create_task(_watch(url, token(data, "supervisor", team), shown, show))
        for team in teams
    ]
    senders = {team: token(data, "ingest", team) for team in teams}
    async with asyncio.TaskGroup() as group:
        sent = [
            group.create_task(
                _send(url, senders[scene.expectation.call.team], scene, number * STAGGER_S)
            )
            for number, scene in enumerate(scenes)
        ]
    await asyncio.sleep(SETTLE_S)
    for watcher in watchers:
        watcher.cancel()
    failed = [one.result() for one in sent if one.result().state != "delivered"]
    if failed:
        raise Unavailable("not_delivered", f"{failed[0].label} could not be delivered: {failed[0]}")
    return [compare(scene.expectation, shown.of(scene.expectation.call.call)) for scene in scenes]


def registration(call: CallStarted) -> dict[str, object]:
    """The fields with which a source registers the call, other than its id."""
    fields = msgspec.to_builtins(call)
    return {
        key: value for key, value in fields.items() if value and key not in ("type", "at", "call")
    }


async def _send(url: str, secret: str, scene: Scene, delay_s: float) -> Delivery:
    await asyncio.sleep(delay_s)
    call = scene.expectation.call
    outgoing = await asyncio.to_thread(
        from_file, scene.recording, fields=registration(call), call=call.call
    )
    target = Target(url=url.replace("http", "ws", 1) + "/ingest/l16", token=secret)
    return await send_call(outgoing, target, pacing=Pacing())


async def _watch(url: str, secret: str, shown: Shown, show: Callable[[Alert], None]) -> None:
    async for news in Watcher(url, secret, last=Last(seq=0)).seen():
        if isinstance(news, Alert):
            shown.alerts.append(news)
            show(news)


def _address(process: subprocess.Popen[bytes], ready: Path, log: Path) -> str:
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        if ready.exists() and (text := ready.read_text("utf8")):
            return str(json.loads(text)["url"])
        if process.poll() is not None:
            break
        time.sleep(0.05)
    said = log.read_text("utf8", "replace").strip().splitlines()
    raise Unavailable("no_server", f"the server did not start: {said[-1] if said else 'no word'}")
