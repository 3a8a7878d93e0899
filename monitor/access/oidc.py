"""An identity provider: where it sends people, and whether what it says of them is from it.

OpenID Connect Core, code flow with PKCE (RFC 7636, S256). Synchronous; every request has a limit.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

import jwt

from monitor import loopback
from monitor.clock import Clock
from monitor.errors import BadSetting, Refused, Unavailable
from monitor.settings import Oidc

ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA")
"""Signatures with a public key: never `none`, never a shared secret."""

_REQUEST_S: Final = 10.0
_ANSWER_BYTES: Final = 1 << 20
_LEEWAY_S: Final = 60.0
_FRESH_S: Final = 3600.0
"""What the provider says of itself is asked for again after this long."""
_ASK_AGAIN_S: Final = 10.0
"""Between two looks for a key that is not there: an unknown key costs no flood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One sign-in under way; the browser keeps it sealed."""

    state: str
    nonce: str
    verifier: str
    wall: float

    @property
    def challenge(self) -> str:
        """What the provider is shown of the verifier."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


class Provider:
    """Speaks with the provider of the settings. Safe to use from several threads."""

    def __init__(self, chosen: Oidc, clock: Clock) -> None:
        """Raises `BadSetting` for settings that cannot work or are not safe."""
        self.chosen = chosen
        self._clock = clock
        self._busy = threading.Lock()
        self._about: dict[str, Any] = {}
        self._about_at = float("-inf")
        self._keys: dict[str, jwt.PyJWK] = {}
        self._keys_at = float("-inf")
        for name in ("client_id", "redirect"):
            if not getattr(chosen, name):
                raise BadSetting("bad_value", "is needed with oidc.issuer", field=f"oidc.{name}")
        _safe(chosen.issuer, "oidc.issuer")
        _safe(chosen.redirect, "oidc.redirect")

    def address(self, attempt: Attempt) -> str:
        """Where the browser goes to sign in; raises `Unavailable`."""
        asked = {
            "response_type": "code",
            "client_id": self.chosen.client_id,
            "redirect_uri": self.chosen.redirect,
            "scope": " ".join(self.chosen.scopes),
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
        }
        base = self._endpoint("authorization_endpoint")
        return f"{base}{'&' if '?' in base else '?'}{urlencode(asked, quote_via=quote)}"

    def claims(self, code: str, attempt: Attempt) -> dict[str, Any]:
        """What the provider says of who came back with `code`.

        Raises `Refused` (oidc_refused, oidc_untrue) or `Unavailable`.
        """
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.chosen.redirect,
            "client_id": self.chosen.client_id,
            "code_verifier": attempt.verifier,
        }
        answer = self._post(self._endpoint("token_endpoint"), form)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise Refused("oidc_refused", "the identity provider gave no id_token")
        return self.read(token, attempt.nonce)

    def read(self, token: str, nonce: str) -> dict[str, Any]:
        """The claims of an ID token that is meant for us, here and now; raises `Refused`."""
        try:
            key = self._key(jwt.get_unverified_header(token))
            found: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=list(ALGORITHMS),
                audience=self.chosen.client_id,
                issuer=self._about["issuer"],
                leeway=_LEEWAY_S,
                options={"require": ["iss", "sub", "aud", "exp", "iat"]},
            )
        except jwt.PyJWTError as fault:
            raise Refused("oidc_untrue", f"the ID token does not hold: {fault}") from None
        several = isinstance(found["aud"], list) and len(found["aud"]) > 1
        if found.get("azp", None if several else self.chosen.client_id) != self.chosen.client_id:
            raise Refused("oidc_untrue", "the ID token was made for another client")
        if found.get("nonce") != nonce:
            raise Refused("oidc_untrue", "the ID token is not of this sign-in")
        return found

    def _key(self, header: dict[str, Any]) -> jwt.PyJWK:
        id_ = header.get("kid")
        now = self._clock.monotonic()
        with self._busy:
            known = self._known(id_)
            # a key that nobody knows may be the provider's new one; one without a name always
            if (known is None or id_ is None) and now - self._keys_at >= _ASK_AGAIN_S:
                self._keys, self._keys_at = self._fetch_keys(), now
                known = self._known(id_)
        if known is None:
            raise jwt.InvalidKeyError("signed with a key that the provider does not show")
        return known

    def _known(self, id_: object) -> jwt.PyJWK | None:
        if id_ is None:
            # allowed where there is but one
            return next(iter(self._keys.values())) if len(self._keys) == 1 else None
        return self._keys.get(str(id_))

    def _fetch_keys(self) -> dict[str, jwt.PyJWK]:
        shown = self._get(self._endpoint("jwks_uri")).get("keys", [])
        keys: dict[str, jwt.PyJWK] = {}
        for each in shown if isinstance(shown, list) else []:
            try:
                key = jwt.PyJWK(each)
            except jwt.PyJWTError:
                # a kind of key that is not ours to use
                continue
            if key.key_type in ("RSA", "EC", "OKP") and each.get("use", "sig") == "sig":
                keys[key.key_id or ""] = key
        return keys

    def _endpoint(self, name: str) -> str:
        now = self._clock.monotonic()
        if now - self._about_at >= _FRESH_S:
            known = self.chosen.issuer.rstrip("/")
            about = self._get(f"{known}/.well-known/openid-configuration")
            if str(about.get("issuer", "")).rstrip("/") != known:
                raise Unavailable("oidc_unavailable", f"{known} says it is another issuer")
            self._about, self._about_at = about, now
        found = self._about.get(name)
        if not isinstance(found, str) or urlsplit(found).scheme not in ("http", "https"):
            raise Unavailable("oidc_unavailable", f"the identity provider names no {name}")
        return found

    def _get(self, url: str) -> dict[str, Any]:
        return self._ask(urllib.request.Request(url, headers={"accept": "application/json"}))

    def _post(self, url: str, form: dict[str, str]) -> dict[str, Any]:
        headers = {"accept": "application/json"}
        if self.chosen.client_secret_file:
            pair = f"{quote(self.chosen.client_id, safe='')}:{quote(self._secret(), safe='')}"
            headers["authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        return self._ask(urllib.request.Request(url, urlencode(form).encode(), headers))

    def _secret(self) -> str:
        path = Path(self.chosen.client_secret_file)
        try:
            return path.read_text("utf8").strip()
        except (OSError, UnicodeDecodeError):
            raise Unavailable("oidc_unavailable", f"{path}: no client secret there") from None

    def _ask(self, request: urllib.request.Request) -> dict[str, Any]:
        where = urlsplit(request.full_url).netloc
        try:
            with urllib.request.urlopen(request, timeout=_REQUEST_S) as answer:
                found = json.loads(answer.read(_ANSWER_BYTES))
        except urllib.error.HTTPError as fault:
            with fault:
                if fault.code in (400, 401, 403):
                    raise Refused("oidc_refused", f"{where} answered {fault.code}") from None
                raise Unavailable("oidc_unavailable", f"{where} answered {fault.code}") from None
        except (OSError, ValueError, http.client.HTTPException) as fault:
            why = f"{where} cannot be asked: {type(fault).__name__}"
            raise Unavailable("oidc_unavailable", why) from None
        if not isinstance(found, dict):
            raise Unavailable("oidc_unavailable", f"{where} answered something else")
        return found


def _safe(url: str, field: str) -> None:
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in loopback.NAMES:
        raise BadSetting("bad_value", "must be https, unless it is this machine", field=field)
