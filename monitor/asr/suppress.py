"""Text a recogniser made up: loops, subtitle credits, more characters than a mouth can say.

Nothing is deleted: the transcript keeps its text and says why it must not be judged.
"""

from __future__ import annotations

import dataclasses
from functools import cache
from pathlib import Path
from typing import Final

from monitor.asr.base import Transcript

FASTEST: Final = 13.0
"""Characters per voiced second; fast Mandarin is 7 to 8."""
_SHORT: Final = 8
"""Below so many characters no rate is worked out: voiced time is too rough."""
_LEFT_OVER: Final = 4
"""A text with an invented phrase is suppressed when fewer other characters than this remain."""


def screen(transcript: Transcript) -> Transcript:
    """The transcript with `repetition` and, where there is one, the reason in `suppressed`."""
    text = _bare(transcript.text)
    count, looped = worst_loop(text)
    share = looped / len(text) if text and count > 1 else 0.0
    reason = transcript.suppressed or _reason(transcript, text, count, looped)
    return dataclasses.replace(transcript, repetition=round(share, 3), suppressed=reason)


def worst_loop(text: str) -> tuple[int, int]:
    """How often the most repeated unit follows itself, and the characters that takes up.

    People do repeat themselves (别打了别打了, 对对对对): the caller decides what is too much.
    """
    best = (1, 0)
    for unit in range(1, len(text) // 2 + 1):
        run = longest = 0
        for index in range(unit, len(text)):
            run = run + 1 if text[index] == text[index - unit] else 0
            longest = max(longest, run)
        count = longest // unit + 1
        if count > 1 and count * unit > best[1]:
            best = (count, count * unit)
    return best


def _reason(transcript: Transcript, text: str, count: int, looped: int) -> str | None:
    if not text:
        return None
    if _is_loop(count, looped):
        return "loop"
    if _is_invented(text):
        return "invented"
    if len(text) >= _SHORT and len(text) > FASTEST * transcript.voiced_s:
        return "too_fast"
    if transcript.no_speech_prob > 0.6 and transcript.avg_logprob < -1.0:
        return "no_speech"
    return None


def _is_loop(count: int, looped: int) -> bool:
    unit = looped // count
    if unit == 1:
        return count >= 10
    return count >= 6 or (count >= 4 and looped >= 20)


def _is_invented(text: str) -> bool:
    rest = text
    for phrase in invented():
        rest = rest.replace(phrase, "")
    return rest != text and len(rest) < _LEFT_OVER


@cache
def invented() -> tuple[str, ...]:
    """The known inventions, longest first."""
    lines = (Path(__file__).parent / "invented.txt").read_text("utf8").splitlines()
    phrases = {line.strip() for line in lines if line.strip() and not line.startswith("#")}
    return tuple(sorted(phrases, key=lambda phrase: (-len(phrase), phrase)))


def _bare(text: str) -> str:
    return "".join(character for character in text.lower() if character.isalnum())
