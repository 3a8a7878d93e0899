"""What calls for attention: sounds by severity, notifications, quiet mode; and the small window."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from monitor.events import Prompt
from tests.browser.conftest import Floor, serving
from tests.browser.said import alert, begun, call

pytestmark = pytest.mark.process

EARS = """() => {
  window.tones = [];
  window.told = [];
  const make = AudioContext.prototype.createOscillator;
  AudioContext.prototype.createOscillator = function () {
    const voice = make.call(this);
    const start = voice.start;
    voice.start = (at) => { tones.push(voice.frequency.value); start.call(voice, at); };
    return voice;
  };
  window.Notification = class {
    constructor(title, more) { told.push([title, more.body]); }
    static get permission() { return localStorage.getItem('asked') ? 'granted' : 'default'; }
    static async requestPermission() { localStorage.setItem('asked', 'yes'); return 'granted'; }
  };
  Object.defineProperty(document, 'hidden', { get: () => Boolean(window.away) });
}"""
"""Keeps the tones and the notifications; headless browsers show none."""


def test_sounds_and_notifications(floor: Floor, person: Any, team: str) -> None:
    desk = person()
    desk.context.add_init_script(f"({EARS})()")
    page = desk.open()
    c1 = call(team)
    floor.tell(c1, begun(c1))
    page.get_by_role("button", name="开启桌面通知").click()
    expect(page.get_by_role("button", name="桌面通知已开")).to_be_visible()
    # the click also let the browser sound
    expect(page.get_by_role("button", name="声音已开")).to_be_visible()
    page.evaluate("window.away = true; tones.length = 0")
    floor.tell(c1, [alert(c1, 1)])
    page.wait_for_function("() => tones.length === 3")
    assert page.evaluate("tones") == [880, 660, 880]
    assert page.evaluate("told") == [["严重 · 承诺保本保收益", "坐席 8012"]]
    expect(page).to_have_title("(1) 监看 · 通话合规监看")
    _next_sound(page)
    floor.tell(c1, [alert(c1, 2, severity="medium")])
    page.wait_for_function("() => tones.length === 1")
    # what is not urgent makes no notification
    assert page.evaluate("told.length") == 1
    _next_sound(page)
    page.keyboard.press("q")
    floor.tell(c1, [alert(c1, 3, severity="high", state="provisional")])
    floor.tell(c1, [alert(c1, 4, severity="medium")])
    expect(page.locator(".alert-row")).to_have_count(1)
    assert page.evaluate("tones.length") == 0
    page.keyboard.press("q")
    page.keyboard.press("m")
    expect(page.get_by_role("button", name="开启声音")).to_be_visible()


def _next_sound(page: Page) -> None:
    """Sounds keep two seconds from one another."""
    page.wait_for_timeout(2100)
    page.evaluate("tones.length = 0")


def test_the_small_window_has_room_for_what_matters(floor: Floor, person: Any, team: str) -> None:
    desk = person("agent", "8012", viewport={"width": 420, "height": 300})
    page = desk.open("/agent")
    c1 = call(team)
    floor.tell(c1, begun(c1))
    expect(page.locator(".opening li")).to_have_count(3)
    with desk.context.expect_page() as opened:
        page.get_by_role("button", name="小窗置顶").click()
    small = opened.value
    expect(small.locator(".opening li")).to_have_count(3)
    expect(page.get_by_text("已在置顶小窗中显示")).to_be_visible()
    small.close()
    expect(page.locator(".opening li")).to_have_count(3)


def test_what_nobody_answers_escalates_before_everybodys_eyes(
    tmp_path: Path, person: Any, team: str
) -> None:
    with serving(tmp_path / "data", MONITOR_ESCALATION_CRITICAL_S="3") as floor:
        pages = [person(at=floor).open() for _ in range(2)]
        c1 = call(team)
        floor.tell(c1, [*begun(c1), alert(c1)])
        for page in pages:
            expect(page.locator(".alert-row .fate")).to_contain_text("升级")
            expect(page.locator(".alert-row.urgent .fate")).to_contain_text("已升级 1 级")
            expect(page.locator(".history")).to_contain_text("系统")
        pages[0].keyboard.press("a")
        expect(pages[1].locator(".alert-row")).to_have_count(0)


def test_a_window_of_360_by_260_holds_a_long_prompt(floor: Floor, person: Any, team: str) -> None:
    page = person("agent", "8012", viewport={"width": 360, "height": 260}).open("/agent")
    c1 = call(team)
    text = "这款产品不保本，可能亏损，请您看清楚风险提示。"
    ask = Prompt(call=c1.call, text=text, reason="advice", state="shown")
    floor.tell(c1, [*begun(c1), ask])
    expect(page.locator(".say")).to_have_text(text)
    boxes = [
        page.locator(each).bounding_box()
        for each in (".opening", ".stage", ".stage .from", ".say", ".say-deeds")
    ]
    opening, stage, *inside = [box for box in boxes if box is not None]
    assert len(inside) == 3
    assert opening["y"] + opening["height"] <= stage["y"]
    edges = [stage["y"], *(edge for box in inside for edge in (box["y"], box["y"] + box["height"]))]
    assert edges == sorted(edges)
    assert edges[-1] <= stage["y"] + stage["height"] <= 260
