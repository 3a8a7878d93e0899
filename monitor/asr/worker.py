"""A recogniser in a process of its own, and the watchdog that starts it again.

Native code may crash or hang on a sound; the calls may not. What was being heard is heard once
more by a fresh process; a sound that fells that one too is given up as a `MonitorError`.
"""

from __future__ import annotations

import atexit
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, Final

import structlog

from monitor.asr.base import Transcriber, Transcript
from monitor.asr.hear import hear
from monitor.errors import MonitorError, Unavailable
from monitor.types import SAMPLE_RATE, Segment

logger = structlog.get_logger()

START_S: Final = 300.0
"""For a process to import its libraries and load the largest model from a cold disk."""
HANG_S: Final = 10.0
"""Least time after which a batch is taken to hang."""
HANG_TIMES: Final = 5.0
"""Times its own length after which a longer batch is."""
FIRST_WAIT_S: Final = 0.5
LONGEST_WAIT_S: Final = 30.0
NICER: Final = 10
"""Steps of priority that a recogniser gives way by: the server must never wait for a processor.
What it does not come to waits in sockets, where the plan for overload does not see it."""
STOP_S: Final = 5.0
TRIES: Final = 2
MOST_KILLS: Final = 10
"""Of one sound: should it make the system kill whatever hears it, that ends, too."""

_from_server = get_context("forkserver")
"""A forked child of ours would share the threads' locks of a server that runs. This is forked from
a process that has the recogniser's libraries imported and does nothing else: ready in a tenth of a
second instead of two."""
_from_server.set_forkserver_preload(["monitor.asr.nursery"])


class _LostError(Exception):
    """The process is gone, or was ended because it did not answer."""

    def __init__(self, why: str, *, killed: bool = False) -> None:
        super().__init__(why)
        self.killed = killed
        """Somebody else ended it, an operator or the system short of memory: no fault of the
        sound."""


class Worker:
    """One recogniser process. Use it from any one thread at a time; `close` from any."""

    def __init__(self, build: Callable[[], Transcriber], *, hang_s: float = HANG_S) -> None:
        """`build` is called in the process and must be picklable.

        Returns when the recogniser is ready; raises `Unavailable` when it cannot be had.
        """
        self._build = build
        self._hang_s = hang_s
        self._wait_s = 0.0
        self._closing = threading.Event()
        self.restarts = 0
        """Processes that crashed or hung so far."""
        self._process: Any = None
        self._line: Connection | None = None
        # before multiprocessing's own, which would wait for a process that ignores SIGTERM
        atexit.register(self._end)
        try:
            self._start()
        except _LostError as lost:
            raise Unavailable(
                "no_recogniser", f"the recogniser cannot be started: {lost}"
            ) from lost

    @property
    def pid(self) -> int:
        """Of the process as it is now."""
        return int(self._process.pid)

    def hear(
        self, segments: Sequence[Segment], *, fast: bool = False, joined: bool = False
    ) -> list[Transcript]:
        """One transcript for each segment, in order. `joined`: see `asr.hear`.

        Raises `MonitorError` when the recogniser fails on them, or falls on them twice. A batch
        that fells it is not tried again as a whole: the caller takes it apart. Nor is speech that
        goes on. Of a process that somebody else killed the sound is not suspected.
        """
        # what is heard fast under load is final all the same
        final = all(segment.closed for segment in segments)
        tries = TRIES if final and len(segments) == 1 else 1
        kills = MOST_KILLS if final else 0
        while tries:
            try:
                found = self._ask(segments, fast, joined)
            except _LostError as lost:
                self.restarts += 1
                if lost.killed and kills:
                    kills -= 1
                else:
                    tries -= 1
                logger.error("recogniser lost", why=str(lost), where=_where(segments), again=tries)
                continue
            self._wait_s = 0.0
            return found
        raise MonitorError("recogniser_lost", f"the recogniser falls on {_where(segments)}")

    def close(self) -> None:
        """End the process."""
        self._closing.set()
        if self._line is not None:
            self._line.close()
        self._process.join(STOP_S)
        self._end()
        atexit.unregister(self._end)

    def _ask(self, segments: Sequence[Segment], fast: bool, joined: bool) -> list[Transcript]:
        if self._line is not None and not self._process.is_alive():
            # it went while it had nothing to do: no fault of this sound
            self.restarts += 1
            logger.error("recogniser lost", why=f"exit status {self._process.exitcode}")
            self._end()
        if self._line is None:
            self._start_again()
        assert self._line is not None
        audio_s = sum(len(segment.samples) for segment in segments) / SAMPLE_RATE
        limit_s = max(self._hang_s, HANG_TIMES * audio_s)
        try:
            self._line.send((list(segments), fast, joined))
        except OSError as fault:
            raise self._gone("gone") from fault
        answer: list[Transcript] | str = self._answer(limit_s)
        if isinstance(answer, str):
            raise MonitorError("recogniser_failed", answer)
        return answer

    def _answer(self, limit_s: float) -> Any:
        assert self._line is not None
        try:
            if not self._line.poll(limit_s):
                raise self._lost(f"no answer in {limit_s:g} s")
            return self._line.recv()
        except (EOFError, OSError) as fault:
            raise self._gone("crashed") from fault

    def _gone(self, why: str) -> _LostError:
        """The line broke: the process is dead or dying."""
        self._process.join(STOP_S)
        killed = self._process.exitcode == -signal.SIGKILL
        self._end()
        return _LostError(f"{why}, exit status {self._process.exitcode}", killed=killed)

    def _lost(self, why: str) -> _LostError:
        self._end()
        return _LostError(f"{why}, exit status {self._process.exitcode}")

    def _start(self) -> None:
        self._line, theirs = _from_server.Pipe()
        self._process = _from_server.Process(
            target=_serve, args=(theirs, self._build), name="recogniser", daemon=True
        )
        self._process.start()
        theirs.close()
        fault = self._answer(START_S)
        if fault:
            self._end()
            raise _LostError(fault)

    def _start_again(self) -> None:
        """Until it runs or nobody wants it any more, with longer and longer waits."""
        while not self._closing.wait(self._wait_s):
            self._wait_s = min(LONGEST_WAIT_S, max(FIRST_WAIT_S, 2 * self._wait_s))
            began = time.monotonic()
            try:
                self._start()
            except _LostError as lost:
                logger.error("recogniser cannot be started", why=str(lost))
                continue
            logger.info("recogniser started", seconds=round(time.monotonic() - began, 2))
            return
        raise MonitorError("engine_closed", "the recogniser is shutting down")

    def _end(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None
        if self._process is not None:
            self._process.kill()
            self._process.join()


def _serve(line: Connection, build: Callable[[], Transcriber]) -> None:
    """The process: hears until the other end of the line is gone."""
    os.nice(NICER)
    # stopping is the server's business: it lets queued speech be heard first
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        transcriber = build()
    except Exception as fault:
        line.send(str(fault) or type(fault).__name__)
        return
    line.send("")
    while True:
        try:
            segments, fast, joined = line.recv()
        except (EOFError, OSError):
            transcriber.close()
            return
        answer: list[Transcript] | str
        try:
            answer = hear(transcriber, segments, fast=fast, joined=joined)
        except Exception as fault:
            # whatever it is, it goes to the one who asked, and the process lives on
            answer = str(fault) or type(fault).__name__
        line.send(answer)


def _where(segments: Sequence[Segment]) -> str:
    return ", ".join(
        f"{one.call} {one.role} {one.start_s:.2f}..{one.end_s:.2f} s" for one in segments
    )
