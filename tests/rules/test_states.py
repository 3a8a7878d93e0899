from __future__ import annotations

from monitor.rules.states import Limits, States


def states(*, turns: int | None = 3, seconds: float | None = 60) -> States:
    limits = Limits(signal="opt_out", strength=("weak", "strong"), turns=turns, seconds=seconds)
    return States((limits,))


def test_opened_by_its_signal() -> None:
    board = states()
    board.signal("complaint", "strong", 1.0, "投诉", 0)
    assert board.current(2.0, 1) == {}
    board.signal("opt_out", "weak", 1.0, "不需要", 0)
    assert board.current(2.0, 1)[0].quote == "不需要"


def test_a_strength_that_is_not_asked_for() -> None:
    limits = Limits(signal="opt_out", strength=("strong",), turns=None, seconds=None)
    board = States((limits,))
    board.signal("opt_out", "weak", 1.0, "不需要", 0)
    assert board.current(2.0, 1) == {}


def test_ends_after_turns() -> None:
    board = states()
    board.signal("opt_out", "weak", 1.0, "不需要", 2)
    assert board.current(3.0, 5)
    assert not board.current(4.0, 6)
    assert not board.current(4.0, 3), "an ended state does not come back"


def test_ends_after_seconds() -> None:
    board = states()
    board.signal("opt_out", "weak", 1.0, "不需要", 0)
    assert board.current(61.0, 1)
    assert not board.current(61.1, 1)


def test_a_strong_refusal_stays_strong() -> None:
    board = states()
    board.signal("opt_out", "strong", 1.0, "别再打了", 0)
    board.signal("opt_out", "weak", 5.0, "不需要", 1)
    assert board.current(6.0, 2)[0].strength == "strong"


def test_closed_by_the_agent() -> None:
    board = states()
    board.signal("opt_out", "strong", 1.0, "别再打了", 0)
    board.close(0)
    assert not board.current(2.0, 1)


def test_a_yes_takes_back_a_soft_no_and_no_hard_one() -> None:
    board = states()
    for text, left in (("好的", 0), ("嗯你说吧", 0), ("好的再见", 1), ("不好", 1), ("好不好", 1)):
        board.signal("opt_out", "weak", 1.0, "没有多余的钱", 0)
        board.answer(text)
        assert len(board.current(2.0, 1)) == left, text
        board.close(0)
    board.signal("opt_out", "strong", 1.0, "别再打了", 0)
    board.answer("好的")
    assert board.current(2.0, 1)
