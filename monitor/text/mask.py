"""Hides the numbers that name a person: telephone, identity card, bank card; also when spoken."""

from __future__ import annotations

import re
from typing import Final

_SPOKEN: Final = "零〇幺一二两三四五六七八九"

_NUMBER: Final = re.compile(
    r"(?<![0-9A-Za-z])(?:\+?86[- ]?)?(?:[0-9][- ]?){6,18}[0-9Xx](?![0-9A-Za-z])"
    rf"|[{_SPOKEN}]{{7,19}}"
)

_MASK: Final = "****"


def mask(text: str) -> str:
    """The text with each number of 7 to 19 digits shortened: 138****1234."""
    return _NUMBER.sub(lambda found: _short(found.group()), text)


def _short(number: str) -> str:
    digits = [one for one in number if one not in "+- "]
    head = 3 if len(digits) >= 11 else 1
    tail = 4 if len(digits) >= 11 else 2
    return "".join(digits[:head]) + _MASK + "".join(digits[-tail:])
