"""Sound that had to wait comes back from the recording of a call that still runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from monitor.audio.resample import Resampler
from monitor.evidence.again import heard_again
from monitor.evidence.library import Library
from monitor.types import SAMPLE_RATE, Role, Samples, Segment
from tests.evidence.taking import RATE, Studio, sound


def segment(start_s: float, seconds: float, role: Role = Role.AGENT) -> Segment:
    hollow = np.zeros(int(seconds * SAMPLE_RATE), np.int16)
    return Segment(
        call="c1",
        role=role,
        number=0,
        start=int(start_s * SAMPLE_RATE),
        samples=hollow,
        closed=True,
    ).hollow()


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    made = Studio(tmp_path)
    made.play(sound(8.0))
    return made


def again(studio: Studio, wanted: Segment) -> Samples | None:
    library = Library(studio.folder / "data" / "recordings", studio.keys)
    return heard_again(library, list(studio.notes.rows.values()), "t1", wanted)


@pytest.mark.parametrize("channel", [0, 1])
@pytest.mark.parametrize("start_s", [0.0, 2.5, 5.02])
def test_as_it_was_heard(studio: Studio, channel: int, start_s: float) -> None:
    role: Sequence[Role] = (Role.AGENT, Role.CUSTOMER)
    found = again(studio, segment(start_s, 2.0, role[channel]))
    resampler = Resampler(RATE)
    whole = np.concatenate([resampler.feed(sound(8.0)[:, channel].copy()), resampler.flush()])
    first = int(start_s * SAMPLE_RATE)
    assert found is not None
    assert found.shape == (2 * SAMPLE_RATE,)
    # all but what the filter needs of the sound after the end
    middle = slice(0, 2 * SAMPLE_RATE - 200)
    assert np.abs(found[middle].astype(int) - whole[first:][middle]).max() <= 1


def test_not_what_is_not_on_disk_yet(studio: Studio) -> None:
    assert again(studio, segment(7.0, 2.0)) is None


def test_not_what_was_lost(studio: Studio) -> None:
    studio.tape.gap(studio.position, RATE)
    studio.position += RATE
    studio.play(sound(3.0))
    assert again(studio, segment(8.2, 0.5)) is None
    assert again(studio, segment(9.2, 1.0)) is not None
