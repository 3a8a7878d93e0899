"""A recording as 16 kHz sound of each role."""

from __future__ import annotations

import numpy as np

from monitor.audio.channels import default_roles, split
from monitor.audio.resample import Resampler
from monitor.audio.source import AudioSource
from monitor.types import Role, Samples


def by_role(source: AudioSource) -> dict[Role, Samples]:
    """All of it, in memory."""
    roles = default_roles(source.channels)
    resamplers = {role: Resampler(source.rate) for role in roles}
    parts: dict[Role, list[Samples]] = {role: [] for role in roles}
    for block in source.blocks():
        for role, samples in split(block, roles):
            parts[role].append(resamplers[role].feed(samples))
    return {
        role: np.concatenate([*found, resamplers[role].flush()]) for role, found in parts.items()
    }
