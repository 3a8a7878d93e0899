"""Bounds on what a source may send."""

from __future__ import annotations

MAX_TEXT_BYTES = 64 * 1024
"""A text message (OWASP's advice for WebSockets)."""

MAX_AUDIO_BYTES = 128 * 1024
"""A binary message: two seconds of 16 kHz stereo."""

MAX_JSON_DEPTH = 16

MAX_JSON_INTEGER = 2**53
"""Larger integers change their value in JavaScript and in many databases."""

MAX_FIELD_CHARS = 200
"""A metadata value."""

MAX_CALL_ID_CHARS = 128

MAX_LIST_ITEMS = 32
"""Aliases, and entries of `meta`."""

MAX_GAP_S = 3_600.0
"""Lost sound a source may declare in one message."""
