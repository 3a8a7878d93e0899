"""The evidence is really heard: sound arrives in the audio element, and time passes in it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from monitor.events import Utterance, Word
from tests.browser.conftest import Floor
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
    page.reload()
    page.locator(".call-row").first.click()
    expect(page.locator(".controls .play")).to_be_enabled()
    page.locator(".w", has_text="江").click()
    assert plays(page, 4.4) == pytest.approx(SECONDS, abs=1.0)
    assert page.evaluate("heard.currentTime") < SECONDS / 2
    expect(page.locator(".w.on")).to_have_count(1)
    page.get_by_role("button", name="只听坐席").click()
    plays(page, 5.0)
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
