"""The recorder: one thread that writes what all live calls say, at most two seconds behind."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import structlog

from monitor.events import CallStarted
from monitor.evidence.reel import Drive, Reel
from monitor.evidence.tape import Tape
from monitor.types import Role

logger = structlog.get_logger()

ROUND_S = 0.5
"""Between rounds of writing. With a sync after each second round a crash costs at most 1.5 s."""

SYNC_ROUNDS = 2

CLOSE_S = 5.0
"""For the last sound to be written when the server stops."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How recording goes."""

    state: Literal["ok", "failing", "full"]
    why: str = ""
    failing: int = 0
    """Calls whose sound is held in memory now because the disk does not take it."""


class Recorder:
    """Makes tapes and brings what they hold to disk, off the event loop.

    `hold_s`: seconds of a call kept in memory while the disk takes nothing. `reserve`: bytes of
    the disk left to the database. `took` is told the samples kept and lost since the last time,
    with their rate.
    """

    def __init__(
        self,
        drive: Drive,
        *,
        hold_s: float = 30.0,
        reserve: int = 0,
        took: Callable[[Role, float, float], None] = lambda role, kept_s, lost_s: None,
    ) -> None:
        self.drive = drive
        self._hold_s = hold_s
        self._reserve = reserve
        self._took = took
        self._reels: list[tuple[Reel, list[int], list[int]]] = []
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._closing = False
        self._health = Health(state="ok")
        self._thread = threading.Thread(target=self._work, name="recorder", daemon=True)
        self._thread.start()

    @property
    def health(self) -> Health:
        """As of the last round."""
        return self._health

    def open(self, call: CallStarted, *, rate: int, roles: tuple[Role, ...]) -> Tape:
        """A tape for a new take of the call; touches no disk."""
        tape = Tape(
            call,
            rate=rate,
            roles=roles,
            take=os.urandom(8).hex(),
            began_wall=self.drive.clock.wall(),
            bound=int(self._hold_s * rate) * len(roles),
        )
        none = [0] * len(roles)
        with self._lock:
            self._reels.append((Reel(tape, self.drive), none, list(none)))
        return tape

    def hurry(self) -> None:
        """Do not wait for the next round: a source is held back until there is room."""
        self._wake.set()

    def finish(self, tape: Tape, reason: str) -> None:
        """End the tape, and wake the thread so that this does not wait for the next round."""
        tape.end(reason)
        self.hurry()

    def close(self) -> None:
        """Write what is left and stop; tapes that cannot be written in time are given up."""
        if not self._closing:
            self._closing = True
            self._wake.set()
        self._thread.join()

    def _work(self) -> None:
        rounds = 0
        while not self._closing:
            self._wake.wait(ROUND_S)
            self._wake.clear()
            rounds += 1
            self._round(sync=rounds % SYNC_ROUNDS == 0)
        self._empty()

    def _round(self, *, sync: bool) -> None:
        full = self._full()
        with self._lock:
            reels = list(self._reels)
        for reel, kept, lost in reels:
            try:
                if full:
                    reel.sync()
                    reel.hold("the disk is full")
                else:
                    reel.write()
                    if sync or reel.tape.crowded:
                        reel.sync()
                reel.finish()
            except Exception:
                # a fault in one recording must not stop the others
                logger.exception("a recording failed", call=reel.tape.call.call)
                reel.give_up()
            self._count(reel, kept, lost)
        with self._lock:
            self._reels = [each for each in self._reels if not each[0].finished]
        self.drive.index.tick()
        self._health = self._judge([reel for reel, _, _ in reels], full=full)

    def _full(self) -> bool:
        if not self._reserve:
            return False
        # a little more is wanted to go on than to stop, so that it does not flutter
        wanted = self._reserve * (1.1 if self._health.state == "full" else 1.0)
        try:
            self.drive.disk.make_folder(self.drive.folder)
            return self.drive.disk.free_bytes(self.drive.folder) < wanted
        except OSError:
            return False

    def _judge(self, reels: list[Reel], *, full: bool) -> Health:
        failing = [reel.fault for reel in reels if reel.fault is not None and not reel.finished]
        if full:
            health = Health(state="full", why="the disk is full", failing=len(failing))
        elif failing:
            health = Health(state="failing", why=failing[0], failing=len(failing))
        else:
            health = Health(state="ok")
        if health.state != self._health.state:
            level = logger.info if health.state == "ok" else logger.error
            level("recording", state=health.state, why=health.why, calls=health.failing)
        return health

    def _count(self, reel: Reel, kept: list[int], lost: list[int]) -> None:
        rate = reel.tape.rate
        for channel, role in enumerate(reel.tape.roles):
            more = reel.recorded[channel] - kept[channel]
            gone = reel.tape.lost[channel] - lost[channel]
            if more or gone:
                self._took(role, more / rate, gone / rate)
            kept[channel] += more
            lost[channel] += gone

    def _empty(self) -> None:
        clock = self.drive.clock
        # what is left is little, and there is no later
        self._reserve = 0
        until = clock.monotonic() + CLOSE_S
        with self._lock:
            reels = [reel for reel, _, _ in self._reels]
        for reel in reels:
            if reel.tape.reason is None:
                reel.tape.end("server_stopping")
        while self._reels and clock.monotonic() < until:
            self._round(sync=True)
            if self._reels:
                self._wake.wait(ROUND_S / 5)
        for reel in reels:
            if not reel.finished:
                reel.give_up()
