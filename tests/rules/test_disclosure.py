from __future__ import annotations

from monitor.events import Disclosure, Event, Prompt
from monitor.rules.disclosure import Board, Duty, Kind
from monitor.rules.finding import Head
from monitor.types import Role


def duty(item: str, prompt: str, *, kind: Kind = "opening", prompt_at_s: float | None = 20) -> Duty:
    head = Head(
        rule=f"p/{item}",
        pack="p@1",
        category=f"missing_{item}",
        title=f"告知{item}",
        severity="high",
    )
    return Duty(
        item=item, kind=kind, head=head, prompt=prompt, deadline_s=30, prompt_at_s=prompt_at_s
    )


COMPANY = duty("company", "请说明公司名称")
PURPOSE = duty("purpose", "请说明来电目的")
PRICE = duty("price", "请说明价格", kind="before_close", prompt_at_s=None)
SOURCE = duty("source", "请说明号码来源", kind="on_event", prompt_at_s=None)


def heard(*_: object) -> str:
    return ""


def gap(role: Role, start: float, end: float) -> str:
    return f"{role.value}_audio_gap {start:.1f}-{end:.1f}"


def shown(events: list[Event]) -> list[str]:
    """Events in short: `company met 12.0`, `+请说明公司名称`, `-请说明公司名称`."""
    short = []
    for event in events:
        if isinstance(event, Disclosure):
            short.append(f"{event.item} {event.state} {event.at}")
        elif isinstance(event, Prompt):
            short.append(("+" if event.state == "shown" else "-") + event.text)
    return short


def board(*duties: Duty) -> Board:
    return Board("c", duties, 0.0)


def test_pending_from_the_start() -> None:
    assert shown(board(COMPANY, PRICE).begin()) == ["company pending 0.0"]


def test_met_in_time() -> None:
    one = board(COMPANY)
    one.begin()
    assert shown(one.said(COMPANY, 1.0, 30.0, "江海银行", "")) == ["company met 30.0"]
    assert one.advance(60.0, heard) == ([], [])


def test_missed_after_the_deadline() -> None:
    one = board(COMPANY)
    one.begin()
    assert shown(one.advance(29.99, heard)[0]) == ["+请说明公司名称"]
    events, findings = one.advance(30.0, heard)
    assert shown(events) == ["company missed 30.0"]
    assert [(f.start, f.end, f.quote, f.severity) for f in findings] == [(30, 30, "", "high")]


def test_words_that_end_too_late_do_not_meet_it() -> None:
    one = board(COMPANY)
    one.begin()
    one.advance(28.0, heard)
    assert shown(one.said(COMPANY, 29.0, 30.01, "江海银行", "")) == ["-请说明公司名称"]
    assert shown(one.advance(31.0, heard)[0]) == ["company missed 30.0"]


def test_said_late_the_prompt_goes_and_it_stays_missed() -> None:
    one = board(COMPANY)
    one.begin()
    one.advance(40.0, heard)
    assert shown(one.said(COMPANY, 44.0, 45.0, "江海银行", "")) == ["-请说明公司名称"]
    assert shown(one.end(60.0)) == []


def test_one_line_for_all_that_is_missing() -> None:
    one = board(COMPANY, PURPOSE)
    one.begin()
    events, _ = one.advance(20.0, heard)
    assert shown(events) == ["+请说明：公司名称、来电目的"]
    [prompt] = events
    assert isinstance(prompt, Prompt)
    assert (prompt.reason, prompt.at) == ("missing_company,missing_purpose", 20.0)
    assert shown(one.said(COMPANY, 21.0, 22.0, "江海银行", "")) == [
        "company met 22.0",
        "-请说明：公司名称、来电目的",
        "+请说明来电目的",
    ]
    assert shown(one.said(PURPOSE, 23.0, 24.0, "介绍", "")) == [
        "purpose met 24.0",
        "-请说明来电目的",
    ]


def test_undetermined_where_audio_is_missing() -> None:
    one = board(COMPANY)
    one.begin()
    events, findings = one.advance(30.0, gap)
    assert findings == []
    event = events[-1]
    assert isinstance(event, Disclosure)
    assert (event.state, event.reason) == ("undetermined", "agent_audio_gap 0.0-30.0")


def test_a_call_that_ends_before_the_deadline() -> None:
    one = board(COMPANY)
    one.begin()
    one.advance(21.0, heard)
    events = one.end(25.0)
    assert shown(events) == ["company undetermined 25.0", "-请说明公司名称"]
    assert isinstance(events[0], Disclosure)
    assert events[0].reason == "call_ended_before_deadline"


def test_the_clock_starts_with_the_call() -> None:
    one = Board("c", (COMPANY,), 5.0)
    one.begin()
    assert shown(one.advance(34.9, heard)[0]) == ["+请说明公司名称"]
    assert shown(one.advance(35.0, heard)[0]) == ["company missed 35.0"]


def test_before_the_close() -> None:
    one = board(PRICE)
    assert one.trigger(PRICE, 90.0) == []
    events, findings = one.advance(91.0, heard)
    assert shown(events) == ["price missed 90.0", "+请说明价格"]
    assert "促成之前" in findings[0].why
    assert shown(one.said(PRICE, 95.0, 96.0, "三百元", "")) == ["-请说明价格"]


def test_said_before_the_close() -> None:
    one = board(PRICE)
    assert shown(one.said(PRICE, 50.0, 51.0, "三百元", "")) == ["price met 51.0"]
    assert one.trigger(PRICE, 90.0) == []
    assert one.advance(91.0, heard) == ([], [])


def test_on_an_event() -> None:
    one = board(SOURCE)
    assert one.said(SOURCE, 1.0, 2.0, "官网预约", "") == [], "nobody asked yet"
    assert shown(one.trigger(SOURCE, 40.0)) == ["source pending 40.0", "+请说明号码来源"]
    assert shown(one.said(SOURCE, 45.0, 46.0, "官网预约", "")) == [
        "source met 46.0",
        "-请说明号码来源",
    ]
    assert one.trigger(SOURCE, 100.0) == []


def test_an_event_not_answered() -> None:
    one = board(SOURCE)
    one.trigger(SOURCE, 40.0)
    events, findings = one.advance(70.0, heard)
    assert shown(events) == ["source missed 70.0"]
    assert len(findings) == 1
