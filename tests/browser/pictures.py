"""Pictures of the screens for the README: `python -m tests.browser.pictures [FOLDER]`.

Starts the real server, plays the demo calls and takes the screens of what happens now; then a
server on a month of calls for the screens of what has been. Each screen in both themes.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect, sync_playwright

from monitor.demo.scenario import server
from tests.browser.chromium import open_browser
from tests.web.conftest import new_token

SIZE: ViewportSize = {"width": 1440, "height": 810}
THEMES = ("light", "dark")
TEAM = "south"
WAIT_MS = 120_000
COLOURS = 256
"""Screens have few colours; a palette makes the files a third of their size."""

SPOKEN = "坐席：这款产品百分百保本\n客户：真的吗\n坐席：不过这款产品不保本，可能亏损"

Pages = dict[str, Page]


class Photographer:
    """Opens each page in both themes and takes it."""

    def __init__(self, browser: Browser, url: str, folder: Path) -> None:
        self._browser = browser
        self._url = url
        self._folder = folder

    def open(self, path: str, token: str = "") -> Pages:
        return {theme: self._visit(theme, token, path) for theme in THEMES}

    def _visit(self, theme: str, token: str, path: str) -> Page:
        # the language of the browser is given, so that the pictures are the same everywhere
        context: BrowserContext = self._browser.new_context(
            viewport=SIZE,
            color_scheme="dark" if theme == "dark" else "light",
            locale="zh-CN",
        )
        context.set_default_timeout(WAIT_MS)
        if token:
            context.request.post(f"{self._url}/api/session", data={"token": token})
        page = context.new_page()
        page.goto(self._url + path)
        return page

    def take(self, pages: Pages, name: str) -> None:
        for theme, page in pages.items():
            page.wait_for_timeout(700)
            image = Image.open(BytesIO(page.screenshot())).convert("RGB")
            small = image.quantize(COLOURS, dither=Image.Dither.NONE)
            small.save(self._folder / f"{name}-{theme}.png", optimize=True)


def now(browser: Browser, folder: Path) -> None:
    """The screens while the demo calls play."""
    with (
        tempfile.TemporaryDirectory(prefix="monitor-pictures-") as data,
        server(Path(data)) as running,
    ):
        camera = Photographer(browser, running.url, folder)
        camera.take(camera.open("/"), "sign-in")
        wall = camera.open("/", new_token(Path(data), "supervisor", team=TEAM))
        agent = camera.open("/agent", new_token(Path(data), "agent", team=TEAM, agent="8012"))
        play = wall["light"].get_by_role("button", name="播放演示通话")
        expect(play).to_be_visible(timeout=WAIT_MS)
        camera.take(wall, "first-look")
        play.click()
        for page in agent.values():
            left = page.locator(".opening small").first
            expect(left).to_contain_text("秒内", timeout=WAIT_MS)
        camera.take(agent, "agent-opening")
        for page in wall.values():
            expect(page.locator(".alert-row")).to_have_count(5, timeout=WAIT_MS)
        camera.take(wall, "wall")
        _tell(wall["light"])
        camera.take(agent, "agent-prompt")
        _hear(camera, new_token(Path(data), "qa", team=TEAM))


def _tell(page: Page) -> None:
    page.keyboard.press("t")
    page.get_by_role("dialog").get_by_role("textbox").fill("这款产品不保本，收益不保证。")
    page.keyboard.press("Control+Enter")


def _hear(camera: Photographer, token: str) -> None:
    pages = camera.open("/qa", token)
    for page in pages.values():
        page.get_by_label("类别").select_option("guaranteed_return")
        expect(page.locator(".call-row")).to_have_count(2, timeout=WAIT_MS)
        page.locator(".call-row", has_text="guaranteed-return").click()
        expect(page.locator(".alert-card")).to_be_visible(timeout=WAIT_MS)
        page.keyboard.press("j")
    camera.take(pages, "call")


def month(browser: Browser, folder: Path) -> None:
    """The screens over a month of calls."""
    with town() as told:
        camera = Photographer(browser, told["url"], folder)
        calls = camera.open("/qa", told["qa"])
        rule = camera.open("/rules#/rule/base/guaranteed-return", told["compliance"])
        report = camera.open("/overview", told["qa"])
        for page in calls.values():
            expect(page.locator(".call-row").first).to_be_visible(timeout=WAIT_MS)
        camera.take(calls, "qa")
        for page in rule.values():
            page.get_by_role("textbox", name="试一试").fill(SPOKEN)
            page.get_by_role("button", name="判断").click()
            expect(page.locator(".caused").first).to_be_visible(timeout=WAIT_MS)
        camera.take(rule, "rules")
        for page in report.values():
            expect(page.locator(".plot").first).to_be_visible(timeout=WAIT_MS)
        camera.take(report, "overview")


@contextmanager
def town() -> Iterator[dict[str, str]]:
    """A server on a month of calls: its address and a token of each role."""
    with tempfile.TemporaryDirectory(prefix="monitor-town-") as folder:
        ready = Path(folder) / "ready.json"
        command = [sys.executable, "-m", "tests.desk.server", f"{folder}/data", str(ready), "200"]
        process = subprocess.Popen(command)
        try:
            while not ready.exists():
                assert process.poll() is None, "the server did not start"
                time.sleep(0.2)
            yield json.loads(ready.read_text("utf8"))
        finally:
            process.terminate()
            process.wait(timeout=30)


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = open_browser(playwright)
        now(browser, folder)
        month(browser, folder)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/pictures"))
