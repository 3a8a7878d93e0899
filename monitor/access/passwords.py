"""Passwords: what is good enough, and Argon2id over what is kept."""

from __future__ import annotations

from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from monitor.errors import BadInput

SHORTEST: Final = 12
LONGEST: Final = 256
"""Longer ones would only be work for the server."""

_hasher: Final = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=1)
"""RFC 9106, second recommended option (64 MiB, three passes), with one lane for a small machine."""

_DUMMY: Final = (
    "$argon2id$v=19$m=65536,t=3,p=1$bW9uaXRvciBkdW1teSBzYWx0$"
    "YJdCwHZLSiWb1x3mCzF8Uy1OsbKx4q+FcbeT5p0iMb4"
)


def check_strength(password: str, name: str) -> None:
    """Raise `BadInput` for a password that is too short, too long, too plain or the name."""
    if not SHORTEST <= len(password) <= LONGEST:
        message = f"a password has {SHORTEST} to {LONGEST} characters"
        raise BadInput("weak_password", message, field="password")
    plain = password.casefold()
    if len(set(plain)) < 5 or (name and name.casefold() in plain):
        message = "a password has five different characters and not the name"
        raise BadInput("weak_password", message, field="password")


def hashed(password: str) -> str:
    """What is kept of a password. Takes about a tenth of a second and 64 MiB."""
    return _hasher.hash(password.encode("utf8", "surrogatepass"))


def matches(password: str, kept: str) -> bool:
    """Whether this is the password; the same work when nothing is kept."""
    try:
        return _hasher.verify(kept or _DUMMY, password.encode("utf8", "surrogatepass"))
    except (VerificationError, InvalidHashError):
        return False


def outdated(kept: str) -> bool:
    """Whether the hash was made with weaker numbers than today's."""
    return _hasher.check_needs_rehash(kept)
