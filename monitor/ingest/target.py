"""Where a source sends to, and the token it shows."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from monitor.errors import BadSetting

TOKEN_VARIABLE = "MONITOR_TOKEN"

_SECRET_NAMES = ("token", "access_token", "authorization", "key", "api_key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A checked address. The token is not in the representation, so that no log shows it."""

    url: str
    token: str | None = field(default=None, repr=False)

    @property
    def loopback(self) -> bool:
        """Whether the address is this machine."""
        host = urlsplit(self.url).hostname or ""
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return host == "localhost"

    @property
    def exposes_token(self) -> bool:
        """Whether the token would cross a network in clear."""
        return bool(self.token) and self.url.startswith("ws://") and not self.loopback


def read_target(url: str, token_file: Path | None = None) -> Target:
    """The address `url` with the token of `token_file`, else of the environment, else none.

    Raises `BadSetting` for an address that is not ws:// or wss://, or that carries a secret.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as fault:
        raise BadSetting("bad_url", f"not an address: {fault}", field="--to") from None
    if parts.scheme not in ("ws", "wss") or not host:
        raise BadSetting("bad_url", f"expected ws://HOST or wss://HOST, got {url!r}", field="--to")
    secret = parts.username or parts.password
    if secret or any(name.lower() in _SECRET_NAMES for name in parse_qs(parts.query)):
        message = f"addresses end up in logs: give the token by --token-file or {TOKEN_VARIABLE}"
        raise BadSetting("token_in_url", message, field="--to")
    return Target(url=url, token=_token(token_file))


def unreachable(fault: OSError) -> str:
    """Why a server was not reached, in words for people."""
    if isinstance(fault, ConnectionRefusedError) or "Connect call failed" in str(fault):
        return "no server listens there (`monitor serve` runs one)"
    return fault.strerror or str(fault) or type(fault).__name__


def _token(token_file: Path | None) -> str | None:
    where = TOKEN_VARIABLE
    token = os.environ.get(TOKEN_VARIABLE)
    if token_file is not None:
        where = str(token_file)
        try:
            token = token_file.read_text("ascii")
        except OSError as fault:
            reason = (fault.strerror or "cannot be read").lower()
            raise BadSetting("bad_token", reason, file=where) from None
        except UnicodeDecodeError:
            raise BadSetting("bad_token", "a token is plain ASCII", file=where) from None
    if token is None:
        return None
    token = token.strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise BadSetting("bad_token", "holds no token (one word of ASCII)", file=where)
    return token
