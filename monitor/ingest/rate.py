"""Whether sound comes at the rate that its label says. Pure values: the clock is passed in."""

from __future__ import annotations

from dataclasses import dataclass, replace

WINDOW_S = 3.0
"""Seconds of wall time a mismatch is measured over."""

TOLERANCE = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class RateCheck:
    """Compares samples with the clock, to find 8 kHz sound labelled 16 kHz, or the reverse.

    A stall of some seconds also makes one window read 0.5, and the burst after it 2.0; so only
    two windows in a row that agree are a verdict. A recording sent at double speed looks the same
    as a wrong label: the verdict is a question, not an error.
    """

    rate: int
    start_s: float | None = None
    """Monotonic time at which the present window began; None before the first piece."""
    samples: int = 0
    """Samples per role since then; the piece that opened the window was sound of before it."""
    last: float | None = None
    """The suspicious ratio of the window before, if it was suspicious."""

    def add(self, samples: int, now_s: float) -> tuple[RateCheck, float | None]:
        """The check after `samples` more, and the verdict: 0.5 or 2.0 times the promised rate.

        None means nothing is known to be wrong. 0.5: half the samples that the label promises.
        """
        if self.start_s is None:
            return replace(self, start_s=now_s), None
        total = self.samples + samples
        elapsed_s = now_s - self.start_s
        if elapsed_s < WINDOW_S:
            return replace(self, samples=total), None
        seen = _suspicious(total / self.rate / elapsed_s)
        verdict = seen if seen is not None and seen == self.last else None
        return replace(self, start_s=now_s, samples=0, last=seen), verdict


def _suspicious(ratio: float) -> float | None:
    for wrong in (0.5, 2.0):
        if abs(ratio - wrong) <= wrong * TOLERANCE:
            return wrong
    return None
