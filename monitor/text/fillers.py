"""What speech has and writing has not: fillers, stutters, repeated words and 儿化.

Each function answers which characters of a text to leave out; none changes what it leaves in.
"""

from __future__ import annotations

import re
from typing import Final

PARTICLES: Final = frozenset("嗯呃啊哦噢喔唔诶欸哎唉呐呢呀嘛啦哟嘞")
"""Characters that carry no words of their own. 吗 and 吧 are not among them: they ask."""
_PARTICLE: Final = re.compile(f"[{''.join(sorted(PARTICLES))}]")
_PARTICLE_WORDS: Final = re.compile("干嘛|喇嘛|哎呀妈")

HESITATIONS: Final = re.compile(
    "就是说(?!明|法|过)|也就是说|怎么说呢|你知道吗?|您知道吗?|是不是啊|对吧|是吧"
    "|就是(?<![不也要只正才]就是)(?!不)|[那这]个(?![人月时点])|然后(?<!虽然后)|什么的(?<![这那]什么的)"
)
"""Words that are also used to gain time. They may carry meaning, so a text without them is only
a second reading, beside the one with them.

Every alternative begins with its words, so that the search skips to where one can begin."""

_ERHUA: Final = re.compile(
    "(?<=[\u4e00-\u9fff])(?<![女婴幼少孤胎小宠健男患新生育妻仔混幸])儿(?![子女童科媳孙歌戏化园])"
)

_DOUBLED: Final = frozenset(
    "天人年月日刚常谢看等爸妈爷奶哥姐弟妹叔哈慢好多渐往仅偏统明稳个家层种样样处事时刻步次条项"
    "笔份块句声想试听说问讲走聊谈算查面整足久轻深紧牢死默悄偷白干满团圆娃宝乖宝区星甜红火"
    "早大小细平安快乐高兴兴清楚楚实在在踏实早长远"
)
"""Characters that are words when doubled: 天天, 刚刚, 谢谢."""
_LONGEST_REPEAT: Final = 4
_NUMERIC: Final = "零〇一二两三四五六七八九十百千万亿幺拾佰仟"


def _han_without(characters: str) -> str:
    """A character class of Han characters, some left out."""
    ranges, begin = [], 0x4E00
    for code in [*sorted(ord(c) for c in characters), 0xA000]:
        if 0x4E00 <= begin < code:
            ranges.append(f"{chr(begin)}-{chr(code - 1)}")
        begin = max(begin, code + 1)
    return "".join(ranges)


_ONCE: Final = _han_without(_NUMERIC + "".join(_DOUBLED))
_WORDS: Final = _han_without(_NUMERIC)
_LOOP: Final = re.compile(
    f"(?=[{_NUMERIC}]{{0,3}}[{_WORDS}])(?P<loop>[\u4e00-\u9fff]{{2,{_LONGEST_REPEAT}}}?)(?P=loop){{3,}}"
)
"""A word with a numeral in it, four times and more: how a recogniser fails (一个一个一个一个)."""
_REPEATED: Final = re.compile(
    f"(?P<one>[{_ONCE}])(?P=one)+"
    f"|(?P<three>[{''.join(sorted(_DOUBLED))}])(?P=three)(?=(?P=three))"
    f"|(?P<word>[{_WORDS}]{{2,{_LONGEST_REPEAT}}}?)(?P=word)+"
)


_AGAIN: Final = re.compile(f"(.{{1,{_LONGEST_REPEAT}}}?)\\1")


def particles(text: str) -> list[int]:
    """Positions of particles, and of 儿 where it only colours the sound."""
    found = [match.start() for match in _PARTICLE.finditer(text)]
    if found:
        kept = {at for match in _PARTICLE_WORDS.finditer(text) for at in range(*match.span())}
        found = [at for at in found if at not in kept]
    if "儿" in text:
        found = sorted({*found, *(match.start() for match in _ERHUA.finditer(text))})
    return found


def hesitations(text: str) -> list[int]:
    """Positions of the characters of hesitations."""
    if not (
        "就是" in text
        or "那个" in text
        or "这个" in text
        or "然后" in text
        or "对吧" in text
        or "是吧" in text
        or "知道吗" in text
        or "是不是" in text
        or "么说" in text
        or "什么的" in text
    ):
        return []
    return [at for match in HESITATIONS.finditer(text) for at in range(*match.span())]


def again(text: str) -> bool:
    """Whether anything is said twice at once: without it there are no loops and no repeats."""
    return _AGAIN.search(text) is not None


def loops(text: str) -> list[int]:
    """Positions of all but the last of a word that is said four times and more."""
    dropped: list[int] = []
    for match in _LOOP.finditer(text):
        dropped.extend(range(match.start(), match.end() - len(match.group("loop"))))
    return dropped


def repeats(text: str) -> list[int]:
    """Positions of what is said again at once: of 保保本 the first 保, of 这个这个 the first 这个.

    Every period of one to four characters, without numerals; 天天 and its like stay double.
    What is left may hold new repeats.
    """
    dropped: list[int] = []
    for match in _REPEATED.finditer(text):
        size = len(match.group(match.lastgroup or 0))
        last = match.end() - (0 if match.lastgroup == "three" else size)
        dropped.extend(range(match.start(), last))
    return dropped
