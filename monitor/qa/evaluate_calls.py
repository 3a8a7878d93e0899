"""Whole labelled calls: every expected alert, disclosure and signal, and no other alert."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from monitor.errors import BadInput
from monitor.events import Alert, Disclosure, Event, Signal
from monitor.rules.pack import Pack
from monitor.rules.transcript import judge_lines

NEAR_S: Final = 15.0
"""Seconds by which an alert may be off: an utterance is as long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One way in which a call came out otherwise than it should."""

    call: str
    what: str


def judge_calls(folder: Path, packs: Sequence[Pack]) -> tuple[int, list[Fault]]:
    """How many calls a folder holds, and what is wrong with them.

    `<name>.jsonl` is a transcript, `<name>.expect.jsonl` what it must give: alert (category, and
    start or start_between where it matters; `"expect": "may"` for one that is no fault either way),
    disclosure (item, state), signal. Alerts that are not named there are faults. Raises BadInput.
    """
    calls = 0
    faults: list[Fault] = []
    for path in sorted(folder.glob("*.jsonl")):
        if path.name.endswith(".expect.jsonl"):
            continue
        calls += 1
        expected = _expected(path.with_suffix(".expect.jsonl"))
        lines = path.read_bytes().splitlines()
        events = list(judge_lines(lines, packs, file=str(path)))
        faults.extend(Fault(call=path.stem, what=what) for what in _faults(expected, events))
    return calls, faults


def _expected(path: Path) -> list[dict[str, Any]]:
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        message = error.strerror or "cannot be read"
        raise BadInput("unreadable", message, file=str(path)) from error
    found = []
    for number, line in enumerate(lines, 1):
        try:
            found.append(msgspec.json.decode(line, type=dict[str, Any]))
        except msgspec.MsgspecError as error:
            raise BadInput("bad_expectation", str(error), file=str(path), line=number) from error
    return found


def _faults(expected: list[dict[str, Any]], events: list[Event]) -> Iterator[str]:
    alerts = [one for one in events if isinstance(one, Alert)]
    wanted = [one for one in expected if one["type"] == "alert"]
    for one in wanted:
        if one.get("expect") == "may":
            continue
        if not any(_meets(alert, one) for alert in alerts):
            yield f"no {one['category']} at {one.get('start', 'any time')}"
    for alert in alerts:
        if not any(alert.category == one["category"] for one in wanted):
            yield f"{alert.category} at {alert.start:.1f} s is not expected ({alert.quote!r})"
    states = {one.item: one.state for one in events if isinstance(one, Disclosure)}
    signals = {one.signal for one in events if isinstance(one, Signal)}
    for one in expected:
        if one["type"] == "disclosure" and states.get(one["item"]) != one["state"]:
            yield f"{one['item']} is {states.get(one['item'])}, not {one['state']}"
        if one["type"] == "signal" and one["signal"] not in signals:
            yield f"no signal {one['signal']}"


def _meets(alert: Alert, wanted: dict[str, Any]) -> bool:
    if alert.category != wanted["category"]:
        return False
    low, high = wanted.get("start_between") or [wanted.get("start", 0.0)] * 2
    if "start" not in wanted and "start_between" not in wanted:
        return True
    return bool(low - NEAR_S <= alert.start <= high + NEAR_S)
