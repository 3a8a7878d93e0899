from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.cursor import Cursor
from monitor.errors import BadMessage


def test_room_and_debt() -> None:
    cursor = Cursor(after=10, window=2, ack_s=30.0)
    assert cursor.due_in(0.0) is None
    cursor.advance(11, 100.0)
    cursor.advance(12, 105.0)
    assert cursor.room == 0
    assert cursor.due_in(110.0) == 20.0
    cursor.acknowledge(11)
    assert (cursor.room, cursor.due_in(110.0)) == (1, 25.0)
    assert cursor.due_in(136.0) == -1.0
    cursor.acknowledge(12)
    assert (cursor.room, cursor.due_in(999.0)) == (2, None)


def test_a_hole_is_our_own_mistake() -> None:
    cursor = Cursor(after=10, window=5, ack_s=30.0)
    with pytest.raises(ValueError, match="cannot follow"):
        cursor.advance(12, 0.0)


def test_an_acknowledgement_of_the_future_is_refused() -> None:
    cursor = Cursor(after=10, window=5, ack_s=30.0)
    with pytest.raises(BadMessage):
        cursor.acknowledge(11)
    cursor.acknowledge(3)
    assert cursor.acked == 10


@given(st.lists(st.one_of(st.just("send"), st.integers(0, 40)), max_size=60))
def test_what_is_owed_is_what_was_sent_and_not_acknowledged(steps: list[str | int]) -> None:
    cursor, acked = Cursor(after=0, window=1000, ack_s=1.0), 0
    for now, step in enumerate(steps):
        if isinstance(step, str):
            cursor.advance(cursor.sent + 1, float(now))
        elif step <= cursor.sent:
            cursor.acknowledge(step)
            acked = max(acked, step)
    assert cursor.acked == acked
    assert cursor.room == 1000 - (cursor.sent - acked)
    assert (cursor.due_in(0.0) is None) == (cursor.sent == acked)


def test_what_is_not_wanted_is_passed_over_without_debt() -> None:
    cursor = Cursor(after=10, window=1, ack_s=30.0)
    cursor.skip(11)
    assert (cursor.sent, cursor.room, cursor.due_in(0.0)) == (11, 1, None)
    cursor.advance(12, 0.0)
    cursor.skip(13)
    cursor.acknowledge(12)
    assert (cursor.acked, cursor.room) == (12, 1)
    with pytest.raises(ValueError, match="cannot follow"):
        cursor.skip(15)
