from __future__ import annotations

from monitor.ops.metrics import Metrics


def test_numbers_are_in_base_units_and_say_what_they_are() -> None:
    metrics = Metrics()
    metrics.audio.labels("agent").inc(0.02)
    metrics.gauge("monitor_live_calls", "Calls that have a client.", lambda: 3)
    lines = metrics.text().decode().splitlines()
    assert 'monitor_audio_seconds_total{role="agent"} 0.02' in lines
    assert "monitor_live_calls 3.0" in lines
    assert "# HELP monitor_live_calls Calls that have a client." in lines


def test_two_servers_count_apart() -> None:
    one, other = Metrics(), Metrics()
    one.calls_started.inc()
    assert "monitor_calls_total 0.0" in other.text().decode()
