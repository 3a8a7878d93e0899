"""Numbers in one form: 百分之百, 百分百 and 一百个百分点 are 100%; 两百 is 200; 八零二幺 is 8021.

Only what is surely a number is changed: single digits before a measure word, ordinals above ten,
and never the numerals inside words (一心一意, 万一, 一样, 十分).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_DIGIT: Final = dict(
    zip("零〇一二两三四五六七八九幺壹贰叁肆伍陆柒捌玖", "0012234567891123456789", strict=True)
)
_UNIT: Final = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_GREAT: Final = {"万": 10_000, "亿": 100_000_000}

_HAN: Final = "零〇一二两三四五六七八九幺壹贰叁肆伍陆柒捌玖"
_ANY: Final = f"(?:[{_HAN}十拾佰千仟万亿0-9]|百(?!分[之百])|(?<=[0-9])\\.(?=[0-9]))"
_POINT: Final = f"(?:点[{_HAN}]+(?![{_HAN}十百千])[万亿]?)?"

_RUN: Final = f"{_ANY}{{1,24}}{_POINT}"
_FIRST: Final = re.compile(f"[{_HAN}十拾百佰千仟万亿0-9]")
_UNLIKE: Final = re.compile(f"[{_HAN}十拾百佰千仟万亿第]")
_TOKEN: Final = re.compile(
    f"百分之(?P<part>{_RUN}|百(?!分))%?|(?P<whole>百分百)(?!分)|(?P<number>{_RUN}|百(?=个百分点))"
)
_POINTS: Final = "个百分点"
_PARTS: Final = re.compile(r"[0-9]+|.", re.DOTALL)

_MEASURES: Final = re.compile(
    "个(?!性|别|体|人信|中|劲)|天|年|月|日|号|周(?!到|全|围|边|密|期)|小时|分钟|分钱|秒|元|块|毛|角|厘|成(?!功|为|本|立|交)"
    "|倍|次|期|岁|笔|份(?!额)|张|折|%|‰"
)
_SPLITTING: Final = re.compile("年|个|天|次|期|笔|份|张")
"""五万一年 is 五万 and 一年, not 五万一 and 年."""
_WORDS: Final = frozenset({"七七八八"})
_LEAVE_AFTER: Final = frozenset("第唯统专之单划同均如万任逐")
_VAGUE: Final = frozenset("几数好上成")
"""几十万 is no number."""
_HAN_DIGITS: Final = "零一二三四五六七八九十"
_SMALL: Final = frozenset(str(number) for number in range(11))


def numeric(text: str) -> bool:
    """Whether a text can hold a number at all."""
    return _FIRST.search(text) is not None


def convertible(text: str) -> bool:
    """Whether a text can hold a number that is not in canonical form."""
    return _UNLIKE.search(text) is not None


def numbers(text: str) -> list[tuple[int, int, str]]:
    """(start, end, canonical form) of each number of `text`, changed or not."""
    found: list[tuple[int, int, str]] = []
    at = 0
    while first := _FIRST.search(text, at):
        at = first.start()
        match = _TOKEN.match(text, at)
        if match is None:
            at += 1
            continue
        end = match.end() - _splits(match, text)
        joined = bool(found) and found[-1][1] == at
        before = "" if joined else text[max(0, at - 1) : at]
        form, end = _form(match, before, text, end)
        if form is not None:
            found.append((at, end, form))
        at = end
    return found


def _splits(match: re.Match[str], text: str) -> bool:
    """Whether the last digit belongs to the next number."""
    number = match.group("number")
    return (
        number is not None
        and len(number) > 2
        and number[-1] in _DIGIT
        and number[-2] in "万千百"
        and "点" not in number
        and _SPLITTING.match(text, match.end()) is not None
    )


def _form(match: re.Match[str], before: str, text: str, end: int) -> tuple[str | None, int]:
    """The canonical form and where what it stands for ends."""
    if match.lastgroup == "whole":
        return "100%", end
    if match.lastgroup == "part":
        return _percent(match.group("part")), end
    digits = text[match.start() : end]
    if text.startswith(_POINTS, end):
        return _percent(digits), end + len(_POINTS)
    return _bare(digits, before, text, end), end


def _percent(digits: str) -> str | None:
    value = "100" if digits == "百" else _value(digits)
    return None if value is None else value + "%"


def _bare(digits: str, before: str, text: str, end: int) -> str | None:
    """A number that stands alone, or None where it is part of a word."""
    if before == "第":
        return _ordinal(digits)
    if digits.isascii():
        return digits
    if digits in _WORDS or before in _LEAVE_AFTER:
        return None
    if "点" in digits:
        return _value(digits)
    if len(digits) == 1:
        return _value(digits) if _MEASURES.match(text, end) else None
    if digits[0] not in _DIGIT and before in _VAGUE:
        return None
    if all(digit in _DIGIT for digit in digits):
        said_singly = len(digits) > 2 or "幺" in digits or "零" in digits
        dated = text.startswith(("年", "折"), end)
        return _value(digits) if "两" not in digits and (said_singly or dated) else None
    return _value(digits)


def _ordinal(digits: str) -> str | None:
    """第1 is 第一, 第二十 is 第20."""
    if digits.isascii():
        small = digits in _SMALL
        return _HAN_DIGITS[int(digits)] if small else digits
    return None if len(digits) == 1 else _value(digits)


@lru_cache(maxsize=4_096)
def _value(digits: str) -> str | None:
    """The digits of a number, or None when it is not well formed."""
    whole, point, fraction = digits.partition("点")
    value = _whole(whole)
    if value is None or not point:
        return value
    great = _GREAT.get(fraction[-1], 1)
    decimals = "".join(_DIGIT.get(digit, digit) for digit in fraction.rstrip("万亿"))
    return f"{value}.{decimals}" if great == 1 else _scaled(f"{value}.{decimals}", great)


def _scaled(decimal: str, size: int) -> str:
    """12.5 times 10000 without floating point."""
    whole, _, fraction = decimal.partition(".")
    places = len(str(size)) - 1
    shifted = whole + fraction[:places].ljust(places, "0")
    rest = fraction[places:].rstrip("0")
    return (shifted.lstrip("0") or "0") + (f".{rest}" if rest else "")


def _whole(digits: str) -> str | None:
    if all(digit in _DIGIT or digit.isascii() for digit in digits):
        mixed = not digits.isascii() and any(digit.isascii() for digit in digits)
        return None if mixed else "".join(_DIGIT.get(digit, digit) for digit in digits)
    total, rest = 0, digits
    for name in "亿万":
        head, found, tail = rest.partition(name)
        if not found:
            continue
        if "." in head:
            return None if tail or total else _scaled(head, _GREAT[name])
        value = _below(head)
        if not value:
            return None
        total += value * _GREAT[name]
        rest = tail
        if len(rest) == 1 and rest in _DIGIT and rest not in "零〇":
            return str(total + int(_DIGIT[rest]) * _GREAT[name] // 10)
    value = _below(rest.lstrip("零〇") if total else rest) if rest else 0
    return None if value is None else str(total + value)


def _below(digits: str) -> int | None:
    """A number in tens, hundreds and thousands: 三千五, 两百零三, 十二, 12, 3千."""
    total, last, zero = 0, 0, False
    digit: int | None = None
    for part in _PARTS.findall(digits):
        if part in ("零", "〇"):
            if digit is not None or not total:
                return None
            zero = True
        elif part in _UNIT:
            unit = _UNIT[part]
            if (last and unit >= last) or (digit is None and unit != 10):
                return None
            total += (1 if digit is None else digit) * unit
            digit, last, zero = None, unit, False
        elif digit is not None or not (part in _DIGIT or part.isdigit()):
            return None
        else:
            digit = int(_DIGIT.get(part, part))
    if digit is None:
        return None if zero else total
    return total + digit * (last // 10 if last > 10 and not zero else 1)
