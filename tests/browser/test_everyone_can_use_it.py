"""axe finds nothing serious on any screen, in either theme."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace
from playwright.sync_api import expect

from monitor.events import CallEnded, Disclosure, Prompt, Signal
from tests.browser.conftest import Floor, findings
from tests.browser.said import alert, begun, call, said

pytestmark = pytest.mark.process

THEMES = ("light", "dark")


@pytest.mark.parametrize("theme", THEMES)
def test_sign_in_and_first_look(floor: Floor, person: Any, team: str, theme: str) -> None:
    page = person(role="", color_scheme=theme).open()
    expect(page.get_by_role("button", name="进入")).to_be_visible()
    assert findings(page) == []
    page = person(color_scheme=theme).open()
    expect(page.get_by_role("heading", name="还没有通话接入")).to_be_visible()
    assert findings(page) == []


@pytest.mark.parametrize("theme", THEMES)
def test_wall(floor: Floor, person: Any, team: str, theme: str) -> None:
    page = person(color_scheme=theme).open()
    c1, c2 = call(team), call(team, "c2", agent="8013")
    for each in (c1, c2):
        floor.tell(each, [*begun(each), said(each, "百分百保本的产品")])
    missed = Disclosure(call=c2.call, item="company", state="missed", at=30.0, deadline=30.0)
    unsure = Disclosure(call=c2.call, item="identity", state="undetermined", at=30.0, deadline=30.0)
    floor.tell(c2, [missed, unsure, Signal(call=c2.call, signal="opt_out")])
    for number, severity in enumerate(("critical", "high", "medium", "low")):
        floor.tell(c1, [alert(c1, number, severity=severity, state="provisional")])
        floor.tell(c2, [alert(c2, number + 10, severity=severity, confidence=0.9)])
    expect(page.get_by_role("button", name="待处理 8")).to_be_visible()
    assert findings(page) == []
    page.keyboard.press("a")
    expect(page.get_by_role("button", name="已处理 1")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("log")).to_contain_text("百分百保本")
    assert findings(page) == []
    for key in "f", "t", "?":
        page.keyboard.press("Escape")
        page.keyboard.press(key)
        expect(page.get_by_role("dialog")).to_be_visible()
        assert findings(page) == []
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
    floor.tell(c2, [CallEnded(call=c2.call, at=40.0)])
    expect(page.locator(".call-row.ended")).to_be_visible()
    assert findings(page) == []


@pytest.mark.parametrize("theme", THEMES)
def test_agent(floor: Floor, person: Any, team: str, theme: str) -> None:
    page = person("agent", "8012", color_scheme=theme).open("/agent")
    expect(page.get_by_text("等待下一通电话")).to_be_visible()
    assert findings(page) == []
    c1 = call(team)
    met = Disclosure(call=c1.call, item="company", state="met", at=2.0, deadline=30.0)
    ask = Prompt(call=c1.call, text="请说明来电目的", reason="missing_purpose", state="shown")
    floor.tell(c1, [*begun(c1), met, ask, alert(c1)])
    expect(page.locator(".say")).to_have_text("请说明来电目的")
    assert findings(page) == []
    page.get_by_role("button", name="我的提醒记录").click()
    page.locator("summary").click()
    assert findings(page) == []
    page.keyboard.press("Escape")
    floor.tell(c1, [replace(met, item=item) for item in ("identity", "purpose")])
    expect(page.locator(".opening.done")).to_be_visible()
    assert findings(page) == []
