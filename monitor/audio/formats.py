"""Opens a recording by what it holds; the name of the file only helps to word the error."""

from __future__ import annotations

import stat
from pathlib import Path

from monitor.audio.source import AudioSource, bad
from monitor.audio.wav import open_wav
from monitor.errors import BadAudio

KINDS = "WAV, FLAC, OGG, MP3, M4A, AAC or AMR"

_SNIFF_BYTES = 16


def open_audio(path: Path | str) -> AudioSource:
    """An open recording: WAV, FLAC, OGG, MP3, M4A, AAC or AMR, mono or stereo, 8 to 48 kHz.

    Raises `BadAudio` with one line that names the file and the fault.
    """
    path = Path(path)
    head = _head(path)
    kind = sniff(head)
    if kind == "wav":
        return open_wav(path)
    if kind is None:
        raise bad(path, "not_audio", _not_audio(path, head))
    # FFmpeg's libraries take a tenth of a second to load, and WAV does not need them
    from monitor.audio.compressed import open_av, open_sndfile

    if kind == "flac":
        return open_sndfile(path)
    if kind == "ogg":
        try:
            return open_sndfile(path)
        except BadAudio as fault:
            # libsndfile looks for the end first and gives up on a file that was cut off
            if fault.code != "undecodable":
                raise
            return open_av(path, "ogg")
    return open_av(path, kind)


def sniff(head: bytes) -> str | None:
    """The kind of a recording from its first 16 bytes; other than wav, FFmpeg's name for it."""
    if head[:4] in (b"RIFF", b"RF64", b"BW64") and head[8:12] == b"WAVE":
        return "wav"
    for magic, kind in ((b"fLaC", "flac"), (b"OggS", "ogg"), (b"#!AMR", "amr"), (b"ID3", "mp3")):
        if head.startswith(magic):
            return kind
    if head[4:8] == b"ftyp":
        return "mov"
    if len(head) >= 2 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        # eleven bits of sync start both; the layer bits are zero in AAC and never in MP3
        return "aac" if head[1] & 0x16 == 0x10 else "mp3" if head[1] & 0x06 else None
    return None


def _head(path: Path) -> bytes:
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise bad(path, "not_a_file", "is a folder")
        if not stat.S_ISREG(mode):
            raise bad(path, "not_a_file", "is not a regular file")
        with path.open("rb") as file:
            head = file.read(_SNIFF_BYTES)
    except FileNotFoundError:
        raise bad(path, "no_such_file", "no such file") from None
    except (OSError, ValueError) as fault:
        reason = (getattr(fault, "strerror", None) or str(fault)).lower()
        raise bad(path, "unreadable", f"cannot be opened: {reason}") from None
    if not head:
        raise bad(path, "empty", "is empty (0 bytes)")
    return head


def _not_audio(path: Path, head: bytes) -> str:
    kind = path.suffix.lstrip(".").upper()
    claimed = f"is not a {kind} recording" if kind in KINDS else f"is not a {KINDS} recording"
    # the last character may be cut, so its bytes are let go
    text = head.decode("utf-8-sig", "ignore")
    if (
        len(text.encode()) >= len(head) - 6
        and text.replace("\n", "").replace("\r", "").isprintable()
    ):
        return f"{claimed}: it holds text"
    return f"{claimed}: it starts with the bytes {head[:8].hex(' ')}"
