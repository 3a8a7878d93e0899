"""Numbers for Prometheus, in base units; no label holds a name, a number or words of a call."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from monitor.ops.ledger import LAWS, SOUND, STAGES, Ledger, Stage

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """The numbers of one server."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.calls_started = self._counter("monitor_calls_total", "Calls accepted.")
        self.calls_ended = self._counter("monitor_calls_ended_total", "Calls ended.")
        self.alerts = self._counter(
            "monitor_alerts_total", "Alerts committed, revisions included.", "severity", "state"
        )
        self.audio = self._counter(
            "monitor_audio_seconds_total", "Sound received, per role.", "role"
        )
        self.owed = Gauge(
            "monitor_owed",
            "What entered a stage and is not accounted for yet, sound in seconds; zero at rest.",
            ("law",),
            registry=self.registry,
        )
        self.recorded = self._counter(
            "monitor_recorded_seconds_total", "Sound on disk for certain, per role.", "role"
        )
        self.unrecorded = self._counter(
            "monitor_unrecorded_seconds_total",
            "Sound that arrived and could not be recorded, per role.",
            "role",
        )
        self.passed = self._counter(
            "monitor_passed_total", "What passed a stage from speech to supervisor.", "stage"
        )
        self.sound = self._counter(
            "monitor_sound_seconds_total", "Sound that passed a stage, all roles together.", "stage"
        )
        self._stages = {
            stage: (self.sound if stage in SOUND else self.passed).labels(stage) for stage in STAGES
        }
        self.ledger = Ledger(self._pass)
        for law in LAWS:
            self.owed.labels(law).set_function(partial(self.ledger.owed, law))
        self.refused = self._counter("monitor_sockets_refused_total", "Sockets closed.", "code")
        self.cut = self._counter("monitor_subscribers_cut_total", "Subscribers cut.", "why")
        self.live_skipped = self._counter(
            "monitor_live_events_skipped_total", "Lossy news that gave way to newer."
        )
        self.commit = Histogram(
            "monitor_publish_seconds",
            "From an event handed over to its commit.",
            registry=self.registry,
            buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
        )

    def _pass(self, stage: Stage, more: float) -> None:
        self._stages[stage].inc(more)

    def gauge(self, name: str, about: str, value: Callable[[], float]) -> None:
        """A number that is asked for when it is read."""
        Gauge(name, about, registry=self.registry).set_function(value)

    def text(self) -> bytes:
        """Everything in Prometheus' text form."""
        written: bytes = generate_latest(self.registry)
        return written

    def _counter(self, name: str, about: str, *labels: str) -> Counter:
        return Counter(name, about, labels, registry=self.registry)
