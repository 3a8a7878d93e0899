from __future__ import annotations

import pytest

from monitor.events import Coverage, CoverageState
from monitor.rules.ledger import Ledger
from monitor.types import Role


def ledger(*reports: tuple[CoverageState, float, float]) -> Ledger:
    kept = Ledger()
    for state, start, end in reports:
        kept.add(Coverage(call="c", channel=Role.AGENT, state=state, start=start, end=end))
    return kept


@pytest.mark.parametrize(
    ("reports", "reason"),
    [
        ([], ""),
        ([("transcribed", 0, 20), ("silence", 20, 31)], ""),
        ([("transcribed", 0, 20), ("silence", 20.05, 31)], ""),
        ([("gap", 40, 41)], ""),
        ([("gap", 12, 14.5)], "agent_audio_gap 12.0-14.5"),
        ([("transcribed", 0, 20)], "agent_audio_unknown 20.0-30.0"),
        ([("transcribed", 0, 10), ("transcribed", 15, 30)], "agent_audio_unknown 10.0-15.0"),
        ([("queued", 0, 30), ("transcribed", 0, 30)], ""),
        ([("transcribed", 0, 30), ("failed", 5, 6)], "agent_audio_failed 5.0-6.0"),
        ([("transcribed", 0, 30), ("paused", 29, 40)], "agent_audio_paused 29.0-30.0"),
        ([("gap", 0, 30), ("transcribed", 0, 10), ("silence", 10, 30)], ""),
    ],
)
def test_what_is_missing(reports: list[tuple[CoverageState, float, float]], reason: str) -> None:
    assert ledger(*reports).missing(Role.AGENT, 0.0, 30.0) == reason


def test_roles_are_apart() -> None:
    kept = ledger(("gap", 0, 30))
    assert kept.missing(Role.CUSTOMER, 0, 30) == ""


def test_an_empty_stretch_changes_nothing() -> None:
    kept = ledger(("transcribed", 5, 5))
    assert kept.missing(Role.AGENT, 0, 30) == ""
