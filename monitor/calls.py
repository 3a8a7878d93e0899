"""The life of live calls: one recogniser and one set of rule packs, shared by all of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from functools import partial
from pathlib import Path
from weakref import WeakSet

import structlog

from monitor.alerts.desk import Desk
from monitor.asr import models
from monitor.asr.crew import cores
from monitor.asr.engine import Ear, Engine, recognisers
from monitor.asr.ladder import Level
from monitor.asr.options import Options
from monitor.asr.recogniser import build
from monitor.asr.scheduler import Again, Schedule
from monitor.clock import Clock
from monitor.errors import BadLexicon
from monitor.events import CallStarted
from monitor.lane import Lane
from monitor.live import LiveCall
from monitor.ops import memory
from monitor.ops.ledger import Ledger
from monitor.ops.metrics import Metrics
from monitor.ops.stalls import Stalls
from monitor.ops.trace import Trace
from monitor.pipeline import CallPipeline
from monitor.rules.engine import CallJudge
from monitor.rules.lexicon import PUBLISHED, Lexicon
from monitor.settings import Settings
from monitor.speech.endpoint import Rules
from monitor.text.cuts import word_frequency
from monitor.types import Role

logger = structlog.get_logger()

LISTENING = Rules(partial_every_s=0.3, partial_longest_s=4.0)
"""Phrases are shorter than 3 s; a partial need not hold the whole of a long segment."""

LATE_AFTER_S = 10.0
"""An alert later than this after its words is marked: the longest segment and its queue in peace
take less."""

JOIN_S = 25.0
"""Seconds of speech that fit, with pauses between them, into a window of 30."""

RELOAD_S = 2.0
"""Between looks at the rule packs on disk."""


class Calls:
    """Begins calls; a `web.host.CallHost`."""

    def __init__(
        self,
        model: models.Model,
        lexicon: Lexicon,
        *,
        engine: Engine,
        desk: Desk,
        ears: Lane,
        clock: Clock,
        trace: Trace,
        ledger: Ledger,
    ) -> None:
        self._model = model
        self._lexicon = lexicon
        self._engine = engine
        self._desk = desk
        self._ears = ears
        self._clock = clock
        self._trace = trace
        self._ledger = ledger
        self._kinds: set[int] = set()
        self._live: WeakSet[LiveCall] = WeakSet()

    @property
    def about(self) -> str:
        """One line for people: which recogniser and which packs."""
        named = f"recogniser {self._model.name}"
        if self._model.name == models.BUNDLED:
            named += " (bundled, trained on synthetic speech only: it does not understand people)"
        return f"{named}; packs {', '.join(pack.name for pack in self._lexicon.packs)}"

    @property
    def taking(self) -> bool:
        """Whether a call that began now would be heard in time."""
        return self._engine.level < Level.CLOSED

    def behind_s(self, team: str) -> float:
        """Age of the team's oldest speech that is not read yet."""
        return self._engine.behind_s(team)

    @property
    def unmonitored(self) -> int:
        """Calls that nobody listens to just now."""
        return sum(not call.monitored for call in self._live)

    async def begin(
        self,
        call: CallStarted,
        *,
        rate: int,
        roles: tuple[Role, ...],
        again: Again | None = None,
    ) -> LiveCall:
        """Publish `call.started` and get ready to hear.

        While speech waits so long that another call would not be heard in time, the call begins
        unmonitored: its sound is recorded, its coverage says 未监控.
        """
        if not self.taking:
            logger.error("a call is not monitored", call=call.call, team=call.team)
        await self._desk.publish(call, [call])

        def pipeline() -> CallPipeline:
            judge = self._lexicon.judge(call)
            self._keep(judge)
            return CallPipeline(
                call, judge, roles=roles, speech=LISTENING, late_after_s=LATE_AFTER_S
            )

        # the first call of a kind puts its rules together for a second or more: its source is not
        # kept waiting for that, its sound is
        live = LiveCall(
            call,
            pipeline,
            rate=rate,
            roles=roles,
            engine=self._engine,
            desk=self._desk,
            ears=self._ears,
            clock=self._clock,
            trace=self._trace,
            ledger=self._ledger,
            again=again,
        )
        self._live.add(live)
        return live

    def _keep(self, judge: CallJudge) -> None:
        """Rules put together for a new kind of call are there to stay."""
        if (kind := id(judge.rules.matcher)) not in self._kinds:
            self._kinds.add(kind)
            memory.keep()


@asynccontextmanager
async def open_host(
    settings: Settings, desk: Desk, metrics: Metrics, clock: Clock
) -> AsyncIterator[Calls]:
    """Load the recogniser and the packs, and keep them for as long as the server runs."""
    model = models.find(settings.asr.model or models.BUNDLED)
    folder = Path(settings.rules.lexicons) if settings.rules.lexicons else None
    hearers, lexicon, _ = await asyncio.gather(
        asyncio.to_thread(_hearers, model, settings),
        asyncio.to_thread(Lexicon, folder, published=Path(settings.store.data) / PUBLISHED),
        # the dictionary takes seconds to load: not in the middle of the first call
        asyncio.to_thread(word_frequency, "的"),
    )
    engine = Engine(
        hearers,
        schedule=Schedule(batch=settings.asr.batch),
        clock=clock,
        # windows as long as the speech cost what is in them: to join them gains nothing
        join_s=0.0 if model.card.short_windows else JOIN_S,
    )
    memory.keep()
    _gauges(metrics, engine)
    stalls = Stalls(clock)
    metrics.gauge(
        "monitor_loop_stall_seconds",
        "Longest time in the last minute in which the event loop did nothing else.",
        lambda: stalls.longest_s,
    )
    chores = (_reload(lexicon), stalls.watch(), memory.tidy())
    helpers = [asyncio.create_task(chore) for chore in chores]
    path = Path(settings.logs.trace) if settings.logs.trace else None
    with (
        closing(Trace(path)) as trace,
        closing(Lane("ears")) as ears,
    ):
        try:
            calls = Calls(
                model,
                lexicon,
                engine=engine,
                desk=desk,
                ears=ears,
                clock=clock,
                trace=trace,
                ledger=metrics.ledger,
            )
            metrics.gauge(
                "monitor_unmonitored_calls",
                "Live calls that nobody listens to (未监控).",
                lambda: calls.unmonitored,
            )
            yield calls
        finally:
            for helper in helpers:
                helper.cancel()
            await engine.close()


def _hearers(model: models.Model, settings: Settings) -> list[Ear]:
    workers = settings.asr.workers
    if workers < 0:
        workers = cores() if settings.asr.device != "cuda" else 1
    return recognisers(partial(build, model, _options(settings, workers)), workers)


def _gauges(metrics: Metrics, engine: Engine) -> None:
    metrics.gauge(
        "monitor_speech_waiting_seconds",
        "Speech that waits for the recogniser.",
        lambda: engine.stats().waiting_s,
    )
    metrics.gauge(
        "monitor_oldest_speech_seconds",
        "Age of the oldest speech not yet read.",
        lambda: engine.stats().oldest_final_s,
    )
    metrics.gauge(
        "monitor_shedding_level",
        "0: all; 1: no partials; 2: narrow; 3: joined windows; 4: agents first; 5: no new calls.",
        lambda: engine.level,
    )
    metrics.gauge(
        "monitor_partial_period_seconds",
        "Time between two looks at speech that goes on.",
        lambda: engine.partial_every_s,
    )


def _options(settings: Settings, workers: int) -> Options:
    chosen = settings.asr
    return Options(
        # on two cores two processes of one thread hear a sixth more than one of two threads
        cpu_threads=chosen.threads or (1 if workers > 1 else Options().cpu_threads),
        device=chosen.device,
        compute_type=Options().compute_type
        if chosen.compute_type == "default"
        else chosen.compute_type,
    )


async def _reload(lexicon: Lexicon) -> None:
    """Take over changed packs for the calls that begin later; a broken one changes nothing."""
    while True:
        await asyncio.sleep(RELOAD_S)
        try:
            if await asyncio.to_thread(lexicon.refresh):
                logger.info("rule packs reloaded", packs=[pack.name for pack in lexicon.packs])
        except BadLexicon as fault:
            logger.error("rule packs not reloaded", why=str(fault))
