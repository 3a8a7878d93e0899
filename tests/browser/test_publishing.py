"""A rule changed on the screens: checked, tried on past calls, agreed to by another, published."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from monitor.events import CallEnded
from tests.browser.conftest import Desk, Floor, findings, serving
from tests.browser.said import begun, call, said

pytestmark = pytest.mark.process

PHRASE = "      - (全网|全城|全市|全国|历史|史上|年度|双十一)~2"
SAID = "这是蓝莓般的价格"


@pytest.fixture
def floor(tmp_path: Path) -> Any:
    """A server of its own: what is published there is in force for everybody."""
    with serving(tmp_path / "data") as floor:
        yield floor


def test_two_people_publish_a_rule(floor: Floor, person: Any, team: str) -> None:
    one = call(team, industry="retail")
    floor.tell(one, [*begun(one), said(one, SAID, 4.0), CallEnded(call=one.call, at=9.0)])
    # tried on the calls of two teams; the second person has one of them
    floor.account("zhao.li", "compliance", team, f"{team}-other")
    floor.account("sun.yu", "compliance", team)
    author = person(name="zhao.li").open("/rules#/draft/retail")
    editor = author.get_by_label("规则包文本")
    text = editor.input_value()
    assert PHRASE in text
    editor.fill(text.replace(PHRASE, f"      - 蓝莓般的价格\n{PHRASE}", 1))
    author.get_by_role("button", name="检查").click()
    expect(author.locator(".banner.good")).to_be_visible()
    author.get_by_label("改了什么、为什么").fill("新话术")
    author.get_by_role("button", name="提交审批").click()
    author.get_by_role("button", name="开始试跑").click()
    expect(author.locator(".outcome")).to_contain_text("新增 1")
    expect(author.locator(".sample-difference")).to_contain_text("蓝莓般的价格")
    assert findings(author) == []
    second = person(name="sun.yu").open("/rules#/proposals")
    second.get_by_role("link", name="零售").click()
    expect(second.locator(".diff")).to_contain_text("蓝莓般的价格")
    second.get_by_label("意见").fill("同意")
    second.get_by_role("button", name="批准并生效").click()
    expect(second.locator(".proposal header")).to_contain_text("已生效")
    second.goto(f"{floor.url}/rules")
    second.get_by_role("textbox", name="试一试").fill(f"坐席：{SAID}")
    second.get_by_label("行业").select_option("retail")
    second.get_by_role("button", name="判断").click()
    expect(second.locator(".caused")).to_contain_text("绝对化用语")
    second.goto(f"{floor.url}/rules#/pack/retail")
    second.get_by_role("button", name="与现行版比较").click()
    expect(second.locator(".changed")).to_contain_text("蓝莓般的价格")
    judge_again(person("qa"))


def judge_again(reviewer: Desk) -> None:
    """The call from before, under what is in force now and under what was in force then."""
    page = reviewer.open("/qa")
    page.locator(".call-row").first.click()
    page.get_by_role("tab", name="重判").click()
    page.get_by_role("button", name="重判").click()
    expect(page.locator(".rejudged .chip.added")).to_have_text("新增 1")
    expect(page.locator(".difference.added")).to_contain_text("蓝莓般的价格")
    which = page.get_by_label("用哪一版")
    older = which.locator("option", has_text=re.compile("第 1 版"))
    which.select_option(older.get_attribute("value"))
    page.get_by_role("button", name="重判").click()
    expect(page.locator(".rejudged .banner.good")).to_have_text("结论完全一致")
    expect(page.locator(".difference")).to_have_count(0)
