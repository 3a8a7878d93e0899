"""Bech32 (BIP 173) without its length limit, the spelling of age keys."""

from __future__ import annotations

from monitor.errors import BadInput

_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECK = 6


def encode(prefix: str, data: bytes) -> str:
    """`prefix`, a 1, the data and a check sum, in lower case."""
    values = _regroup(list(data), 8, 5, pad=True)
    check = _polymod([*_spread(prefix), *values, *[0] * _CHECK]) ^ 1
    values += [(check >> 5 * (_CHECK - 1 - place)) & 31 for place in range(_CHECK)]
    return prefix + "1" + "".join(_ALPHABET[value] for value in values)


def decode(text: str, prefix: str) -> bytes:
    """The data; raises `BadInput` for a typing error, another prefix or mixed case."""
    lower = text.lower()
    begun, _, rest = lower.rpartition("1")
    known = text in (lower, text.upper()) and begun == prefix and set(rest) <= set(_ALPHABET)
    values = [_ALPHABET.index(char) for char in rest] if known else []
    if len(values) <= _CHECK or _polymod(_spread(prefix) + values) != 1:
        raise BadInput("bad_key", f"is not a key that begins with {prefix}1")
    return bytes(_regroup(values[:-_CHECK], 5, 8, pad=False))


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, term in enumerate(_GENERATOR):
            check ^= term if (top >> bit) & 1 else 0
    return check


def _spread(prefix: str) -> list[int]:
    return [ord(char) >> 5 for char in prefix] + [0] + [ord(char) & 31 for char in prefix]


def _regroup(values: list[int], have: int, want: int, *, pad: bool) -> list[int]:
    held = bits = 0
    made: list[int] = []
    for value in values:
        held = (held << have | value) & 0xFFF
        bits += have
        while bits >= want:
            bits -= want
            made.append(held >> bits & ((1 << want) - 1))
    if pad and bits:
        made.append(held << (want - bits) & ((1 << want) - 1))
    return made
