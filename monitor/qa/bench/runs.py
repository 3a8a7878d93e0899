"""Files of raw runs: one JSON object per line, named by what was measured."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from monitor.asr.sizes import Cost
from monitor.errors import BadInput
from monitor.qa.bench.capacity import Absent, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """What a report reads of a file; other runs in it are left alone."""

    steps: tuple[Step, ...]
    absent: tuple[Absent, ...]
    """Who did not take part and was not measured later."""
    sizes: tuple[Cost, ...]
    """The last of each model, window and batch."""


def read(path: Path) -> Runs:
    """Raises `BadInput`."""
    steps: list[Step] = []
    absent: dict[str, Absent] = {}
    sizes: dict[tuple[object, ...], Cost] = {}
    try:
        for line in path.read_bytes().splitlines():
            kept = msgspec.json.decode(line, type=dict[str, msgspec.Raw])
            if "step" in kept:
                steps.append(msgspec.json.decode(kept["step"], type=Step))
                absent.pop(steps[-1].system, None)
            elif "absent" in kept:
                missing = msgspec.json.decode(kept["absent"], type=Absent)
                absent[missing.system] = missing
            elif "sizes" in kept:
                cost = msgspec.json.decode(kept["sizes"], type=Cost)
                sizes[cost.model, cost.window_s, cost.batch, cost.device] = cost
    except (OSError, msgspec.DecodeError) as fault:
        raise BadInput("bad_runs", str(fault), file=str(path)) from fault
    return Runs(steps=tuple(steps), absent=tuple(absent.values()), sizes=tuple(sizes.values()))
