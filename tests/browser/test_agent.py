from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from monitor.events import CallEnded, Disclosure, Prompt
from tests.browser.conftest import Floor
from tests.browser.said import alert, begun, call

pytestmark = pytest.mark.process


def test_the_screen_says_what_to_say(floor: Floor, person: Any, team: str) -> None:
    page = person("agent", "8012").open("/agent")
    expect(page.get_by_text("等待下一通电话")).to_be_visible()
    c1 = call(team)
    floor.tell(c1, begun(c1))
    expect(page.locator(".opening li")).to_have_count(3)
    expect(page.locator(".opening small").first).to_contain_text("秒内")
    ask = Prompt(call=c1.call, text="请说明来电目的", reason="missing_purpose", state="shown")
    met = Disclosure(call=c1.call, item="purpose", state="met", at=9.0, deadline=30.0)
    floor.tell(c1, [ask])
    expect(page.locator(".say")).to_have_text("请说明来电目的")
    floor.tell(c1, [met, Prompt(call=c1.call, text="", reason="missing_purpose", state="cleared")])
    expect(page.locator(".say")).not_to_have_text("请说明来电目的")
    expect(page.locator('.opening li[data-state="met"]')).to_contain_text("来电目的")
    floor.tell(c1, [ask])
    page.get_by_role("button", name="没帮助").click()
    expect(page.get_by_text("已记下")).to_be_visible()
    floor.tell(c1, [CallEnded(call=c1.call, at=20.0)])
    expect(page.get_by_text("等待下一通电话")).to_be_visible()


def test_a_supervisor_speaks_to_an_agent(floor: Floor, person: Any, team: str) -> None:
    screen = person("agent", "8012").open("/agent")
    wall = person().open()
    c1 = call(team)
    floor.tell(c1, [*begun(c1), alert(c1)])
    expect(wall.locator(".alert-row")).to_have_count(1)
    wall.keyboard.press("t")
    dialog = wall.get_by_role("dialog")
    expect(dialog.get_by_role("textbox")).to_have_value("这款产品不保本，收益不保证。")
    dialog.get_by_role("textbox").fill("请告诉客户本产品有风险")
    wall.keyboard.press("Control+Enter")
    expect(screen.locator(".say")).to_have_text("请告诉客户本产品有风险")
    expect(screen.locator(".from")).to_contain_text("提醒您")
    wall.keyboard.press("u")
    expect(screen.locator(".say")).not_to_have_text("请告诉客户本产品有风险")
    wall.keyboard.press("Enter")
    wall.keyboard.press("t")
    dialog.get_by_role("textbox").fill("请说慢一点")
    wall.keyboard.press("Control+Enter")
    expect(screen.locator(".say")).to_have_text("请说慢一点")
    wall.keyboard.press("u")
    expect(screen.locator(".say")).not_to_have_text("请说慢一点")
    screen.get_by_role("button", name="我的提醒记录").click()
    screen.locator("summary").click()
    expect(screen.get_by_role("dialog")).to_contain_text("百分百保本")
    expect(screen.get_by_role("button", name="我有异议")).to_be_visible()
