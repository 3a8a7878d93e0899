"""Passwords: what is good enough, and Argon2id over what is kept."""

from __future__ import annotations

from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from monitor.errors import BadInput

SHORTEST: Final = 12
LONGEST: Final = 256
"""Longer ones would only be work for the server."""


def check_strength(password: str, name: str) -> None:
    """Raise `BadInput` for a password that is too short, too long, too plain or the name."""
    if not SHORTEST <= len(password) <= LONGEST:
        message = f"a password has {SHORTEST} to {LONGEST} characters"
        raise BadInput("weak_password", message, field="password")
    plain = password.casefold()
    if len(set(plain)) < 5 or (name and name.casefold() in plain):
        message = "a password has five different characters and not the name"
        raise BadInput("weak_password", message, field="password")


class Hasher:
    """Argon2id with one lane: a sign-in takes one processor a fraction of a second."""

    def __init__(self, *, mib: int, passes: int) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=mib * 1024, parallelism=1)

    def hashed(self, password: str) -> str:
        """What is kept of a password."""
        return self._hasher.hash(_bytes(password))

    def matches(self, password: str, kept: str) -> bool:
        """Whether this is the password; the same work when nothing is kept."""
        if not kept:
            self._hasher.hash(_bytes(password))
            return False
        try:
            return self._hasher.verify(kept, _bytes(password))
        except (VerificationError, InvalidHashError):
            return False

    def outdated(self, kept: str) -> bool:
        """Whether the hash was made with other numbers than these."""
        return self._hasher.check_needs_rehash(kept)


def _bytes(password: str) -> bytes:
    return password.encode("utf8", "surrogatepass")
