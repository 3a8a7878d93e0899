"""How soon there is something to see: `python -m tests.browser.timing`.

Each screen over a month of calls: milliseconds until the first content and the first real row,
how many requests went to the server (a cold visit, a later one) and how much the layout jumped
(0.1 and less is good). Then the first minute of a new user: from
the start of the server on an empty folder to the first alert of the demo calls.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.chromium import open_browser
from tests.browser.pictures import town

SCREENS = {
    "/": ("supervisor", ".columns .count, .first-look h2"),
    "/agent": ("agent", "main h2, main .waiting, main p"),
    "/qa": ("qa", ".call-row"),
    "/qa#/call/{call}": ("qa", ".say p"),
    "/rules": ("compliance", ".rule-list .rule"),
    "/rules#/rule/base/guaranteed-return": ("compliance", ".phrases"),
    "/overview": ("qa", ".plot"),
}
"""Address -> who opens it, and what counts as content."""

WATCH = """selector => {
  window.shifts = 0;
  new PerformanceObserver(list => {
    for (const each of list.getEntries()) if (!each.hadRecentInput) shifts += each.value;
  }).observe({ type: 'layout-shift', buffered: true });
  const look = () => {
    if (document.querySelector(selector)) window.row = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""
SETTLE_MS = 1200
MINUTE_MS = 90_000


ASKED = """1 + performance.getEntriesByType('resource')
  .filter(each => each.transferSize > 0 || each.initiatorType === 'fetch').length"""
"""The page and what did not come from the browser's own store."""


def visit(page: Page, address: str) -> tuple[float, float, float, int]:
    """Milliseconds to the first content and to the first row; how much the layout jumped; how
    many requests it took."""
    page.goto("about:blank")
    page.goto(address)
    page.wait_for_function("() => window.row")
    page.wait_for_timeout(SETTLE_MS)
    first = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
    found = page.evaluate(f"[{first}, window.row, window.shifts, {ASKED}]")
    return float(found[0]), float(found[1]), float(found[2]), int(found[3])


def screens(browser: Browser, visits: int) -> None:
    """Print a line for each screen."""
    with town() as told:
        for path, (role, selector) in SCREENS.items():
            context = browser.new_context(viewport={"width": 1280, "height": 720}, locale="zh-CN")
            context.request.post(f"{told['url']}/api/session", data={"token": told[role]})
            listed = context.request.get(f"{told['url']}/api/qa/calls?limit=1").json()
            number = listed["calls"][0]["number"] if "calls" in listed else 0
            page = context.new_page()
            page.add_init_script(f"({WATCH})({selector!r})")
            address = told["url"] + path.format(call=number)
            found = [visit(page, address) for _ in range(visits)]
            first, row, shift, asked = zip(*found, strict=True)
            print(
                f"{path}: first content {first[0]:.0f} ms cold, {statistics.median(first):.0f} ms "
                f"median, {max(first):.0f} ms worst; first row {statistics.median(row):.0f} ms; "
                f"{asked[0]} requests cold, {min(asked)} later; layout shift {max(shift):.3f}",
                flush=True,
            )
            context.close()


def first_minute(browser: Browser) -> None:
    """Print the seconds from the start of the server to the sign-in page and to the first alert."""
    with (
        tempfile.TemporaryDirectory(prefix="monitor-minute-") as folder,
        tempfile.TemporaryDirectory(prefix="monitor-key-") as keys,
    ):
        begun = time.monotonic()
        command = [sys.executable, "-m", "monitor", "serve", "--data", folder, "--port", "0"]
        environ = os.environ | {
            "MONITOR_KEYS_ROOT": str(Path(keys) / "root.key"),
            "PYTHONUNBUFFERED": "1",
        }
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ)
        try:
            url, code = said(process)
            page = browser.new_page(locale="zh-CN")
            page.set_default_timeout(MINUTE_MS)
            page.goto(url)
            page.get_by_label("一次性代码").fill(code)
            page.keyboard.press("Enter")
            signed_in = time.monotonic() - begun
            page.get_by_role("button", name="播放演示通话").click()
            expect(page.locator(".alert-row").first).to_be_visible(timeout=MINUTE_MS)
            seen = time.monotonic() - begun
            print(
                f"first minute: signed in after {signed_in:.1f} s, first alert after {seen:.1f} s"
            )
            page.close()
        finally:
            process.terminate()
            process.wait(timeout=30)


def said(process: subprocess.Popen[str]) -> tuple[str, str]:
    """The address and the one-time code that the terminal shows."""
    assert process.stdout is not None
    text = ""
    for line in process.stdout:
        text += line
        url, code = re.search(r"http://\S+", text), re.search(r"one-time code (\d+)", text)
        if url and code:
            return url[0], code[1]
    raise SystemExit("the server did not start")


def main(visits: int) -> None:
    with sync_playwright() as playwright:
        browser = open_browser(playwright)
        screens(browser, visits)
        first_minute(browser)
        browser.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visits", type=int, default=7)
    main(parser.parse_args().visits)
