"""The paths of supervisor, agent and reviewer without a mouse: Tab, Enter and what ? tells."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from monitor.events import CallEnded
from tests.browser.conftest import Floor
from tests.browser.said import alert, begun, call, said

pytestmark = pytest.mark.process

MOST_TABS = 60


def reach(page: Page, target: Locator) -> None:
    """Press `Tab` until the target has the focus, and see that this can be seen."""
    expect(target).to_be_visible()
    for _ in range(MOST_TABS):
        if target.evaluate("element => element === document.activeElement"):
            ring = target.evaluate("element => getComputedStyle(element).outlineStyle")
            assert ring != "none", "the focus does not show"
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{MOST_TABS} tabs do not lead there")


def press(page: Page, target: Locator) -> None:
    reach(page, target)
    page.keyboard.press("Enter")


def test_from_the_alert_to_the_settled_appeal(floor: Floor, person: Any, team: str) -> None:
    wall, screen = person().open(), person("agent", "8012").open("/agent")
    c1 = call(team)
    told = [said(c1, "这款产品百分百保本"), alert(c1), alert(c1, 2, severity="high", start=9.0)]
    floor.tell(c1, [*begun(c1), *told])
    supervise(wall, screen)
    floor.tell(c1, [CallEnded(call=c1.call, at=12.0)])
    expect(screen.get_by_text("等待下一通电话")).to_be_visible()
    appeal(screen)
    settle(person("qa").open("/qa"))
    screen.keyboard.press("Escape")
    press(screen, screen.get_by_role("button", name="我的提醒记录"))
    press(screen, screen.locator("summary").first)
    expect(screen.get_by_role("dialog")).to_contain_text("申诉成立")


def supervise(wall: Page, screen: Page) -> None:
    waits = wall.locator(".alert-row")
    expect(waits).to_have_count(2)
    wall.keyboard.press("a")
    expect(waits).to_have_count(1)
    wall.keyboard.press("u")
    expect(waits).to_have_count(2)
    wall.keyboard.press("f")
    expect(wall.get_by_role("dialog")).to_be_visible()
    wall.keyboard.press("2")
    expect(waits).to_have_count(1)
    press(wall, wall.get_by_role("button", name="撤销").first)
    expect(waits).to_have_count(2)
    wall.keyboard.press("t")
    wall.keyboard.press("Control+Enter")
    expect(screen.locator(".say")).to_contain_text("这款产品不保本")
    wall.keyboard.press("?")
    expect(wall.get_by_role("dialog")).to_be_visible()
    wall.keyboard.press("Escape")
    expect(wall.get_by_role("dialog")).to_have_count(0)
    press(wall, wall.get_by_role("button", name="升级"))
    expect(wall.locator(".history")).to_contain_text("升级")


def appeal(screen: Page) -> None:
    press(screen, screen.get_by_role("button", name="我的提醒记录"))
    press(screen, screen.locator("summary").first)
    press(screen, screen.get_by_role("button", name="我有异议"))
    screen.keyboard.type("我说的是不保本")
    press(screen, screen.get_by_role("button", name="发送"))
    expect(screen.get_by_text("申诉已提交")).to_be_visible()


def settle(desk: Page) -> None:
    press(desk, desk.get_by_role("button", name="申诉中"))
    expect(desk.locator(".call-row")).to_have_count(1)
    desk.keyboard.press("j")
    desk.keyboard.press("Enter")
    reach(desk, desk.get_by_label("裁定理由"))
    desk.keyboard.type("录音里是不保本")
    press(desk, desk.get_by_role("button", name="申诉成立"))
    expect(desk.locator(".decided")).to_contain_text("录音里是不保本")
