"""Tokens, who holds them, and what each role may do. What is not allowed here is refused."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from monitor.clock import Clock
from monitor.errors import Refused
from monitor.store.tables import NAME_CHARS
from monitor.store.tokens import TokenRow, TokenShelf

TokenRole = Literal["supervisor", "agent", "qa", "ingest", "admin"]
ROLES: tuple[str, ...] = get_args(TokenRole)

NEEDS_TEAM = ("supervisor", "agent", "ingest")

URL_KEYS = ("token", "access_token", "authorization", "auth", "api_key", "key")
"""Query keys under which clients try to send a token; addresses end up in logs."""

_SECRET_BYTES = 24
"""192 bits: no dictionary reaches that, so a plain hash at rest is enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """The holder of a good token."""

    id: str
    role: str
    team: str
    agent: str

    @property
    def may_watch_alerts(self) -> bool:
        """Subscribe to the alerts of its own team."""
        return self.role == "supervisor"

    @property
    def may_send_calls(self) -> bool:
        """Bring calls of its own team."""
        return self.role == "ingest"

    @property
    def may_read_metrics(self) -> bool:
        """Read the numbers of the server, which hold no content."""
        return self.role == "admin"

    def may_see_agent(self, agent: str) -> bool:
        """See the prompts of this agent of its own team."""
        return self.role == "supervisor" or (self.role == "agent" and self.agent == agent)

    def reads(self, team: str | None) -> str | None:
        """The team whose record it may read when it asks for `team`; None means all of them.

        A supervisor reads its own team; a QA token the team it names, or all when it names none.
        Raises `Refused` for the others.
        """
        if self.role not in ("supervisor", "qa"):
            raise Refused("wrong_role", f"a token of role {self.role} reads no records")
        if not self.team:
            return team
        if team is not None and team != self.team:
            raise Refused("wrong_team", "this token is for another team")
        return self.team


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


class Doorkeeper:
    """Knows who holds a token."""

    def __init__(self, shelf: TokenShelf) -> None:
        self._shelf = shelf

    async def admit(self, token: str) -> Principal:
        """The holder of `token`; raises `Refused` without saying what is wrong with it."""
        row = await asyncio.to_thread(self._check, token)
        if row is None:
            raise Refused("unknown_token", "this token is unknown or was taken back")
        return Principal(id=row.id, role=row.role, team=row.team, agent=row.agent)

    async def still_good(self, principal: Principal) -> bool:
        """Whether the token has not been taken back since."""
        row = await asyncio.to_thread(self._shelf.find, principal.id)
        return row is not None and row.revoked_wall is None

    def _check(self, token: str) -> TokenRow | None:
        prefix, _, rest = token.partition("_")
        id_, _, secret = rest.partition("_")
        row = self._shelf.find(id_) if prefix == "cm" and id_.isascii() else None
        # the same work for an unknown id, so that time tells nothing
        same = hmac.compare_digest(_hash(secret), "" if row is None else row.hash)
        return row if row is not None and same and row.revoked_wall is None else None


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf8", "surrogatepass")).hexdigest()
