"""Records a call and is killed at one exact call to the system; imports once, forks for each line.

A line of standard input is {"folder", "at", "how"}: the call number `at` is not made ("before"),
made half ("torn") or made whole ("after"), and then the process is no more. What was on disk
for certain is told by lines of standard output: how much was heard and how much is acknowledged.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

from monitor.evidence.disk import RealDisk
from tests.evidence.taking import Studio, sound

SECONDS = float(os.environ.get("CALL_MONITOR_DYING_S", "60"))


class DyingDisk(RealDisk):
    """Kills its own process."""

    def __init__(self, at: int, how: str) -> None:
        self._at = at
        self._how = how
        self.calls = 0

    def create(self, path: Path) -> int:
        self._before()
        made = super().create(path)
        self._after()
        return made

    def append(self, handle: int, data: bytes) -> int:
        self._before()
        if self._due and self._how == "torn":
            super().append(handle, data[: len(data) // 2])
            die()
        taken = super().append(handle, data)
        self._after()
        return taken

    def sync(self, handle: int) -> None:
        self._before()
        self._after()

    def sync_folder(self, folder: Path) -> None:
        self._before()
        self._after()

    def close(self, handle: int) -> None:
        self._before()
        super().close(handle)
        self._after()

    @property
    def _due(self) -> bool:
        return self.calls - 1 == self._at

    def _before(self) -> None:
        self.calls += 1
        if self._due and self._how == "before":
            die()

    def _after(self) -> None:
        if self._due:
            die()


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def record(order: dict[str, str | int]) -> None:
    disk = DyingDisk(int(order["at"]), str(order["how"]))
    studio = Studio(Path(str(order["folder"])), disk=disk)
    said = sound(SECONDS)
    step = 4000
    for number, at in enumerate(range(0, len(said), step)):
        studio.hear(said[at : at + step])
        tell(heard=studio.position, acked=studio.reel.recorded[0], calls=disk.calls)
        studio.round(sync=number % 2 == 1)
        tell(heard=studio.position, acked=studio.reel.recorded[0], calls=disk.calls)
    studio.end()
    tell(heard=studio.position, acked=studio.reel.recorded[0], calls=disk.calls)


def tell(**numbers: int) -> None:
    os.write(1, (json.dumps(numbers) + "\n").encode())


def main() -> None:
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            record(json.loads(line))
            os._exit(0)
        os.waitpid(child, 0)
        os.write(1, b"null\n")


if __name__ == "__main__":
    main()
