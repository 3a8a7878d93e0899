"""Which channel of a recording or stream is which side of the call."""

from __future__ import annotations

import numpy as np

from monitor.audio.pcm import Block
from monitor.errors import BadInput
from monitor.types import Role, Samples

STEREO: tuple[Role, ...] = (Role.AGENT, Role.CUSTOMER)
"""The default: left is the agent, right the customer."""

MONO: tuple[Role, ...] = (Role.UNKNOWN,)
"""The default: one channel may hold both sides, so nobody is named."""


def default_roles(channels: int) -> tuple[Role, ...]:
    """Roles when nobody said which side is which; `channels` is 1 or 2."""
    return MONO if channels == 1 else STEREO


def parse_roles(text: str, channels: int) -> tuple[Role, ...]:
    """Roles from left to right, such as `agent,customer`, or one word for a mono track.

    Raises `BadInput` (code bad_roles) when a name is unknown, comes twice, or the number of
    names is not the number of channels.
    """
    names = [name.strip().lower() for name in text.split(",")]
    known = [role.value for role in Role]
    for name in names:
        if name not in known:
            message = f"unknown role {name[:40]!r}; say {', '.join(known)}"
            raise BadInput("bad_roles", message, field="roles")
    if len(names) != channels:
        message = f"{len(names)} roles for {channels} channel{'s' if channels > 1 else ''}"
        raise BadInput("bad_roles", message, field="roles")
    if len(set(names)) != len(names):
        raise BadInput("bad_roles", f"{names[0]} on both channels", field="roles")
    return tuple(Role(name) for name in names)


def split(block: Block, roles: tuple[Role, ...]) -> list[tuple[Role, Samples]]:
    """Each role's own samples; `block` has shape (n, len(roles))."""
    return [(role, np.ascontiguousarray(block[:, channel])) for channel, role in enumerate(roles)]
