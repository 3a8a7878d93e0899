"""Who asks: from a token in a header or a hello, or from the cookie of a session."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from monitor.access.accounts import Accounts
from monitor.access.principal import NEEDS_TEAM, ROLES, Principal
from monitor.access.principal import Role as TokenRole
from monitor.access.sessions import Sessions, csrf_good
from monitor.clock import Clock
from monitor.errors import Refused
from monitor.store.columns import NAME_CHARS
from monitor.store.tokens import TokenRow, TokenShelf

__all__ = ["NEEDS_TEAM", "ROLES", "Doorkeeper", "Principal", "TokenRole", "bearer", "make_token"]

COOKIE = "monitor_session"
DEMO_TEAM = "demo"
FIRST_NAME = "首次使用"
CSRF_HEADER = "x-csrf-token"

URL_KEYS = ("token", "access_token", "authorization", "auth", "api_key", "key")
"""Query keys under which clients try to send a token; addresses end up in logs."""

_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")

_SECRET_BYTES = 24
"""192 bits: no dictionary reaches that, so a plain hash at rest is enough."""


def make_token(
    role: str, clock: Clock, *, team: str = "", agent: str = "", name: str = ""
) -> tuple[TokenRow, str]:
    """A new token: the row to keep, and the token itself, which is kept nowhere.

    Raises `Refused` when the role is unknown or lacks its team or agent.
    """
    if role not in ROLES:
        raise Refused("unknown_role", f"unknown role {role}; known: {', '.join(ROLES)}")
    if role in NEEDS_TEAM and not team:
        raise Refused("no_team", f"a token of role {role} needs a team")
    if (role == "agent") != bool(agent):
        raise Refused("no_agent", "a token of role agent needs an agent, others have none")
    if max(map(len, (team, agent, name))) > NAME_CHARS:
        raise Refused("too_long", f"team, agent and name have at most {NAME_CHARS} characters")
    id_, secret = secrets.token_hex(6), secrets.token_urlsafe(_SECRET_BYTES)
    row = TokenRow(
        id=id_,
        hash=_hash(secret),
        role=role,
        team=team,
        agent=agent,
        name=name,
        created_wall=clock.wall(),
    )
    return row, f"cm_{id_}_{secret}"


def bearer(headers: Mapping[str, str]) -> str | None:
    """The token of an `Authorization: Bearer` header."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def token_in_query(query: Mapping[str, str]) -> bool:
    """Whether somebody put a token into the address."""
    return any(key.lower() in URL_KEYS or "cm_" in query[key] for key in query)


def own_origin(connection: HTTPConnection, allowed: tuple[str, ...]) -> bool:
    """Whether a page of ours, or an allowed one, asks. A request without `Origin` is no page."""
    origin = connection.headers.get("origin")
    if origin is None:
        return False
    parts = urlsplit(origin)
    host = connection.headers.get("host", "")
    ours = parts.scheme in ("http", "https") and bool(host) and parts.netloc == host
    return ours or origin in allowed


@dataclass(frozen=True, slots=True)
class Given:
    """What a request or a hello brought to say who it is."""

    token: str | None = None
    cookie: str | None = None


class Doorkeeper:
    """Knows who holds a token or a session, and hears when somebody's rights change."""

    def __init__(self, tokens: TokenShelf, accounts: Accounts, sessions: Sessions) -> None:
        self.accounts = accounts
        self.sessions = sessions
        self._tokens = tokens
        self._changed = asyncio.Event()

    async def admit(self, token: str) -> Principal:
        """The holder of `token`; raises `Refused` without saying what is wrong with it."""
        row = await asyncio.to_thread(self._check, token)
        if row is None:
            raise Refused("unknown_token", "this token is unknown or was taken back")
        return _of_token(row)

    async def resume(self, cookie: str) -> Principal:
        """The holder of a session's cookie; raises `Refused`."""
        who = await asyncio.to_thread(self._resume, cookie)
        if who is None:
            raise Refused("no_session", "the session is over: sign in again")
        return who

    async def identify(self, given: Given) -> Principal:
        """Who it is, by token if there is one, else by cookie; raises `Refused`."""
        if given.token is not None:
            return await self.admit(given.token)
        if given.cookie is not None:
            return await self.resume(given.cookie)
        raise Refused("no_token", "sign in, or send Authorization: Bearer with a token")

    async def of_request(self, connection: HTTPConnection) -> Principal:
        """Who sent a request; raises `Refused`.

        A cookie alone changes nothing: the page must show that it can read the session.
        """
        given = Given(bearer(connection.headers), connection.cookies.get(COOKIE))
        who = await self.identify(given)
        if who.session and connection.scope["method"] not in _SAFE_METHODS:
            assert given.cookie is not None
            if not csrf_good(given.cookie, connection.headers.get(CSRF_HEADER)):
                message = "send the session's csrf value in the X-CSRF-Token header"
                raise Refused("bad_csrf", message)
        return who

    def first_use(self, clock: Clock) -> Principal:
        """Somebody who is to see the demo; the token behind it is known to nobody."""
        row, _ = make_token("supervisor", clock, team=DEMO_TEAM, name=FIRST_NAME)
        self._tokens.add(row)
        return _of_token(row)

    async def still_good(self, who: Principal) -> bool:
        """Whether the holder is who it was: nothing taken back, disabled, ended or changed."""
        return await asyncio.to_thread(self._still_good, who)

    async def news(self, within_s: float) -> None:
        """Wait until somebody's rights may have changed, at most so long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._changed.wait()

    def tell(self) -> None:
        """Somebody's rights may have changed: open sockets look again."""
        before, self._changed = self._changed, asyncio.Event()
        before.set()

    async def watch(self, every_s: float) -> None:
        """Tell of changes that other processes made, for ever."""
        version = await asyncio.to_thread(self.accounts.file_version)
        while True:
            await asyncio.sleep(every_s)
            found = await asyncio.to_thread(self.accounts.file_version)
            if found != version:
                version = found
                self.tell()

    def _check(self, token: str) -> TokenRow | None:
        prefix, _, rest = token.partition("_")
        id_, _, secret = rest.partition("_")
        row = self._tokens.find(id_) if prefix == "cm" and id_.isascii() else None
        # the same work for an unknown id, so that time tells nothing
        same = hmac.compare_digest(_hash(secret), "" if row is None else row.hash)
        return row if row is not None and same and row.revoked_wall is None else None

    def _resume(self, cookie: str) -> Principal | None:
        row = self.sessions.find(cookie)
        return None if row is None else self._holder(row.kind, row.holder, row.id)

    def _holder(self, kind: str, id_: str, session: str) -> Principal | None:
        if kind == "user":
            return self.accounts.principal(id_, session)
        row = self._tokens.find(id_)
        if row is None or row.revoked_wall is not None:
            return None
        return _of_token(row, session)

    def _still_good(self, who: Principal) -> bool:
        if who.session and not self.sessions.still_on(who.session):
            return False
        return self._holder(who.kind, who.id, who.session) == who


def _of_token(row: TokenRow, session: str = "") -> Principal:
    return Principal(
        id=row.id,
        role=row.role,
        teams=(row.team,) if row.team else (),
        agent=row.agent,
        name=row.name,
        session=session,
    )


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf8", "surrogatepass")).hexdigest()
