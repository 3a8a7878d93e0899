from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import PASSWORD, Floor, findings, serving
from tests.web.test_oidc import free_port, idp

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


def test_the_first_accounts_are_made_on_the_screen(browser: Browser, tmp_path: Path) -> None:
    with serving(tmp_path / "data") as floor:
        page = browser.new_page(locale="zh-CN")
        page.set_default_timeout(30_000)
        page.goto(floor.url)
        page.get_by_role("button", name="建立账号").click()
        assert findings(page) == []
        page.get_by_label("一次性代码").fill(floor.code)
        for role, name in (("管理员", "root.zhou"), ("班长", "chen.fang"), ("质检", "wang.min")):
            page.get_by_label(f"{role} 账号").fill(name)
            page.get_by_label(f"{role} 密码").fill(PASSWORD)
        page.get_by_role("button", name="建立", exact=True).click()
        expect(page.get_by_text("账号已建立")).to_be_visible()
        expect(page.get_by_label("账号", exact=True)).to_have_value("chen.fang")
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="进入").click()
        expect(page.get_by_role("button", name="播放演示通话")).to_be_enabled()
        page.get_by_role("button", name="退出登录").click()
        page.get_by_label("账号", exact=True).fill("root.zhou")
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="进入").click()
        expect(page.get_by_role("heading", name="管理员账号没有监看页面")).to_be_visible()
        page.close()


def test_the_company_signs_in_at_its_own_provider(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("any secret\n")
    port = free_port()
    with idp(free_port()) as url:
        settings = {
            "SERVER_PORT": str(port),
            "OIDC_ISSUER": url,
            "OIDC_CLIENT_ID": "monitor",
            "OIDC_CLIENT_SECRET_FILE": str(tmp_path / "secret"),
            "OIDC_REDIRECT": f"http://127.0.0.1:{port}/api/oidc/callback",
            "OIDC_ROLES": "cc-lead=supervisor",
            "OIDC_TEAMS": "cc-south=south",
        }
        environ = {f"MONITOR_{name}": value for name, value in settings.items()}
        with serving(tmp_path / "data", **environ) as floor:
            page = browser.new_page(locale="zh-CN")
            page.set_default_timeout(30_000)
            for sub in ("u2", "u1"):
                page.goto(floor.url)
                page.get_by_role("button", name="企业账号").click()
                page.locator("input[name=sub]").fill(sub)
                page.locator("input[name=sub]").press("Enter")
                if sub == "u2":
                    expect(page.get_by_role("alert")).to_contain_text("没有分配本系统的角色")
                    assert page.url == f"{floor.url}/"
            expect(page.locator(".who")).to_contain_text("li.na")
            page.close()
