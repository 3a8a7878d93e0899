"""Grants to hear a recording: for some minutes, for one call and one session, and nothing alone."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from typing import Final

from monitor.errors import Refused

LASTS_S: Final = 300
"""A player that goes on for longer asks again."""

_FORM: Final = re.compile(r"(\d{1,15})\.([0-9a-f]{64})\Z")


class Grants:
    """Gives and checks them; a grant does not outlive the server. Nothing is kept."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def give(self, session: str, call: int, now: float) -> str:
        """A grant for the sound of this call, for whoever holds this session."""
        until = int(now) + LASTS_S
        return f"{until}.{self._mark(session, call, until)}"

    def check(self, session: str, call: int, grant: str, now: float) -> None:
        """Raise `Refused` unless it was given for this session and call, and is not over."""
        form = _FORM.match(grant)
        if form is None:
            raise Refused("no_grant", "ask for a grant to hear this call first")
        until = int(form[1])
        if not hmac.compare_digest(form[2], self._mark(session, call, until)):
            raise Refused("no_grant", "this grant is for another session or call")
        if now >= until:
            raise Refused("grant_over", "this grant is over: ask for another")

    def _mark(self, session: str, call: int, until: int) -> str:
        about = f"{session}\n{call}\n{until}".encode()
        return hmac.new(self._key, about, hashlib.sha256).hexdigest()
