"""G.711 mu-law and A-law, the two codecs of the telephone network, as tables of our own.

`audioop` left the standard library in Python 3.13. The tables follow ITU-T G.711: 8 bits stand
for 14 (mu-law) or 13 (A-law) bits, scaled here to the full int16 range.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from monitor.types import Samples

_MU_BIAS = 0x84
_MU_CLIP = 32_635
"""Largest magnitude whose biased value still fits 15 bits."""


def _mulaw_table() -> Samples:
    code = ~np.arange(256, dtype=np.int32) & 0xFF
    exponent = (code >> 4) & 7
    magnitude = ((((code & 0x0F) << 3) + _MU_BIAS) << exponent) - _MU_BIAS
    return np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)


def _alaw_table() -> Samples:
    code = np.arange(256, dtype=np.int32) ^ 0x55
    exponent = (code >> 4) & 7
    step = ((code & 0x0F) << 4) + 8
    magnitude = np.where(exponent == 0, step, (step + 0x100) << np.maximum(exponent - 1, 0))
    # in A-law a set sign bit means positive
    return np.where(code & 0x80, magnitude, -magnitude).astype(np.int16)


_MULAW = _mulaw_table()
_ALAW = _alaw_table()


def _codes(data: bytes) -> npt.NDArray[np.uint8]:
    return np.frombuffer(data, dtype=np.uint8)


def decode_mulaw(data: bytes) -> Samples:
    """One int16 sample per byte."""
    return _MULAW[_codes(data)]


def decode_alaw(data: bytes) -> Samples:
    """One int16 sample per byte."""
    return _ALAW[_codes(data)]


def encode_mulaw(samples: Samples) -> bytes:
    """One byte per int16 sample, the code the standard's encoder picks."""
    wide = samples.astype(np.int32)
    sign = np.where(wide < 0, 0x80, 0)
    magnitude = np.minimum(np.abs(wide), _MU_CLIP) + _MU_BIAS
    exponent = np.floor(np.log2(magnitude)).astype(np.int32) - 7
    mantissa = (magnitude >> (exponent + 3)) & 0x0F
    codes = ~(sign | (exponent << 4) | mantissa) & 0xFF
    return bytes(codes.astype(np.uint8))


def encode_alaw(samples: Samples) -> bytes:
    """One byte per int16 sample, the code the standard's encoder picks."""
    wide = samples.astype(np.int32) >> 3
    sign = np.where(wide >= 0, 0x80, 0)
    # the negative half is one step off zero: -1 and 0 share magnitude 0
    magnitude = np.where(wide >= 0, wide, -wide - 1)
    exponent = np.maximum(np.floor(np.log2(np.maximum(magnitude, 1))).astype(np.int32) - 4, 0)
    mantissa = (magnitude >> np.maximum(exponent, 1)) & 0x0F
    codes = (sign | (exponent << 4) | mantissa) ^ 0x55
    return bytes(codes.astype(np.uint8))
