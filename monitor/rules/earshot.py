"""A company's name as a recogniser may have written it: by edit distance over its sounds.

A name is no word, so a recogniser has never seen it and writes other syllables of like sound:
福瑞保险 comes out as 服日保险, 快捷消费金融 as 块级消费金融. Only text that a recogniser was
not sure of is searched this way, and only where somebody introduces himself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from monitor.rules.spans import Span
from monitor.text.syllables import Confusions, readings

SURE: Final = 0.97
"""Recogniser confidence from which its text is taken as it is."""
WORST: Final = 0.27
"""Distance per syllable up to which a name was said: one syllable of four may be another."""
CORE: Final = 0.6
"""The same for what sets the name apart (福瑞 in 福瑞保险)."""
LEAST: Final = 4
"""Syllables below which everything sounds like everything."""
_SKIPPED: Final = 0.7
"""A syllable too many or too few."""
_LONGEST: Final = 80

_INTRODUCED: Final = re.compile(
    "您好|你好|上午好|下午好|晚上好|这里|这边|我是|我们是|为您服务|来电|打扰"
)
_CALLED: Final = re.compile(
    "您好|你好|上午好|中午好|下午好|晚上好|这里是|这边是|这边|我是|我们是|来自|欢迎致电"
)
"""What stands right before a company's name."""
_LEAST_CORE: Final = 2
_OWN_TRADE: Final = re.compile("[做卖买办搞管的个家一专给从为有这那边里是我们您你]")
"""这边是做保险的 says a trade, 您好这边是保险 nothing at all."""
_KINDS: Final = re.compile(
    "(股份|有限|责任|集团|公司|银行|信用社|人寿|财险|保险|证券|基金|期货|信托|消费|金融|小额|贷款|信贷|财富"
    "|科技|教育|培训|学校|健康|管理|医疗|医院|通信|电信|置业|地产|汽车|商城|服务|中心)+$"
)
_INITIAL: Final = re.compile("^(zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?(.*)$")
_CONFUSIONS: Final = Confusions()


def nearest(names: Iterable[str], text: str) -> Span | None:
    """Where in a folded text the best of the names was said, or None."""
    if not _INTRODUCED.search(text):
        return None
    best: tuple[float, Span] | None = None
    for name in names:
        if len(name) < LEAST:
            continue
        found = _align(name, text[:_LONGEST])
        if found and found[0] <= WORST and (best is None or found[0] < best[0]):
            best = found
    return best[1] if best else None


def blurred(names: Iterable[str], text: str, doubtful: Sequence[bool]) -> Span | None:
    """Where a name stands of which only the kind was understood, or None.

    您好，我是阳他财富的, of an agent of 云帆财富: a greeting or 我是, as many syllables as the name
    has (这边是局|保险, of 福瑞保险: one may be lost, or one too many), all of them doubtful, and
    then 财富. Whoever says it does name a company, and what the recogniser makes of a name that is
    no word says nothing about which.
    """
    for name in names:
        core = len(_KINDS.sub("", name))
        kind = name[core:]
        if core < _LEAST_CORE or len(kind) < _LEAST_CORE:
            continue
        for found in _CALLED.finditer(text[:_LONGEST]):
            start = found.end()
            for middle in (start + core, start + core - 1, start + core + 1):
                if not text.startswith(kind, middle) or not all(doubtful[start:middle]):
                    continue
                if middle == start + core or not _OWN_TRADE.search(text, start, middle):
                    return start, middle + len(kind)
    return None


def _align(name: str, text: str) -> tuple[float, Span] | None:
    """The cheapest place of a name: (distance per syllable, span); None when its core is not."""
    core = len(_KINDS.sub("", name)) or len(name)
    # one row per syllable of the name; a cell is (cost, cost of the core, where it began)
    row = [(0.0, 0.0, at) for at in range(len(text) + 1)]
    for number, character in enumerate(name, 1):
        weight = 1.0 if number <= core else 0.0
        left = row[0]
        new = [(left[0] + _SKIPPED, left[1] + _SKIPPED * weight, left[2])]
        for at, heard in enumerate(text, 1):
            cost = distance(character, heard)
            above, before, diagonal = row[at], new[at - 1], row[at - 1]
            new.append(
                min(
                    (diagonal[0] + cost, diagonal[1] + cost * weight, diagonal[2]),
                    (above[0] + _SKIPPED, above[1] + _SKIPPED * weight, above[2]),
                    (before[0] + _SKIPPED, before[1], before[2]),
                )
            )
        row = new
    cost, core_cost, start, end = min((*cell, end) for end, cell in enumerate(row))
    if core_cost > CORE * core or end <= start:
        return None
    return cost / len(name), (start, end)


@lru_cache(maxsize=65_536)
def distance(one: str, other: str) -> float:
    """0 for the same sound, 1 for two syllables that share neither initial nor final."""
    if one == other:
        return 0.0
    said, heard = readings(one), readings(other)
    if not said or not heard:
        return 1.0
    return min(_syllables(a, b) for a in said for b in heard)


@lru_cache(maxsize=65_536)
def _syllables(one: str, other: str) -> float:
    if one == other:
        return 0.0
    if _CONFUSIONS.merged(one) == _CONFUSIONS.merged(other):
        return 0.15
    (first, rest), (other_first, other_rest) = _parts(one), _parts(other)
    return _half(first, other_first) + _half(rest, other_rest)


def _half(one: str, other: str) -> float:
    if one == other:
        return 0.0
    # like parts share their beginning or end: ui and i, an and ang, zh and z
    return 0.25 if one and other and (one[-1] == other[-1] or one[0] == other[0]) else 0.5


def _parts(syllable: str) -> tuple[str, str]:
    found = _INITIAL.match(syllable)
    assert found is not None
    return found[1] or "", found[2]
