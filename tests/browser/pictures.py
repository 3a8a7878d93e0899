"""Pictures of the screens for the README: `python -m tests.browser.pictures [FOLDER]`.

Starts the real server, plays the demo calls and takes each screen in both themes.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from monitor.demo.scenario import server
from tests.browser.chromium import open_browser
from tests.web.conftest import new_token

SIZE: ViewportSize = {"width": 1440, "height": 810}
THEMES = ("light", "dark")
TEAM = "south"
FIRST_ALERT_MS = 120_000
MORE_MS = 6000
"""After the first alert, for some more."""


class Photographer:
    """Opens each page in both themes and takes it."""

    def __init__(self, browser: Browser, url: str, data: Path, folder: Path) -> None:
        self._browser = browser
        self._url = url
        self._data = data
        self._folder = folder

    def open(self, path: str, role: str = "", agent: str = "") -> dict[str, Page]:
        pages = {}
        for theme in THEMES:
            context = self._browser.new_context(viewport=SIZE, color_scheme=theme, locale="zh-CN")
            if role:
                token = new_token(self._data, role, team=TEAM, agent=agent)
                context.request.post(f"{self._url}/api/session", data={"token": token})
            pages[theme] = context.new_page()
            pages[theme].goto(self._url + path)
        return pages

    def take(self, pages: dict[str, Page], name: str) -> None:
        for theme, page in pages.items():
            page.wait_for_timeout(700)
            page.screenshot(path=self._folder / f"{name}-{theme}.png")


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="monitor-pictures-") as data,
        server(Path(data)) as running,
        sync_playwright() as playwright,
    ):
        browser = open_browser(playwright)
        camera = Photographer(browser, running.url, Path(data), folder)
        shoot(camera)
        browser.close()


def shoot(camera: Photographer) -> None:
    camera.take(camera.open("/"), "sign-in")
    wall = camera.open("/", "supervisor")
    agent = camera.open("/agent", "agent", "8012")
    first = wall["light"].get_by_role("button", name="播放演示通话")
    expect(first).to_be_visible()
    camera.take(wall, "first-look")
    first.click()
    expect(agent["light"].locator(".opening li").first).to_be_visible(timeout=FIRST_ALERT_MS)
    camera.take(agent, "agent-opening")
    for page in wall.values():
        expect(page.locator(".alert-row").first).to_be_visible(timeout=FIRST_ALERT_MS)
    wall["light"].wait_for_timeout(MORE_MS)
    camera.take(wall, "wall")
    tell = wall["light"]
    tell.keyboard.press("t")
    tell.get_by_role("dialog").get_by_role("textbox").fill("这款产品不保本，收益不保证。")
    tell.keyboard.press("Control+Enter")
    camera.take(agent, "agent-prompt")
    for page in wall.values():
        page.keyboard.press("Enter")
    camera.take(wall, "call")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/pictures"))
