"""The network goes twenty times while the demo calls play: the wall ends as the log does."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import expect, sync_playwright

from monitor.demo.scenario import server
from tests.browser.cable import cable
from tests.browser.chromium import chromium, open_browser
from tests.web.conftest import new_token

pytestmark = pytest.mark.process

CUTS = 20
TEAM = "south"
WAIT_MS = 180_000
BETWEEN_MS = 2500
"""Twenty of them fill the minute that the calls last."""

DARK_MS = 400


@pytest.mark.skipif(chromium() is None, reason="no chromium is installed")
def test_twenty_cuts_while_the_demo_calls_play(tmp_path: Path) -> None:
    with server(tmp_path) as running, cable(running.url) as laid, sync_playwright() as playwright:
        browser = open_browser(playwright)
        context = browser.new_context(viewport={"width": 1280, "height": 1400}, locale="zh-CN")
        token = new_token(tmp_path, "supervisor", team=TEAM)
        context.request.post(f"{running.url}/api/session", data={"token": token})
        page = context.new_page()
        page.goto(laid.url)
        page.get_by_role("button", name="播放演示通话").click()
        expect(page.locator(".calls .call-row").first).to_be_visible(timeout=WAIT_MS)
        for _ in range(CUTS):
            laid.cut()
            page.wait_for_timeout(DARK_MS)
            laid.mend()
            page.wait_for_timeout(BETWEEN_MS)
        expect(page.get_by_role("heading", name="现在没有通话")).to_be_visible(timeout=WAIT_MS)
        page.wait_for_timeout(BETWEEN_MS)
        headers = {"Authorization": f"Bearer {token}"}
        with urlopen(Request(f"{running.url}/api/alerts?limit=1000", headers=headers)) as answer:
            log = {
                each["id"] for each in json.load(answer)["alerts"] if each["state"] != "withdrawn"
            }
        shown = page.locator(".alert-row").evaluate_all("rows => rows.map(row => row.dataset.key)")
        assert {key.split("\n")[1] for key in shown} == log
        assert len(shown) == len(log) >= 5
        counts = f"{len(log)} alerts in the log, {len(shown)} shown"
        print(f"\nscreen: {CUTS} cuts while calls play, {counts}")
        browser.close()
