"""One character at a time: width, case and script made one, what is not speech marked.

The table is a dictionary for `str.translate` that fills itself, so a text costs one C call.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Final

import opencc

DROPPED: Final = "\x00"
"""Stands for what is never spoken: space, emoji, marks, half a surrogate pair."""
BREAK: Final = "\x01"
"""Stands for punctuation that ends a clause."""
WIDE: Final = "\x02"
"""Stands for a character that becomes several; `spell` gives them."""
POINT: Final = "."
"""Kept between digits, otherwise a BREAK."""

_CLAUSE_ENDS: Final = frozenset(",.!?;:，。！？；：…—\n\r\u2028\u2029｡､﹐﹒﹔﹕﹖﹗")
_SPOKEN_MARKS: Final = frozenset("%‰")
_DROPPED_KINDS: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me"})


@cache
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def _same(character: str) -> str:
    """Compatibility form, lower case, simplified; applied until nothing changes."""
    for _ in range(4):
        after = unicodedata.normalize("NFKC", character).casefold()
        after = "".join(part for part in after if _spoken(part))
        after = _simplifier().convert(after) if after else ""
        if after == character:
            break
        character = after
    return character


def _spoken(character: str) -> bool:
    if character in _SPOKEN_MARKS:
        return True
    kind = unicodedata.category(character)
    return kind not in _DROPPED_KINDS and kind[0] not in "PSZ"


@cache
def spell(character: str) -> str:
    """The folded form of one character: usually one, seldom several ("㎏"), or none."""
    if character in _SPOKEN_MARKS:
        return character
    if not unicodedata.normalize("NFKC", character).isascii() and not _spoken(character):
        return ""
    return _same(character)


class _Table(dict[int, str]):
    """For `str.translate`: every entry is one character, so positions stay."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if character in _CLAUSE_ENDS or unicodedata.normalize("NFKC", character) in _CLAUSE_ENDS:
            entry = POINT if character in ".．" else BREAK
        else:
            folded = spell(character)
            entry = DROPPED if not folded else folded if len(folded) == 1 else WIDE
        self[code] = entry
        return entry


TABLE: Final[dict[int, str]] = _Table()
"""Code point to one folded character or one of the marks above."""


@cache
def clean() -> re.Pattern[str]:
    """Finds the first character that folding changes or drops; most characters are left alone."""
    han = [chr(code) for code in range(0x4E00, 0xA000)]
    simplified = _simplifier().convert("\n".join(han)).split("\n")
    same = [a for a, b in zip(han, simplified, strict=True) if a == b]
    return re.compile(f"[^a-z0-9{''.join(same)}]")
