"""Every recorded call through the real recogniser and the real rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.qa.compare import compare
from monitor.qa.expect import load_expectation, pairs
from monitor.qa.report import describe
from monitor.qa.session import Session, open_session

FOLDER = Path(__file__).parent.parent / "audio_fixtures"
PAIRS = pairs(FOLDER)

pytestmark = pytest.mark.audio


@pytest.fixture(scope="module")
def session() -> Session:
    return open_session(model="demo", packs=[], meta=[])


@pytest.mark.parametrize(("recording", "expected"), PAIRS, ids=[a.stem for a, _ in PAIRS])
def test_fixture(session: Session, recording: Path, expected: Path) -> None:
    expectation = load_expectation(expected)
    verdict = compare(expectation, list(session.hear(recording, call=expectation.call)))
    assert [describe(finding) for finding in verdict.findings if finding.failed] == []
