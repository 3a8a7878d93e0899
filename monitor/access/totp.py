"""Codes of an authenticator app (RFC 6238: six digits, thirty seconds)."""

from __future__ import annotations

from typing import Final

import pyotp

STEP_S: Final = 30
ISSUER: Final = "Call compliance monitor"


def new_secret() -> str:
    """160 random bits, base32."""
    return pyotp.random_base32()


def address(secret: str, name: str) -> str:
    """The `otpauth:` text that apps read, as a picture or by hand."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def step_of(secret: str, code: str, wall: float) -> int | None:
    """The time step the code is for, at most one away from `wall`; None for a wrong code."""
    if not (code.isascii() and code.isdigit() and len(code) == 6):
        return None
    generator = pyotp.TOTP(secret)
    now = int(wall) // STEP_S
    found = [
        step
        for step in (now - 1, now, now + 1)
        if pyotp.utils.strings_equal(generator.at(step * STEP_S), code)
    ]
    return found[0] if found else None
