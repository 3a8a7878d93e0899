"""The first start: a one-time code on the terminal instead of a password that everybody knows."""

from __future__ import annotations

import hmac
import secrets
from typing import Final

from monitor.clock import Clock

GOOD_FOR_S: Final = 600.0
TRIES: Final = 5
_DIGITS: Final = 6


class FirstCode:
    """Six digits, good once, for ten minutes and five wrong tries."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until = clock.monotonic() + GOOD_FOR_S
        self._tries = TRIES
        self.digits: str | None = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}}"
        """None once it is used up."""

    @property
    def good(self) -> bool:
        """Whether the right digits would be taken now."""
        return self.digits is not None and self._clock.monotonic() < self._until

    def take(self, given: str) -> bool:
        """Use the code up if these are its digits; a wrong try counts."""
        if self.digits is None or not self.good:
            return False
        right = hmac.compare_digest(self.digits.encode(), given.encode("utf8", "surrogatepass"))
        self._tries -= 1
        if right or not self._tries:
            self.digits = None
        return right
