"""`/ingest/l16`: one call on one WebSocket, JSON registration first, then bare 16-bit samples.

This is what FreeSWITCH's mod_audio_fork and mod_audio_stream send, and the protocol of
`monitor send`. Text messages: the registration (see `metadata`), then any of

- `{"type":"pause"}`, `{"type":"resume"}`: between them nothing is kept;
- `{"type":"gap","samples":1600}`: the source lost that many samples of each role;
- `END`, `{"type":"end","reason":"hangup"}` or `{"callEvent":"END"}`: the call is over.

Any other JSON object with a `type` or an `event` is a message of some switch: noted, not obeyed.
Binary messages: little-endian int16, left before right, cut anywhere.
"""

from __future__ import annotations

from typing import Any

from monitor.audio.channels import split
from monitor.audio.notice import Notice
from monitor.audio.pcm import ByteJoiner
from monitor.errors import BadMessage
from monitor.ingest.facts import (
    AudioChunk,
    CallBegan,
    CallFinished,
    Gap,
    IngestEvent,
    Paused,
    Resumed,
)
from monitor.ingest.limits import MAX_AUDIO_BYTES, MAX_FIELD_CHARS, MAX_GAP_S
from monitor.ingest.metadata import SPELLINGS, own_names, read_registration
from monitor.ingest.riff import HeaderStripper, StreamShape
from monitor.ingest.strict_json import decode, unknown_field

CLOSED = "connection_closed"
"""Reason of a call whose source went away without a word."""

HANGUP = "hangup"
"""Reason when the source gives none."""

_CONTROLS: dict[str, tuple[str, ...]] = {
    "end": ("type", "call", "reason"),
    "pause": ("type", "call"),
    "resume": ("type", "call"),
    "gap": ("type", "call", "samples"),
}

_CALL_SPELLINGS = frozenset(SPELLINGS["call"])


class L16Decoder:
    """Bytes of the wire to facts; no I/O, no clock.

    `text` and `binary` take one message and either return all its events or raise `BadMessage`
    and take nothing of it: whatever was returned before stays valid. After an error, and in any
    case when the connection ends, call `close`, which still gives the end of the call.

    Codes of `BadMessage`: frame_too_large, audio_before_metadata, second_metadata, after_end,
    not_a_start, wrong_call, not_l16, bad_wav_header, wav_header_mismatch, and those of
    `strict_json.decode` and `metadata.read_registration`.
    """

    def __init__(self) -> None:
        self._stream: _Stream | None = None
        self._call = ""
        self._finished = False
        self._unknown = 0

    @property
    def position(self) -> int:
        """Samples of each role so far, at the rate of the wire: the media time of the call."""
        return self._stream.position if self._stream else 0

    def text(self, message: str) -> list[IngestEvent]:
        """Take one text message."""
        if self._finished:
            raise BadMessage("after_end", "a message after the end of the call")
        if self._stream is not None and message.strip() == "END":
            return self._finish(HANGUP)
        fields = decode(message)
        if not isinstance(fields, dict):
            raise BadMessage("bad_json", "expected a JSON object")
        if self._stream is not None:
            return self._control(fields, self._stream)
        began = read_registration(fields)
        self._stream = _Stream(began)
        self._call = began.call.call
        return [began]

    def binary(self, message: bytes) -> list[IngestEvent]:
        """Take one binary message; empty ones are allowed."""
        if len(message) > MAX_AUDIO_BYTES:
            text = f"{len(message)} bytes of sound in one message; the most is {MAX_AUDIO_BYTES}"
            raise BadMessage("frame_too_large", text)
        if self._finished:
            raise BadMessage("after_end", "sound after the end of the call")
        if self._stream is None:
            raise BadMessage("audio_before_metadata", "sound before the call was registered")
        return self._stream.take(message)

    def close(self) -> list[IngestEvent]:
        """The connection is gone: the rest, if the call has not ended yet. May be called again."""
        return [] if self._finished else self._finish(CLOSED)

    def _control(self, fields: dict[str, Any], stream: _Stream) -> list[IngestEvent]:
        if fields.get("callEvent") == "END":
            self._same_call(own_names(fields))
            return self._finish(HANGUP)
        kind = fields.get("type")
        if isinstance(kind, str) and kind in _CONTROLS:
            for name in fields:
                if name not in _CONTROLS[kind]:
                    raise unknown_field(name, _CONTROLS[kind])
            self._same_call(fields)
        match kind:
            case "end":
                return self._finish(_reason(fields.get("reason", HANGUP)))
            case "pause":
                return stream.pause()
            case "resume":
                return stream.resume()
            case "gap":
                return stream.gap(fields.get("samples"))
        if kind == "start" or (kind is None and not _CALL_SPELLINGS.isdisjoint(fields)):
            raise BadMessage("second_metadata", "the call is registered already")
        self._unknown += 1
        if self._unknown > 1:
            return []
        return [Notice(code="unknown_message", text="a text message of an unknown type")]

    def _same_call(self, fields: dict[str, Any]) -> None:
        named = fields.get("call")
        if named is not None and str(named) != self._call:
            raise BadMessage("wrong_call", "another call's id", field="call")

    def _finish(self, reason: str) -> list[IngestEvent]:
        self._finished = True
        if self._stream is None:
            return []
        rest = self._stream.flush()
        if self._unknown > 1:
            text = f"{self._unknown} text messages of unknown types"
            rest.append(Notice(code="unknown_message", text=text))
        return [*rest, CallFinished(reason=reason, samples=self._stream.position)]


class _Stream:
    """The sound of a registered call."""

    def __init__(self, began: CallBegan) -> None:
        self._began = began
        self._joiner = ByteJoiner(began.channels)
        self._header = HeaderStripper(StreamShape(rate=began.rate, channels=began.channels))
        self._fault: BadMessage | None = None
        self._paused_at: int | None = None
        self.position = 0

    def take(self, message: bytes) -> list[IngestEvent]:
        if self._fault is not None:
            # after a header that was refused nobody knows where the samples begin
            raise self._fault
        stripped = self._header.stripped
        try:
            sound = self._header.feed(message)
        except BadMessage as fault:
            self._fault = fault
            raise
        events = self._chunks(sound)
        if self._header.stripped > stripped:
            text = f"{self._header.stripped} bytes of WAV header were taken off the start"
            events.insert(0, Notice(code="wav_header", text=text))
        return events

    def pause(self) -> list[IngestEvent]:
        if self._paused_at is not None:
            return [Notice(code="already_paused", text="a pause inside a pause")]
        self._paused_at = self.position
        return [Paused(position=self.position)]

    def resume(self) -> list[IngestEvent]:
        if self._paused_at is None:
            return [Notice(code="not_paused", text="the end of a pause that never began")]
        let_go = self.position - self._paused_at
        self._paused_at = None
        return [Resumed(position=self.position, samples=let_go)]

    def gap(self, samples: object) -> list[IngestEvent]:
        most = int(MAX_GAP_S * self._began.rate)
        if not isinstance(samples, int) or isinstance(samples, bool) or not 0 < samples <= most:
            raise BadMessage("bad_field", f"must be between 1 and {most}", field="samples")
        start = self.position
        self.position += samples
        return [] if self._paused_at is not None else [Gap(position=start, samples=samples)]

    def flush(self) -> list[IngestEvent]:
        events = self._chunks(self._header.flush())
        if self._joiner.held:
            text = f"the last {self._joiner.held} bytes are no whole sample"
            events.append(Notice(code="partial_sample", text=text))
        if self._paused_at is not None:
            events += self.resume()
        return events

    def _chunks(self, sound: bytes) -> list[IngestEvent]:
        block = self._joiner.feed(sound)
        start = self.position
        self.position += len(block)
        if not len(block) or self._paused_at is not None:
            return []
        return [
            AudioChunk(role=role, samples=samples, position=start)
            for role, samples in split(block, self._began.roles)
        ]


def _reason(value: object) -> str:
    if not isinstance(value, str) or len(value) > MAX_FIELD_CHARS or not value.isprintable():
        raise BadMessage("bad_field", "expected a short text", field="reason")
    return value or HANGUP
