"""Every recorded call gives what it must: as it was written down, and as we hear it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.qa.compare import Verdict, compare
from monitor.qa.expect import load_expectation, pairs
from monitor.qa.report import describe
from monitor.qa.session import Session, open_session
from monitor.rules.lexicon import Lexicon
from monitor.rules.transcript import judge_lines

FOLDER = Path(__file__).parents[2] / "audio_fixtures"
CALLS = {audio.stem: (audio, expected) for audio, expected in pairs(FOLDER)}


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon()


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    with open_session(model="demo", packs=[], meta=[], roles=None) as opened:
        yield opened


def faults(verdict: Verdict) -> list[str]:
    return [describe(finding) for finding in verdict.findings if finding.failed]


@pytest.mark.parametrize("name", CALLS)
def test_the_rules_find_everything_in_what_was_said(name: str, lexicon: Lexicon) -> None:
    transcript = FOLDER / f"{name}.transcript.jsonl"
    with transcript.open("rb") as lines:
        events = list(judge_lines(lines, lexicon.packs, file=transcript.name))
    assert faults(compare(load_expectation(CALLS[name][1]), events)) == []


@pytest.mark.audio
@pytest.mark.parametrize("name", CALLS)
def test_the_recording_gives_what_it_must(name: str, session: Session) -> None:
    audio, expected = CALLS[name]
    expectation = load_expectation(expected)
    assert faults(compare(expectation, session.hear(audio, call=expectation.call))) == []
