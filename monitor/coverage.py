"""What is known of every second of every role, and up to where all of it is known.

"No alert" may only be claimed for time that was transcribed or silent. The watermark is the
media time before which every role is settled; deadlines pass when it passes them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from msgspec.structs import replace

from monitor.events import Coverage, CoverageState
from monitor.types import SAMPLE_RATE, Role


@dataclass(slots=True, kw_only=True)
class _Span:
    """Samples [start, end) of a role; `state` is None until they are settled."""

    start: int
    end: int
    state: str | None = None


class Watermark:
    """Spans are expected in order and settled in any order; coverage comes out in order, merged."""

    def __init__(self, roles: Iterable[Role], *, start: int = 0) -> None:
        """`start`: sample at which the roles begin."""
        self._open: dict[Role, deque[_Span]] = {role: deque() for role in roles}
        self._settled = dict.fromkeys(self._open, start)

    @property
    def at_s(self) -> float:
        """Seconds of media time before which every role is settled."""
        return min(self._settled.values()) / SAMPLE_RATE

    def expect(self, role: Role, start: int, end: int) -> None:
        """The role's next span; it must begin where the last one ended."""
        if end > start:
            self._open[role].append(_Span(start=start, end=end))

    def settle(self, call: str, role: Role, start: int, state: str) -> list[Coverage]:
        """The span that begins at `start` is now known; returns what is settled in order."""
        spans = self._open[role]
        for span in spans:
            if span.start == start:
                span.state = state
        done: list[Coverage] = []
        while spans and spans[0].state is not None:
            span = spans.popleft()
            self._settled[role] = span.end
            done.append(
                Coverage(
                    call=call,
                    channel=role,
                    state=cast(CoverageState, span.state),
                    start=round(span.start / SAMPLE_RATE, 3),
                    end=round(span.end / SAMPLE_RATE, 3),
                )
            )
        return done


class CoverageRuns:
    """Joins neighbouring spans of one state, so that the record holds runs, not seconds.

    The first span of time that nobody listens to comes out at once: people must see it now.
    """

    def __init__(self) -> None:
        self._run: dict[Role, Coverage] = {}

    def add(self, coverage: Coverage) -> list[Coverage]:
        """Take the next span of its role; returns the run that it ended, if any."""
        role = coverage.channel
        run = self._run.get(role)
        if run is not None and run.state == coverage.state and run.end == coverage.start:
            self._run[role] = replace(run, end=coverage.end)
            return []
        ended = [] if run is None or run.end == run.start else [run]
        if coverage.state != "unmonitored":
            self._run[role] = coverage
            return ended
        # what follows is joined to an empty run
        self._run[role] = replace(coverage, start=coverage.end)
        return [*ended, coverage]

    def flush(self) -> list[Coverage]:
        """The runs still open, by role."""
        runs = [self._run[role] for role in sorted(self._run)]
        runs = [run for run in runs if run.end > run.start]
        self._run.clear()
        return runs
