"""`/api/oidc/start` and `/api/oidc/callback`: a browser signs in at the identity provider."""

from __future__ import annotations

import asyncio
import hmac
import secrets
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

import msgspec
import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from monitor import loopback
from monitor.access.accounts import Accounts
from monitor.access.oidc import Attempt, Provider
from monitor.access.oidc_people import People
from monitor.access.principal import Principal
from monitor.clock import Clock
from monitor.errors import MonitorError, Refused
from monitor.settings import Settings
from monitor.web.sessions import peer, set_cookie
from monitor.web.state import State, state_of

logger = structlog.get_logger()

COOKIE: Final = "monitor_oidc"
PATH: Final = "/api/oidc"
GOOD_FOR_S: Final = 600.0
_NONCE_BYTES: Final = 12


@dataclass(frozen=True, slots=True)
class Door:
    """The provider, the people it lets in, and the key of sign-ins under way."""

    provider: Provider
    people: People
    cipher: AESGCM

    def sealed(self, attempt: Attempt) -> str:
        """For the browser to keep until it comes back."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        plain = msgspec.json.encode(attempt)
        return (nonce + self.cipher.encrypt(nonce, plain, b"oidc")).hex()

    def opened(self, cookie: str, state: str, wall: float) -> Attempt:
        """The sign-in that this browser began; raises `Refused` (oidc_expired)."""
        try:
            raw = bytes.fromhex(cookie)
            plain = self.cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], b"oidc")
            attempt = msgspec.json.decode(plain, type=Attempt)
        except (InvalidTag, ValueError):
            raise Refused("oidc_expired", "this browser began no sign-in here") from None
        if wall - attempt.wall > GOOD_FOR_S:
            raise Refused("oidc_expired", "the sign-in took too long")
        if not hmac.compare_digest(state.encode("utf8", "replace"), attempt.state.encode()):
            raise Refused("oidc_expired", "the answer is not of the sign-in this browser began")
        return attempt


def open_door(settings: Settings, accounts: Accounts, clock: Clock) -> Door | None:
    """None when nobody signs in with a provider; raises `BadSetting`."""
    if not settings.oidc.issuer:
        return None
    return Door(
        Provider(settings.oidc, clock),
        People(settings.oidc, accounts),
        AESGCM(AESGCM.generate_key(256)),
    )


async def start(request: Request) -> Response:
    """`GET`: off to the provider."""
    state = state_of(request)
    door = _door(state)
    if not state.tries.take(peer(request)):
        raise HTTPException(429, "too_many_tries: wait a minute")
    attempt = Attempt(
        state=secrets.token_urlsafe(24),
        nonce=secrets.token_urlsafe(24),
        verifier=secrets.token_urlsafe(48),
        wall=state.clock.wall(),
    )
    try:
        address = await asyncio.to_thread(door.provider.address, attempt)
    except MonitorError as fault:
        return _failed(state, request, fault)
    answer = RedirectResponse(address, status_code=303)
    # Lax: it has to come along when the provider sends the browser back
    answer.set_cookie(
        COOKIE,
        door.sealed(attempt),
        max_age=round(GOOD_FOR_S),
        path=PATH,
        httponly=True,
        samesite="lax",
        secure=request.url.hostname not in loopback.NAMES,
    )
    return answer


async def callback(request: Request) -> Response:
    """`GET`: back from the provider; a session begins, or the page is told why not."""
    state = state_of(request)
    door = _door(state)
    try:
        who = await _who(request, state, door)
        await state.audit.note(who.label, "session.begin", who.role, peer=peer(request), by="oidc")
        # rights that changed with this sign-in end older sessions and their sockets now
        state.door.tell()
        _, cookie = await asyncio.to_thread(state.door.sessions.begin, who)
    except MonitorError as fault:
        return _failed(state, request, fault)
    answer = RedirectResponse("/", status_code=303)
    set_cookie(request, answer, cookie, max_age_s=round(state.settings.access.session_s))
    answer.delete_cookie(COOKIE, path=PATH)
    return answer


async def _who(request: Request, state: State, door: Door) -> Principal:
    given = request.query_params
    attempt = door.opened(
        request.cookies.get(COOKIE, ""), given.get("state", ""), state.clock.wall()
    )
    if "error" in given or not given.get("code"):
        raise Refused("oidc_refused", f"the provider says {given.get('error', 'nothing')[:64]}")
    claims = await asyncio.to_thread(door.provider.claims, given["code"], attempt)
    return await asyncio.to_thread(door.people.admit, claims)


def _door(state: State) -> Door:
    if state.oidc is None:
        raise HTTPException(401, "no_oidc: nobody signs in with an identity provider here")
    return state.oidc


def _failed(state: State, request: Request, fault: MonitorError) -> Response:
    logger.warning("nobody was signed in", code=fault.code, why=fault.message)
    state.audit.jot(
        "nobody", "session.begin", outcome="refused", code=fault.code, peer=peer(request), by="oidc"
    )
    answer = RedirectResponse(f"/?sign_in={quote(fault.code)}", status_code=303)
    answer.delete_cookie(COOKIE, path=PATH)
    return answer
