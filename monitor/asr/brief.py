"""How short the segments of an agent should be under load: plain policy (ADR 39)."""

from __future__ import annotations

from typing import Final

from monitor.asr.ladder import Level

BRIEF_FROM_S: Final = 1.0
"""Period of partials from which the end of a phrase comes as soon as they do."""
BRIEF_MORE_S: Final = 2.0
BRIEF_UNTIL_S: Final = 3.8
"""And from and up to which a sentence without a pause is cut sooner."""
BRIEF_S: Final = 3.5
BRIEF_BEHIND_S: Final = 6.0
"""What is heard around a cut costs as much as speech: fewer cuts when there is no time left."""


def brief_s(every_s: float, level: Level) -> float:
    """Seconds after which segments should be closed while partials are rare, and an alert waits for
    the end of its own; 0 when they may last. `every_s`: seconds between partials if there were any.

    Not whenever there are no partials: after a stall there are none for a while, and time enough
    to hear whole sentences.
    """
    if every_s < BRIEF_FROM_S or level >= Level.JOINED:
        return 0.0
    room = level is Level.ALL and every_s < BRIEF_UNTIL_S
    return BRIEF_S if room and every_s >= BRIEF_MORE_S else BRIEF_BEHIND_S
