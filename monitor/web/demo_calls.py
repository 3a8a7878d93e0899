"""The bundled calls played into this server, over its own intake, for somebody's first look."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from monitor import loopback
from monitor.access.principal import Principal
from monitor.clock import Clock
from monitor.errors import Conflict, MonitorError, Refused
from monitor.ingest.client import Pacing, send_call
from monitor.ingest.outgoing import from_file
from monitor.ingest.target import Target
from monitor.store.tokens import TokenShelf
from monitor.web.actions import team_asked
from monitor.web.auth import make_token

if TYPE_CHECKING:
    from monitor.web.state import State

logger = structlog.get_logger()

FIXTURES = Path(__file__).parents[2] / "audio_fixtures"

CAST = {
    "two-in-one-breath": "8012",
    "guaranteed-return": "8015",
    "threat-abuse": "7014",
    "loan-overpromise": "3307",
    "missing-purpose": "8021",
    "refusal-respected": "3310",
}
"""Recording -> the agent who is on it: nobody holds two calls at once. One must stay silent."""

STAGGER_S = 1.0
"""Least seconds between the beginnings of two calls; a call begins when the last one is heard."""


class DemoCalls:
    """Plays the cast, once at a time."""

    def __init__(self, shelf: TokenShelf, clock: Clock, *, host: str) -> None:
        self._shelf = shelf
        self._clock = clock
        self._local = host in loopback.NAMES
        self._playing: asyncio.Task[None] | None = None

    @property
    def available(self) -> bool:
        """Whether there is something to play, and nobody but this machine to see it."""
        return self._local and all(map(_recording, CAST))

    @property
    def playing(self) -> bool:
        """Whether calls are being played now."""
        return self._playing is not None and not self._playing.done()

    def play(self, url: str, team: str) -> None:
        """Begin to play into `team`; raises `Conflict`, `Refused`."""
        if not self.available:
            raise Refused("no_demo", "demo calls are played only on a server for this machine")
        if self.playing:
            raise Conflict("playing", "the demo calls are being played already")
        self._playing = asyncio.create_task(self._play(url, team))

    async def close(self) -> None:
        """Stop playing."""
        if self._playing is not None:
            self._playing.cancel()
            await asyncio.wait([self._playing])

    async def _play(self, url: str, team: str) -> None:
        row, secret = make_token("ingest", self._clock, team=team, name="demo calls")
        await asyncio.to_thread(self._shelf.add, row)
        target = Target(url=url.replace("http", "ws", 1) + "/ingest/l16", token=secret)
        once = secrets.token_hex(2)
        try:
            async with asyncio.TaskGroup() as group:
                for name, fields in await asyncio.to_thread(_cast):
                    heard = asyncio.Event()
                    sending = _send(target, name, fields | {"team": team}, once, heard)
                    group.create_task(sending)
                    await asyncio.sleep(STAGGER_S)
                    await heard.wait()
        finally:
            await asyncio.to_thread(self._shelf.revoke, row.id, self._clock.wall())


async def status(request: Request, state: State, who: Principal) -> Response:
    """Whether the demo calls can be played, and whether they are."""
    team_asked(request, who, "alerts.act")
    return JSONResponse({"available": state.demo.available, "playing": state.demo.playing})


async def play(request: Request, state: State, who: Principal) -> Response:
    """Play them into the supervisor's own team."""
    state.demo.play(state.url, team_asked(request, who, "alerts.act"))
    return JSONResponse({"available": True, "playing": True}, status_code=202)


def _recording(name: str) -> Path | None:
    paths = (FIXTURES / f"{name}{suffix}" for suffix in (".flac", ".wav"))
    return next((path for path in paths if path.exists()), None)


def _cast() -> Sequence[tuple[str, dict[str, object]]]:
    # the server needs the demo's room only when somebody asks for it
    from monitor.demo.scenario import registration
    from monitor.qa.expect import load_expectation

    found = []
    for name, agent in CAST.items():
        path = FIXTURES / f"{name}.events.jsonl"
        if path.exists():
            fields = registration(load_expectation(path).call)
            found.append((name, fields | {"agent": agent}))
    return found


async def _send(
    target: Target, name: str, fields: dict[str, object], once: str, heard: asyncio.Event
) -> None:
    recording = _recording(name)
    assert recording is not None
    try:
        outgoing = await asyncio.to_thread(
            from_file, recording, fields=fields, call=f"{name}-{once}"
        )
        delivery = await send_call(
            outgoing, target, pacing=Pacing(), progress=lambda _call, _sent_s: heard.set()
        )
        if not delivery.ok:
            logger.warning("a demo call was not delivered", name=name, why=delivery.detail)
    except MonitorError as fault:
        logger.warning("a demo call was not delivered", name=name, why=str(fault))
    finally:
        heard.set()
