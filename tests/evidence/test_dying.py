"""SIGKILL at every boundary of a write or a sync: what was acknowledged is there, and all of it
is what was said.

The normal suite tries the beginning, the end and some places between; with
CALL_MONITOR_EVERY_BOUNDARY=1 every place of a 60-second call.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor.errors import Damaged
from monitor.evidence.reader import SegmentReader
from tests.evidence.taking import Sound, heard, keyring, segments, sound

EVERY = bool(os.environ.get("CALL_MONITOR_EVERY_BOUNDARY"))
RATE = 8000
SECONDS = 60.0 if EVERY else 6.0

Life = Callable[[Path, int, str], dict[str, Any]]


@pytest.fixture(scope="module")
def life() -> Iterator[Life]:
    """Lets a process record until it dies; returns the last it said."""
    command = [sys.executable, "-m", "tests.evidence.dying"]
    environ = os.environ | {"CALL_MONITOR_DYING_S": str(SECONDS)}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environ
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        said, asked = process.stdout, process.stdin

        def live(folder: Path, at: int, how: str) -> dict[str, Any]:
            asked.write(json.dumps({"folder": str(folder), "at": at, "how": how}) + "\n")
            asked.flush()
            last: dict[str, Any] = {}
            while (line := json.loads(said.readline())) is not None:
                last = line
            return last

        yield live
        process.stdin.close()


def places(calls: int) -> list[int]:
    return list(range(calls)) if EVERY else [*range(7), calls // 2, *range(calls - 4, calls)]


@pytest.mark.parametrize("how", ["before", "torn", "after"])
def test_a_kill_costs_at_most_two_seconds(tmp_path: Path, life: Life, how: str) -> None:
    said = sound(SECONDS)
    whole = life(tmp_path / "whole", -1, how)
    assert whole["acked"] == len(said)
    for at in places(whole["calls"]):
        folder = tmp_path / str(at)
        last = life(folder, at, how)
        kept = played(folder)
        assert last["heard"] - 2 * RATE <= last["acked"] <= len(kept) <= last["heard"], at
        assert (kept[: last["acked"]] == said[: last["acked"]]).all(), at
        # a write cut in half may have brought one side to disk and not the other
        assert ((kept == said[: len(kept)]) | (kept == 0)).all(), at


def played(folder: Path) -> Sound:
    keys = keyring(folder)
    try:
        files = segments(folder, keys)
    except Damaged:
        # killed within the first write: there was nothing to keep yet
        return sound(0)
    for path in files:
        with SegmentReader(path, keys) as reader:
            assert reader.verify().state in ("unfinished", "complete")
    return heard(files, keys) if files else sound(0)
