from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.ops.terminal import Told, alert_lines, clock, plain
from tests.web.scripted import alert


def test_an_alert_reads_as_a_supervisor_needs_it() -> None:
    text = alert_lines(
        alert(
            "c1",
            31,
            agent="8012",
            why="承诺收益",
            basis="《广告法》第二十五条",
            basis_status="law",
            advice="这款产品不保本",
            count=2,
        )
    ).plain
    assert text == (
        " 危急  确认 00:31.0  坐席 8012  通话 c1  第 2 次\n"
        "    坐席：“百分百保本”\n"
        "    规则：wealth/guaranteed-return\n"
        "    原因：承诺收益\n"
        "    依据：《广告法》第二十五条（法律）\n"
        "    建议：这款产品不保本"
    )


def test_a_withdrawn_alert_says_so() -> None:
    assert "撤回" in alert_lines(alert("c1", 1, state="withdrawn")).plain


def test_what_became_of_a_provisional_alert_is_told_in_short() -> None:
    told = Told()
    assert "原因" in told.lines(alert("c1", 1, state="provisional", why="承诺收益")).plain
    assert told.lines(alert("c1", 1, why="承诺收益")).plain == (
        "     ↳ 确认  00:01.0  通话 c1  “百分百保本”"
    )
    assert "原因" in told.lines(alert("c1", 1, why="承诺收益", count=3)).plain
    assert "原因" in told.lines(alert("c1", 2, why="承诺收益")).plain


@given(st.text())
def test_nothing_a_caller_says_moves_the_cursor(words: str) -> None:
    shown = alert_lines(alert("c1", 1, quote=words + "\x1b[2J\u202e\r", agent=words)).plain
    assert not set(shown) & {"\x1b", "\u202e", "\r", "\b", "\x9b"}
    assert plain("百分百\x1b[31m保本") == "百分百[31m保本"


def test_clock() -> None:
    assert (clock(0), clock(61.25), clock(6000)) == ("00:00.0", "01:01.2", "100:00.0")
