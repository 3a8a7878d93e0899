from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Floor

pytestmark = pytest.mark.process


def test_the_first_start_needs_only_the_code_of_the_terminal(floor: Floor, person: Any) -> None:
    page = person(role="").open()
    code = page.get_by_label("一次性代码")
    code.fill("000000" if floor.code != "000000" else "111111")
    page.get_by_role("button", name="进入").click()
    expect(page.get_by_role("alert")).to_contain_text("登录信息不对")
    code.fill(floor.code)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="播放演示通话")).to_be_enabled()


def test_a_token_signs_in_and_out(floor: Floor, person: Any, team: str) -> None:
    page = person(role="").open("/agent")
    page.get_by_role("button", name="令牌").click()
    page.get_by_label("令牌", exact=True).fill(floor.token("supervisor", team))
    page.keyboard.press("Enter")
    # the wall is the supervisor's page, whatever address was typed
    expect(page.get_by_role("heading", name="还没有通话接入")).to_be_visible()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="No calls yet")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
