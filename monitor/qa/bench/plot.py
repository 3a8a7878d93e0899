"""Latency over load as a picture: SVG written by hand, light and dark."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Final

from monitor.qa.bench.capacity import Step
from monitor.qa.bench.ladder import by_system, last_runs

WIDTH: Final = 760
HEIGHT: Final = 420
LEFT, RIGHT, TOP, BOTTOM = 60, 190, 30, 50
LOWEST_S, HIGHEST_S = 0.1, 40.0
COLOURS: Final = (
    "#d1242f",
    "#1f6feb",
    "#8250df",
    "#1a7f37",
    "#bf8700",
    "#8c959f",
    "#0aa5a5",
    "#e85aad",
)
APART: Final = 24.0
"""Pixels between two numbers below the picture."""
DASHED: Final = 'stroke-width="1.5" stroke-dasharray="5 4"'
STYLE: Final = (
    "text{font:13px system-ui,sans-serif;fill:#24292f}.grid{stroke:#d0d7de}"
    ".limit{stroke:#57606a;stroke-dasharray:4 4}"
    "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.grid{stroke:#30363d}}"
)


def capacity(steps: Sequence[Step]) -> str:
    """p95 of the alert over the number of calls, one line for each system."""
    loads = sorted({one.calls for one in steps})
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
            f'aria-label="p95 of the confirmed alert by load"><style>{STYLE}</style>'
        )
    ]
    for seconds in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 40):
        kind = "limit" if seconds in (1, 2) else "grid"
        y = _y(seconds)
        parts.append(f'<path class="{kind}" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{seconds:g} s</text>')
    said = -APART
    for load in loads:
        x = _x(load, loads)
        if x - said >= APART:
            parts.append(f'<text x="{x:.1f}" y="{HEIGHT - 28}" text-anchor="middle">{load}</text>')
            said = x
    parts.append(
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 8}" text-anchor="middle">'
        "two-role calls at once</text>"
        f'<text x="{LEFT}" y="18">p95 from the end of the phrase to the confirmed alert '
        "(dashed: to the first)</text>"
    )
    for number, (name, mine) in enumerate(by_system(steps).items()):
        parts += _line(name, mine, loads, number)
    return "\n".join([*parts, "</svg>", ""])


def _line(name: str, steps: list[Step], loads: Sequence[int], number: int) -> list[str]:
    """Every run is a dot, pale if it is older, the last ladder a line: whole for the confirmed
    alert, dashed for the first one where that is another."""
    colour = COLOURS[number % len(COLOURS)]
    newest = last_runs(steps)
    settled, early = (_points(newest, loads, confirmed=each) for each in (True, False))
    dots = [
        (_x(one.calls, loads), _y(value), "1" if one in newest else ".35")
        for one in steps
        if (value := one.score.at(0.95, confirmed=True)) is not None
    ]
    y = TOP + 10 + 20 * number
    drawn = f'fill="none" stroke="{colour}"'
    return [
        f'<polyline points="{settled}" {drawn} stroke-width="2"/>',
        *([f'<polyline points="{early}" {drawn} {DASHED}/>'] if early != settled else []),
        *(
            f'<circle cx="{x:.1f}" cy="{at:.1f}" r="3" fill="{colour}" opacity="{seen}"/>'
            for x, at, seen in dots
        ),
        f'<path d="M{WIDTH - RIGHT + 14} {y - 4}h18" stroke="{colour}" stroke-width="2"/>',
        f'<text x="{WIDTH - RIGHT + 38}" y="{y}">{escape(name)}</text>',
    ]


def _points(steps: Sequence[Step], loads: Sequence[int], *, confirmed: bool) -> str:
    points = []
    for load in loads:
        found = [one.score.at(0.95, confirmed=confirmed) for one in steps if one.calls == load]
        known = sorted(value for value in found if value is not None)
        if known:
            points.append((_x(load, loads), _y(known[len(known) // 2])))
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _x(load: int, loads: Sequence[int]) -> float:
    span = math.log(max(loads) / min(loads)) or 1.0
    return LEFT + 20 + (WIDTH - LEFT - RIGHT - 40) * math.log(load / min(loads)) / span


def _y(seconds: float) -> float:
    within = min(HIGHEST_S, max(LOWEST_S, seconds))
    share = math.log(within / LOWEST_S) / math.log(HIGHEST_S / LOWEST_S)
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share
