"""The file of the format page, made again; `python -m tests.evidence.vector` prints it."""

from __future__ import annotations

import textwrap

import msgspec

from monitor.evidence.format import (
    ALL_CHANNELS,
    About,
    End,
    Head,
    Kind,
    encode_head,
    encode_record,
    samples_payload,
)
from monitor.evidence.seals import SegmentSeal

DATA_KEY = bytes(range(32))
SALT = bytes(range(64, 88))
SOUND = (1, -2, 300, -400)


def content() -> bytes:
    head = Head(
        file="00112233445566778899aabbccddeeff",
        made=1_795_305_600,
        kek="0123456789abcdef",
        dek=bytes(60),
        salt=SALT,
    )
    seal = SegmentSeal.of(DATA_KEY, SALT)
    raw = encode_head(head, seal)
    about = About(
        team="south",
        call="c1",
        take="t1",
        segment=0,
        rate=8000,
        roles=("agent",),
        began_wall=1_795_305_600.0,
    )
    sound = b"".join(sample.to_bytes(2, "little", signed=True) for sample in SOUND)
    end = End(reason="hangup", received=(4,), recorded=(4,))
    bound = seal.bound_to(raw)
    records = [
        (Kind.ABOUT, 0, 0, msgspec.json.encode(about)),
        (Kind.AUDIO, 0, 0, sound),
        (Kind.GAP, ALL_CHANNELS, 4, samples_payload(80)),
        (Kind.END, 0, 0, msgspec.json.encode(end)),
    ]
    return raw + b"".join(
        encode_record(bound, index, *record) for index, record in enumerate(records)
    )


def text() -> str:
    return "\n".join(textwrap.wrap(content().hex(), 100))


if __name__ == "__main__":
    print(text())
