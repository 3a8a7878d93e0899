"""What `send` and `listen` share: fields of the registration, the progress line, the result."""

from __future__ import annotations

import asyncio
import signal
import sys

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from monitor.errors import BadSetting
from monitor.ingest.client import Delivery, Pacing, send_calls
from monitor.ingest.metadata import read_registration
from monitor.ingest.outgoing import Outgoing
from monitor.ingest.target import Target

_OWN = ("team", "agent", "industry", "business", "company", "licence", "product", "started_at")


def registration_fields(pairs: list[str], **named: str | None) -> dict[str, object]:
    """Fields of the registration from `key=value` pairs and options.

    A key that is a field of the registration is that field (`aliases` takes names with commas);
    any other key goes into `meta`. Raises `BadSetting` naming the pair.
    """
    fields: dict[str, object] = {key: value for key, value in named.items() if value is not None}
    meta: dict[str, str] = {}
    for pair in pairs:
        key, found, value = pair.partition("=")
        if not found or not key.strip():
            raise BadSetting("bad_meta", f"expected key=value, got {pair!r}", field="--meta")
        key = key.strip()
        if key in ("call", "rate", "channels", "roles", "type"):
            raise BadSetting("bad_meta", f"{key} has an option of its own", field="--meta")
        if key == "aliases":
            fields[key] = [alias.strip() for alias in value.split(",") if alias.strip()]
        elif key in _OWN:
            fields[key] = value
        else:
            meta[key] = value
    if meta:
        fields["meta"] = meta
    return fields


def deliver(calls: list[Outgoing], target: Target, *, pacing: Pacing, together: int = 8) -> None:
    """Send the calls, show how far they are, print one line for each; exit 1 if one failed."""
    for call in calls:
        # the server's own complaint, before anything is sent
        read_registration(call.registration)
    if target.exposes_token:
        _complain("the token crosses the network in clear: use wss://")
    deliveries = asyncio.run(_send(calls, target, pacing, together))
    for call, delivery in zip(calls, deliveries, strict=True):
        for notice in call.notices:
            _complain(f"{call.label}: {notice}")
        typer.echo(_line(delivery), err=not delivery.ok)
    if not all(delivery.ok for delivery in deliveries):
        raise typer.Exit(1)


async def _send(
    calls: list[Outgoing], target: Target, pacing: Pacing, together: int
) -> list[Delivery]:
    stop = asyncio.Event()
    # the first Ctrl-C ends the calls properly, the second one the program
    loop = asyncio.get_running_loop()

    def interrupted() -> None:
        stop.set()
        loop.remove_signal_handler(signal.SIGINT)

    loop.add_signal_handler(signal.SIGINT, interrupted)
    try:
        with _progress() as shown:
            tasks = {call.call: _bar(shown, call) for call in calls}
            return await send_calls(
                calls,
                target,
                pacing=pacing,
                together=together,
                progress=lambda call, sent_s: shown.update(tasks[call.call], completed=sent_s),
                stop=stop,
            )
    finally:
        loop.remove_signal_handler(signal.SIGINT)


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.completed:.1f} s"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
        transient=True,
    )


def _bar(shown: Progress, call: Outgoing) -> TaskID:
    return shown.add_task(call.label, total=call.duration_s)


def _line(delivery: Delivery) -> str:
    start = f"{delivery.label}: {delivery.call}"
    if not delivery.ok:
        return f"{start} {delivery.state}: {delivery.detail}"
    got = "" if delivery.received_s is None else f", server received {delivery.received_s:.1f} s"
    return f"{start} delivered, {delivery.sent_s:.1f} s sent{got}"


def _complain(text: str) -> None:
    typer.echo(f"monitor: {text}", err=True)
