"""Telephone, card and identity numbers in what people say, written or spoken, and masking them.

A number is six digits or more in a row, in any script, whatever fillers, pauses and separators
stand between them: 138-0013-8000, 幺三八 嗯 零零幺三 八零零零. The first three digits stay, so
that two numbers can be told apart; the others become asterisks. Amounts are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

SHORTEST: Final = 6
"""Digits that make a number: a code from a text message has six, hot lines (95533) have five."""
SHOWN: Final = 3
"""Digits that stay."""
AMOUNT_DIGITS: Final = 10
"""An amount has at most so many digits; more are masked whatever follows."""
MASK: Final = "*"

_HAN: Final = "零〇一二两三四五六七八九幺壹贰叁肆伍陆柒捌玖洞拐勾"
_SPOKEN: Final = dict(zip(_HAN, "0012234567891123456789079", strict=True))
_DIGITS: Final = f"0-9\uff10-\uff19{_HAN}"
_FILLER: Final = (
    "(?:[\\s,.;:~/()!?'\"\\-_\u00b7\u2013\u2014\u2018\u2019\u201c\u201d\u2026\u3001\u3002\uff01"
    "\uff08\uff09\uff0c\uff0d\uff1a\uff1b\uff1f\uff5e]"
    "|嗯|呃|啊|哦|噢|唔|额|哎|诶|那个|这个|然后|就是|再|后面|接着|对|是|的|个|双|杠|横|空格|吧|呢|嘛|了)"
)
_RUN: Final = re.compile(f"[{_DIGITS}](?:{_FILLER}{{0,12}}[{_DIGITS}])*(?:{_FILLER}{{0,4}}[xX叉])?")
_DIGIT: Final = re.compile(f"[{_DIGITS}]")
_LEADING: Final = re.compile(f"{_FILLER}{{0,24}}(?=[{_DIGITS}])")
_ONLY_FILLERS: Final = re.compile(f"{_FILLER}{{0,24}}")
_MEASURE: Final = re.compile(
    "\\s*(?:元|块|万|亿|千|百|十|%|%|‰|股|份|笔|人|户|年|月|日|号(?!码)|天|期|次|倍|秒|分钟|小时|平|米|公里|"
    "克|斤|吨|美元|美金|港币|欧元|人民币|积分|个点|个百分点)"
)
_MONEY: Final = re.compile("[\u00a5\uffe5$€]\\s*$")
_GROUPED: Final = re.compile("[0-9]{1,3}(?:[,\uff0c][0-9]{3})+(?:\\.[0-9]+)?|[0-9]+\\.[0-9]+")


@dataclass(frozen=True, slots=True)
class Run:
    """Digits that belong together, and where they stand."""

    start: int
    end: int
    digits: str
    """As ASCII; 两 is 2, 幺 is 1."""
    places: tuple[int, ...]
    """Position of each digit in the text."""


def runs(text: str) -> Iterator[Run]:
    """Every run of digits of the text, short ones included."""
    for match in _RUN.finditer(text):
        places = tuple(found.start() for found in _DIGIT.finditer(text, *match.span()))
        digits = "".join(_digit(text[place]) for place in places)
        yield Run(match.start(), match.end(), digits, places)


def masked(text: str, *, before: str = "", known: Sequence[str] = ()) -> str:
    """The text with its private numbers masked, as long as it was.

    `before`: digits just said, which the first run of the text may go on from. `known`: numbers
    masked elsewhere, of which parts are masked here too.
    """
    if not _DIGIT.search(text):
        return text
    characters = list(text)
    for run in runs(text):
        joined = len(before) if _begins(text, run) else 0
        if not (_hidden(text, run, joined) or _part_of(run, known)):
            continue
        for place in run.places[max(0, SHOWN - joined) :]:
            characters[place] = MASK
        if characters[run.end - 1] in "xX叉":
            characters[run.end - 1] = MASK
    return "".join(characters)


def numbers(text: str, *, before: str = "") -> list[str]:
    """The private numbers of the text, as ASCII digits, with what was said of them before it."""
    found = []
    for run in runs(text):
        lead = before if _begins(text, run) else ""
        if _hidden(text, run, len(lead)):
            found.append(lead + run.digits)
    return found


def tail(text: str, *, before: str = "") -> str:
    """The digits that the text ends with, `before` included when there is nothing else in it."""
    found = list(runs(text))
    if not found:
        return before if _ONLY_FILLERS.fullmatch(text) else ""
    last = found[-1]
    if not _ONLY_FILLERS.fullmatch(text, last.end):
        return ""
    return (before if _begins(text, last) else "") + last.digits


def _begins(text: str, run: Run) -> bool:
    lead = _LEADING.match(text)
    return run.start == (lead.end() if lead else 0)


def _hidden(text: str, run: Run, joined: int) -> bool:
    count = len(run.digits)
    if joined + count < SHORTEST:
        return False
    if count > AMOUNT_DIGITS:
        return True
    return not _measured(text, run)


def _measured(text: str, run: Run) -> bool:
    if _MEASURE.match(text, run.end) or _MONEY.search(text[: run.start]):
        return True
    return _GROUPED.fullmatch(text[run.start : run.end]) is not None


def _part_of(run: Run, known: Sequence[str]) -> bool:
    return len(run.digits) > SHOWN and any(run.digits in each for each in known)


def _digit(character: str) -> str:
    return _SPOKEN.get(character) or str(int(character))
