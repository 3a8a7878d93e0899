"""How fast and how smooth the wall is on a busy floor: `python -m tests.browser.load`.

Plays live calls with sound and words into the real server, alerts at a steady rate, and looks at
the wall in a real browser. Prints every run: milliseconds from the commit of an alert until the
frame that shows it is over, frames per second, and what it cost.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect, sync_playwright

from tests.browser.chromium import open_browser
from tests.browser.conftest import Floor, serving
from tests.browser.cost import counted

TEAM = "load"
VISITS = 5
"""To the wall before each run; the first one fills the cache."""

WATCH = """() => {
  const seen = [];
  const frames = [];
  const now = () => performance.timeOrigin + performance.now();
  const count = document.querySelector('.alerts .count');
  // the time at which the next frame begins: the one with the change has been drawn by then
  new MutationObserver(() => {
    const n = Number(count.textContent);
    requestAnimationFrame(() => seen.push([n, now()]));
  }).observe(count, { childList: true, characterData: true, subtree: true });
  const beat = () => { frames.push(performance.now()); requestAnimationFrame(beat); };
  requestAnimationFrame(beat);
  window.watched = { seen, frames };
}"""
"""Keeps when the number of waiting alerts was drawn, and the time of every frame."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one run showed."""

    latencies_ms: Sequence[float]
    frames_ms: Sequence[float]
    missing: int
    """Alerts of the log that the screen did not show in the end."""

    def __str__(self) -> str:
        late, frames = sorted(self.latencies_ms), sorted(self.frames_ms)
        fps = 1000 * len(frames) / sum(frames)
        return (
            f"{len(late)} alerts: commit to screen p50 {_at(late, 0.5):.0f} ms, "
            f"p95 {_at(late, 0.95):.0f} ms, p99 {_at(late, 0.99):.0f} ms, max {late[-1]:.0f} ms; "
            f"{fps:.1f} frames/s, p95 frame {_at(frames, 0.95):.1f} ms, "
            f"longest {frames[-1]:.0f} ms; missing {self.missing}"
        )


def _at(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def watch(floor: Floor, page: Page, team: str, **size: Any) -> Run:
    """Play traffic of this size while the wall shows the team."""
    expect(page.get_by_text("实时", exact=True)).to_be_visible()
    page.evaluate(WATCH)
    committed = floor.traffic(team, **size)
    page.wait_for_timeout(1000 * size["seconds"])
    times = committed()
    shown = page.get_by_role("button", name=f"待处理 {len(times)}")
    expect(shown).to_be_visible()
    watched = page.evaluate("window.watched")
    gaps = [b - a for a, b in zip(watched["frames"], watched["frames"][1:], strict=False)]
    late, missing = latencies(times, watched["seen"])
    return Run(latencies_ms=late, frames_ms=gaps, missing=missing)


def first_content(page: Page, address: str) -> float:
    """Milliseconds from the beginning of a visit until something is drawn."""
    page.goto(address)
    page.wait_for_function("() => performance.getEntriesByName('first-contentful-paint').length")
    found = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    return float(found)


def latencies(
    committed: dict[int, float], seen: Sequence[tuple[int, float]]
) -> tuple[list[float], int]:
    """Of the k-th committed alert: until a number of at least k was drawn; and how many never."""
    found = []
    drawn = iter(sorted(seen, key=lambda pair: pair[1]))
    number, at = 0, 0.0
    for k, seq in enumerate(sorted(committed), start=1):
        while number < k:
            if (following := next(drawn, None)) is None:
                return found, len(committed) - len(found)
            number, at = following
        found.append(at - 1000 * committed[seq])
    return found, 0


def main(options: argparse.Namespace) -> None:
    size = {name: getattr(options, name) for name in ("calls", "alerts_per_s", "seconds")}
    print(f"{size['calls']} live calls, {size['alerts_per_s']:g} alerts/s, {size['seconds']:g} s")
    runs = []
    with (
        tempfile.TemporaryDirectory(prefix="monitor-load-") as folder,
        serving(Path(folder) / "data") as floor,
        sync_playwright() as playwright,
    ):
        browser = open_browser(playwright)
        for number in range(options.runs):
            team = f"{TEAM}-{number}"
            context = browser.new_context(viewport={"width": 1280, "height": 720}, locale="zh-CN")
            token = floor.token("supervisor", team)
            context.request.post(f"{floor.url}/api/session", data={"token": token})
            page = context.new_page()
            visits = [first_content(page, floor.url) for _ in range(VISITS)]
            print("first content:", " ".join(f"{each:.0f}" for each in visits), "ms", flush=True)
            with counted() as cost:
                runs.append(watch(floor, page, team, **size))
            print(f"run {number + 1}: {runs[-1]}\n  {cost}", flush=True)
            context.close()
        browser.close()
    every = sorted(late for run in runs for late in run.latencies_ms)
    fps = statistics.median(1000 * len(run.frames_ms) / sum(run.frames_ms) for run in runs)
    print(f"all: p95 {_at(every, 0.95):.0f} ms, median of runs {fps:.1f} frames/s")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--alerts-per-s", type=float, default=20.0)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--runs", type=int, default=3)
    return parser.parse_args()


if __name__ == "__main__":
    main(_options())
