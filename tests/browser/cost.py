"""What a run cost: processor time of the server and of the browser, and what the host took away."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_KIND = re.compile(r"--type=([\w-]+)")
_STEAL = 7
"""Place of the time that the host gave to others, among the numbers of /proc/stat."""


@dataclass(slots=True)
class Cost:
    """Seconds of processor time of each kind of process; the share of the machine that was away."""

    seconds: Counter[str] = field(default_factory=Counter)
    stolen: float = 0.0

    def __str__(self) -> str:
        spent = ", ".join(f"{kind} {self.seconds[kind]:.1f}" for kind in sorted(self.seconds))
        return f"processor s: {spent}; the host took {100 * self.stolen:.0f} %"


@contextmanager
def counted() -> Iterator[Cost]:
    """Count what this process's children spend while the block runs."""
    cost = Cost()
    before, machine = _spent(), _machine()
    yield cost
    for (pid, kind), seconds in _spent().items():
        cost.seconds[kind] += seconds - before.get((pid, kind), 0.0)
    now = _machine()
    passed = [b - a for a, b in zip(machine, now, strict=True)]
    cost.stolen = passed[_STEAL] / max(1, sum(passed))


def _spent() -> dict[tuple[int, str], float]:
    parents, found = {}, {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            stat = (folder / "stat").read_text().rsplit(")", 1)[1].split()
            command = (folder / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        pid = int(folder.name)
        parents[pid] = int(stat[1])
        found[pid, _kind(command)] = (int(stat[11]) + int(stat[12])) / _TICKS
    return {key: seconds for key, seconds in found.items() if _ours(key[0], parents)}


def _kind(command: str) -> str:
    if "tests.browser.server" in command:
        return "server"
    if "chrom" in command.split("\0")[0]:
        kind = _KIND.search(command)
        return "page" if kind and kind[1] == "renderer" else "rest of the browser"
    return "test"


def _ours(pid: int, parents: dict[int, int]) -> bool:
    while pid in parents:
        if pid == os.getpid():
            return True
        pid = parents[pid]
    return False


def _machine() -> list[int]:
    line = Path("/proc/stat").read_text().split("\n", 1)[0]
    return [int(each) for each in line.split()[1:9]]
