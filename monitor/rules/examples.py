"""Dialogues written on one line, as packs and tests give them: 客：… / 坐：…"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from monitor.events import Utterance
from monitor.types import Role

SPEAKERS: Final = {
    "客": Role.CUSTOMER,
    "客户": Role.CUSTOMER,
    "坐": Role.AGENT,
    "坐席": Role.AGENT,
    "座席": Role.AGENT,
}
CHARACTERS_PER_SECOND: Final = 5.0
"""Pace of an invented dialogue, 300 characters a minute."""

PAUSE_S: Final = 0.5
"""Seconds between two turns of an invented dialogue."""

_TURN: Final = re.compile(r"\s+/\s*|\s*/\s+|(?<=[^0-9A-Za-z])/(?=[客坐座])")
_SPEAKER: Final = re.compile(r"^(客户|客|坐席|座席|坐)\s*[：:]\s*")


def turns(text: str, default: Role = Role.AGENT) -> list[tuple[Role, str]]:
    """Who says what, in order. A turn without a speaker is said by `default`."""
    spoken = []
    for piece in _TURN.split(text):
        match = _SPEAKER.match(piece.strip())
        role = SPEAKERS[match.group(1)] if match else default
        words = piece.strip()[match.end() :] if match else piece.strip()
        if words:
            spoken.append((role, words))
    return spoken


def utterances(
    spoken: Iterable[tuple[Role, str]], *, call: str = "example", start_s: float = 1.0
) -> list[Utterance]:
    """The turns as final utterances, one after the other at an even pace."""
    heard = []
    at = start_s
    for role, text in spoken:
        end = at + max(0.4, len(text) / CHARACTERS_PER_SECOND)
        heard.append(Utterance(call=call, channel=role, start=at, end=round(end, 3), text=text))
        at = round(end + PAUSE_S, 3)
    return heard
