"""Two supervisors, an agent and a reviewer at work on the same calls."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from monitor.events import CallEnded, Prompt
from tests.browser.conftest import Floor
from tests.browser.said import alert, begun, call, said

pytestmark = pytest.mark.process


def test_everybody_sees_what_the_others_do(floor: Floor, person: Any, team: str) -> None:
    one, two = person().open(), person().open()
    screen = person("agent", "8012").open("/agent")
    reviewer = person("qa").open("/qa")
    c1 = call(team)
    floor.tell(c1, [*begun(c1), said(c1, "这款产品百分百保本"), alert(c1)])
    for wall in (one, two):
        expect(wall.locator(".alert-row")).to_have_count(1)
    floor.tell(c1, [Prompt(call=c1.call, text="请提示风险", reason="advice", state="shown")])
    expect(screen.locator(".say")).to_have_text("请提示风险")
    one.get_by_role("button", name="发给坐席").click()
    expect(screen.locator(".say")).to_contain_text("这款产品不保本")
    expect(screen.locator(".from")).to_contain_text("提醒您")
    two.keyboard.press("a")
    expect(one.locator(".alert-row")).to_have_count(0)
    floor.tell(c1, [CallEnded(call=c1.call, at=12.0)])
    expect(screen.get_by_text("等待下一通电话")).to_be_visible()
    screen.get_by_role("button", name="我的提醒记录").click()
    screen.locator("summary").click()
    screen.get_by_role("button", name="我有异议").click()
    screen.get_by_role("textbox", name="说明您的理由").fill("我说的是不保本")
    screen.get_by_role("button", name="发送").click()
    expect(screen.get_by_text("申诉已提交")).to_be_visible()
    reviewer.reload()
    reviewer.get_by_role("button", name="申诉中").click()
    reviewer.locator(".call-row").click()
    # what the supervisors did stands beside the appeal
    expect(reviewer.locator(".deeds")).to_contain_text("确认")
    expect(reviewer.locator(".appeal")).to_contain_text("我说的是不保本")
    reviewer.get_by_label("裁定理由").fill("录音里是不保本")
    reviewer.get_by_role("button", name="申诉成立").click()
    expect(reviewer.locator(".decided")).to_contain_text("录音里是不保本")
    screen.keyboard.press("Escape")
    screen.get_by_role("button", name="我的提醒记录").click()
    screen.locator("summary").click()
    expect(screen.get_by_role("dialog")).to_contain_text("申诉成立")
    expect(screen.get_by_role("dialog")).to_contain_text("录音里是不保本")
