"""What one person alone may not do is asked for and agreed to on the screens."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from monitor.events import CallEnded
from tests.browser.conftest import Floor, findings, serving
from tests.browser.said import alert, begun, call

pytestmark = pytest.mark.process


@pytest.fixture
def floor(tmp_path: Path) -> Any:
    """A server on which more than one row is a bulk export."""
    with serving(tmp_path / "data", MONITOR_ACCESS_BULK_ROWS="1") as floor:
        yield floor


def export(page: Page, format: str = "CSV") -> None:
    page.get_by_role("button", name="导出").click()
    page.get_by_role("dialog").get_by_role("button", name=format).click()


def test_many_calls_leave_when_two_people_agree(floor: Floor, person: Any, team: str) -> None:
    for name in ("c1", "c2"):
        one = call(team, name)
        floor.tell(one, [*begun(one), alert(one), CallEnded(call=one.call, at=9.0)])
    floor.account("wang.min", "qa", team)
    floor.account("li.qiang", "qa", team)
    asks, agrees = person(name="wang.min").open("/qa"), person(name="li.qiang").open("/qa")
    expect(asks.locator(".call-row")).to_have_count(2)
    export(asks)
    expect(asks.get_by_role("heading", name="需要第二个人同意")).to_be_visible()
    assert findings(asks) == []
    asks.get_by_label("原因").fill("十一月监管报送")
    asks.get_by_role("button", name="提交审批").click()
    expect(asks.get_by_text("等另一位同事同意")).to_be_visible()
    agrees.reload()
    expect(agrees.locator(".bubble")).to_have_text("1")
    agrees.get_by_role("button", name="双人审批").click()
    expect(agrees.get_by_role("dialog")).to_contain_text("十一月监管报送")
    assert findings(agrees) == []
    agrees.get_by_role("button", name="同意", exact=True).click()
    expect(agrees.get_by_role("dialog").locator(".chip.good")).to_have_text("已同意")
    asks.reload()
    asks.get_by_role("button", name="双人审批").click()
    with asks.expect_download() as downloaded:
        asks.get_by_role("button", name="现在导出").click()
    assert downloaded.value.suggested_filename.endswith(".csv")
    assert team in downloaded.value.path().read_text("utf-8-sig")
    expect(asks.get_by_role("dialog").locator(".chip")).to_have_text("已使用")


def test_a_token_is_told_to_use_an_account(floor: Floor, person: Any, team: str) -> None:
    for name in ("c1", "c2"):
        one = call(team, name)
        floor.tell(one, [*begun(one), alert(one), CallEnded(call=one.call, at=9.0)])
    page = person("qa").open("/qa")
    expect(page.locator(".call-row")).to_have_count(2)
    export(page)
    expect(page.get_by_text("这一步要用账号登录")).to_be_visible()
