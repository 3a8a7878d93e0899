"""The evidence is really heard: sound arrives in the audio element, and time passes in it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from monitor.events import Utterance, Word
from tests.browser.conftest import Floor, findings
from tests.browser.said import call

pytestmark = pytest.mark.process

RATE = 8000
SECONDS = 20.0
ALERT_S = 15.0

LISTEN = """() => {
  const play = HTMLMediaElement.prototype.play;
  HTMLMediaElement.prototype.play = function () { window.heard = this; return play.call(this); };
}"""
"""Keeps the element that plays; the players of the pages do not lie in the document."""


def sound() -> np.ndarray[Any, Any]:
    """A tone that grows for the agent, noise for the customer; alert 1 at its second."""
    count = int(SECONDS * RATE)
    tone = np.sin(np.arange(count) / 5) * np.linspace(1000, 20_000, count)
    both = np.stack([tone, np.random.default_rng(5).integers(-9000, 9000, count)], axis=1)
    # the scripted host raises alert n when a chunk begins with n, and 0 says nothing
    both[::800, 0] = 0
    both[int(ALERT_S * RATE), 0] = int(ALERT_S)
    return both


def plays(page: Page, at_least: float) -> float:
    """Wait until the sound has moved on past this second; returns how long it is."""
    page.wait_for_function("at => window.heard && heard.currentTime > at", arg=at_least)
    state = page.evaluate(
        "[heard.duration, heard.readyState, heard.error && heard.error.message, heard.paused]"
    )
    assert state[1:3] == [4, None]
    return float(state[0])


def test_the_last_ten_seconds_on_the_alert(floor: Floor, person: Any, team: str) -> None:
    one = call(team)
    floor.record(team, one.call, sound(), agent="8012")
    page = person().open()
    page.add_init_script(f"({LISTEN})()")
    page.reload()
    expect(page.locator(".alert-row")).to_have_count(1)
    page.keyboard.press("p")
    length = plays(page, 1.0)
    # up to a second after the quote
    assert length == pytest.approx(10.0, abs=1.0)
    expect(page.locator(".player")).to_contain_text("暂停")
    page.keyboard.press("p")
    expect(page.locator(".player")).to_contain_text("听这一段")
    assert page.evaluate("heard.paused")


def test_a_click_on_a_word_plays_from_there(floor: Floor, person: Any, team: str) -> None:
    one = call(team)
    floor.record(team, one.call, sound(), agent="8012")
    words = tuple(Word(text=each, start=2.0 + k, end=3.0 + k) for k, each in enumerate("您好江海"))
    told = Utterance(
        call=one.call, channel="agent", start=2.0, end=6.0, text="您好江海", words=words
    )
    floor.tell(one, [told])
    page = person("qa").open("/qa")
    page.add_init_script(f"({LISTEN})()")
    # the word is clicked before the sound may be had
    page.route("**/grants*", lambda one: (page.wait_for_timeout(1500), one.continue_()), times=1)
    page.reload()
    page.locator(".call-row").first.click()
    expect(page.locator(".controls .play")).to_be_enabled()
    page.locator(".w", has_text="江").click()
    assert plays(page, 4.4) == pytest.approx(SECONDS, abs=1.0)
    assert page.evaluate("heard.currentTime") < SECONDS / 2
    expect(page.locator(".w.on")).to_have_count(1)
    page.get_by_role("button", name="只听坐席").click()
    plays(page, 5.0)
    page.keyboard.press("]")
    page.wait_for_function("() => heard.playbackRate === 1.25")
    before = page.evaluate("heard.currentTime")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("at => heard.currentTime > at + 4", arg=before)
    page.keyboard.press("p")
    page.wait_for_function("() => heard.paused")
    page.locator(".controls").get_by_role("button", name="下一处告警").click()
    expect(page.locator(".alert-card.chosen")).to_be_visible()


def test_an_agent_hears_the_own_alert(floor: Floor, person: Any, team: str) -> None:
    one = call(team)
    floor.record(team, one.call, sound(), agent="8012")
    page = person("agent", "8012").open("/agent")
    page.add_init_script(f"({LISTEN})()")
    page.reload()
    page.get_by_role("button", name="我的提醒记录").click()
    page.locator("summary").click()
    page.get_by_role("button", name="听这一段").click()
    plays(page, 0.5)


EAR = """() => {
  window.pieces = [];
  const start = AudioBufferSourceNode.prototype.start;
  AudioBufferSourceNode.prototype.start = function (at) {
    const peak = Math.max(...this.buffer.getChannelData(0));
    pieces.push([at - this.context.currentTime, this.buffer.duration, peak, this.context.state]);
    return start.call(this, at);
  };
}"""
"""Keeps what is given to the loudspeaker: how far ahead, how long, how loud."""


def heard(page: Page, seconds: float) -> None:
    """Wait until so much more of both roles came out of the loudspeaker."""
    page.evaluate("pieces.length = 0")
    page.wait_for_function(
        "s => pieces.reduce((sum, each) => sum + each[1], 0) / 2 > s", arg=seconds
    )
    pieces = page.evaluate("pieces")
    assert all(-0.01 <= ahead < 1.6 and peak > 0.1 for ahead, _, peak, _ in pieces)
    assert {state for *_, state in pieces} == {"running"}


def test_a_live_call_is_listened_to(floor: Floor, person: Any, team: str) -> None:
    for name in ("chen.fang", "li.na"):
        floor.account(f"{name}.{team[-9:]}", "supervisor", team)
    listens = person(name=f"chen.fang.{team[-9:]}", color_scheme="light")
    sees = person(name=f"li.na.{team[-9:]}", color_scheme="dark")
    listens.context.add_init_script(f"({EAR})()")
    wall, other = listens.open(), sees.open()
    with floor.speaking(team, call(team).call, agent="8012"):
        for page in (wall, other):
            page.locator(".call-row").click()
        wall.get_by_role("button", name="监听 L").click()
        heard(wall, 1.0)
        expect(other.locator(".whole")).to_contain_text("正在监听：chen.fang")
        expect(other.locator(".call-row .ears")).to_be_visible()
        for page in (wall, other):
            assert findings(page) == []
        listens.context.set_offline(True)
        expect(wall.get_by_text("监听中断")).to_be_visible()
        listens.context.set_offline(False)
        heard(wall, 0.5)
        wall.keyboard.press("l")
        expect(wall.locator(".listening")).to_be_hidden()
        expect(other.locator(".whole")).not_to_contain_text("正在监听")
        wall.keyboard.press("l")
        heard(wall, 0.5)
    expect(wall.get_by_text("通话已结束，监听停止")).to_be_visible()
    expect(wall.locator(".listening")).to_be_hidden()
    log = person("auditor").context.request.get(f"{floor.url}/api/audit").json()["entries"]
    about = ("calls.listen", f"{team}/{call(team).call}")
    mine = [each["actor"] for each in log if (each["action"], each["about"]) == about]
    assert set(mine) == {f"user:chen.fang.{team[-9:]}"}
