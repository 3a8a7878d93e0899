"""500 SIGKILLs under 20 calls, each in real time."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.soak.size import PART, size
from tests.web.process import Forge
from tests.web.test_recording_kills import trial

KILLS = size("KILLS", 500)
CALLS = 20


@pytest.mark.process
async def test_what_was_said_outlives_every_kill(forged: Forge, tmp_path: Path) -> None:
    found = await trial(
        forged, tmp_path, kills=KILLS, calls=CALLS, seed=20261123 + PART, longest_s=2.5
    )
    print(
        f"\nrecordings: {KILLS} kills under {CALLS} calls, {found.recordings} recordings read, "
        f"the worst kill cost {found.worst_s:.2f} s, bytes played unproven 0"
    )
    assert found.worst_s <= 2.0
