"""Sessions: a cookie that stands for a token or an account, for a working day at most."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Final

from monitor.access.principal import Principal
from monitor.clock import Clock
from monitor.settings import Access
from monitor.store.sessions import SessionRow, SessionShelf

_SECRET_BYTES: Final = 32
_SEEN_EVERY_S: Final = 60.0
"""Being seen is written down this often, not with every request."""


class Sessions:
    """Begins, finds and ends sessions. Synchronous; a few milliseconds each."""

    def __init__(self, shelf: SessionShelf, limits: Access, clock: Clock) -> None:
        self._shelf = shelf
        self._limits = limits
        self._clock = clock

    def begin(self, holder: Principal) -> tuple[SessionRow, str]:
        """A new session: the row that is kept, and the cookie, which is not."""
        cookie = secrets.token_urlsafe(_SECRET_BYTES)
        now = self._clock.wall()
        row = SessionRow(
            id=secrets.token_hex(6),
            hash=_hash(cookie),
            kind=holder.kind,
            holder=holder.id,
            created_wall=now,
            seen_wall=now,
        )
        self._shelf.add(row, forget_before=now - self._limits.session_s)
        return row, cookie

    def find(self, cookie: str) -> SessionRow | None:
        """The session of the cookie if it is not over; counts as using it."""
        row = self._shelf.find(_hash(cookie))
        if row is None or not self._alive(row):
            return None
        now = self._clock.wall()
        if now - row.seen_wall > _SEEN_EVERY_S:
            self._shelf.seen(row.id, now)
        return row

    def still_on(self, id_: str) -> bool:
        """Whether the session with this id is not over."""
        row = self._shelf.by_id(id_)
        return row is not None and self._alive(row)

    def use(self, id_: str) -> None:
        """An open socket uses its session."""
        self._shelf.seen(id_, self._clock.wall())

    def end(self, id_: str) -> None:
        """Over, at once."""
        self._shelf.end(id_)

    def _alive(self, row: SessionRow) -> bool:
        now = self._clock.wall()
        rested_s, lived_s = now - row.seen_wall, now - row.created_wall
        return rested_s < self._limits.session_idle_s and lived_s < self._limits.session_s


def csrf_of(cookie: str) -> str:
    """What a page must repeat in `X-CSRF-Token`: it follows from the cookie, which no other
    page can read."""
    return hashlib.sha256(b"csrf\0" + cookie.encode("utf8", "surrogatepass")).hexdigest()[:40]


def csrf_good(cookie: str, given: str | None) -> bool:
    """Whether the header belongs to the cookie."""
    return given is not None and hmac.compare_digest(
        csrf_of(cookie).encode(), given.encode("utf8", "surrogatepass")
    )


def _hash(cookie: str) -> str:
    return hashlib.sha256(cookie.encode("utf8", "surrogatepass")).hexdigest()
