from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from monitor.audio.framer import Framer
from monitor.audio.pcm import ByteJoiner
from monitor.types import FRAME_SAMPLES, Frame, Role


def frames(data: bytes, cuts: list[int]) -> tuple[list[Frame], int]:
    joiner, framer = ByteJoiner(1), Framer(Role.CUSTOMER)
    places = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    found = []
    for start, end in zip(places, places[1:], strict=False):
        found += framer.feed(joiner.feed(data[start:end])[:, 0])
    assert framer.position == len(data) // 2
    assert joiner.held == len(data) % 2
    tail = framer.flush()
    if tail is None:
        return found, 0
    return [*found, tail.frame], tail.padding


@given(data=st.binary(max_size=4_000), cuts=st.lists(st.integers(0, 4_000), max_size=20))
def test_any_cut_of_the_bytes_gives_the_same_frames(data: bytes, cuts: list[int]) -> None:
    found, padding = frames(data, cuts)
    assert [frame.position for frame in found] == list(range(0, len(found) * 320, 320))
    assert all(frame.role is Role.CUSTOMER for frame in found)
    assert all(frame.samples.shape == (FRAME_SAMPLES,) for frame in found)
    joined = b"".join(frame.samples.tobytes() for frame in found)
    assert joined == data[: len(data) // 2 * 2] + b"\0" * (2 * padding)
    assert 0 <= padding < FRAME_SAMPLES


def test_tail_says_what_is_padding() -> None:
    framer = Framer(Role.AGENT, start=640)
    assert framer.feed(np.ones(100, np.int16)) == []
    tail = framer.flush()
    assert tail is not None
    assert (tail.padding, tail.frame.position) == (220, 640)
    assert tail.frame.samples.sum() == 100
    assert framer.flush() is None


def test_frames_do_not_share_the_callers_buffer() -> None:
    buffer = np.ones(400, np.int16)
    framer = Framer(Role.AGENT)
    (frame,) = framer.feed(buffer)
    buffer[:] = 7
    tail = framer.flush()
    assert tail is not None
    assert frame.samples.max() == 1
    assert tail.frame.samples.max() == 1


@given(data=st.binary(max_size=200), cuts=st.lists(st.integers(0, 200), max_size=8))
def test_stereo_bytes_never_swap_sides(data: bytes, cuts: list[int]) -> None:
    joiner = ByteJoiner(2)
    places = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    blocks = [joiner.feed(data[a:b]) for a, b in zip(places, places[1:], strict=False)]
    whole = len(data) // 4 * 4
    assert np.concatenate(blocks).tobytes() == data[:whole]
    assert joiner.held == len(data) - whole
