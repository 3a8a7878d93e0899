"""One hardened JSON decoder for everything that comes from a socket.

msgspec itself refuses NaN, Infinity, 1e999, malformed UTF-8, lone surrogates, control characters
and trailing data. Added here: a size limit, a depth limit, duplicate keys (msgspec keeps the
last), integers beyond 2^53 and NUL. The checks count bytes first, so that an ordinary message
never takes the slow way.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec

from monitor.errors import BadMessage
from monitor.ingest.limits import MAX_JSON_DEPTH, MAX_JSON_INTEGER, MAX_TEXT_BYTES

_T = TypeVar("_T")

_decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder()
# possessive, and satisfied with an unfinished string, so that no input takes more than one pass
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
_TOKEN = re.compile(rb'("[^"\\]*+(?:\\.[^"\\]*+)*+")\s*(:)?|[{}]', re.DOTALL)
_UNKNOWN = re.compile(r"unknown field `(.*)`$", re.DOTALL)
_PATH = re.compile(r" - at `\$\.?(.*)`$", re.DOTALL)


def decode(message: str | bytes, *, limit: int = MAX_TEXT_BYTES) -> Any:
    """Plain data of one JSON value of at most `limit` bytes; raises `BadMessage`.

    Codes: text_too_large, bad_json, json_too_deep, duplicate_key, integer_too_large, nul_character.
    """
    data = _as_bytes(message, limit)
    opened = data.count(b"{") + data.count(b"[")
    if opened > MAX_JSON_DEPTH and _too_deep(data):
        raise BadMessage("json_too_deep", f"JSON is nested more than {MAX_JSON_DEPTH} levels deep")
    try:
        value = _decoder.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError) as fault:
        raise BadMessage("bad_json", _one_line(fault)) from None
    keys = _check(value)
    # every key has its colon: more colons than keys are in strings, or a key came twice
    if data.count(b":") != keys and _STRING.sub(b"", data).count(b":") != keys:
        name = _duplicate(data)
        raise BadMessage("duplicate_key", f"key {name!r} appears twice", field=name)
    if b"\\u0000" in data and _has_nul(value):
        raise BadMessage("nul_character", "a text holds the NUL character")
    return value


def decode_as(message: str | bytes, kind: type[_T], *, limit: int = MAX_TEXT_BYTES) -> _T:
    """The message as a msgspec Struct `kind`; raises `BadMessage` naming the field.

    Codes: those of `decode`, unknown_field (when the Struct forbids them) and bad_field.
    """
    value = decode(message, limit=limit)
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as fault:
        at = _PATH.search(str(fault))
        place = at[1] if at else ""
        text = _PATH.sub("", str(fault))
        if unknown := _UNKNOWN.search(text):
            known = [] if place else _field_names(kind)
            raise unknown_field(unknown[1], known, within=place) from None
        raise BadMessage("bad_field", text[:1].lower() + text[1:], field=place or None) from None


def unknown_field(name: str, known: Iterable[str], *, within: str = "") -> BadMessage:
    """The error of a field nobody knows, with the nearest name somebody does.

    `within` is the path of the object it was found in, empty at the top.
    """
    shown = name[:60]
    near = difflib.get_close_matches(shown, list(known), n=1, cutoff=0.6)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    path = f"{within}." if within else ""
    return BadMessage("unknown_field", f"unknown field{hint}", field=path + ascii(shown)[1:-1])


def _field_names(kind: type) -> list[str]:
    return [field.encode_name for field in msgspec.structs.fields(kind)]


def _as_bytes(message: str | bytes, limit: int) -> bytes:
    if isinstance(message, str):
        try:
            message = message[: limit + 1].encode()
        except UnicodeEncodeError:
            raise BadMessage("bad_json", "text is not valid Unicode (lone surrogate)") from None
    if len(message) > limit:
        raise BadMessage("text_too_large", f"message is larger than {limit} bytes")
    return message


def _too_deep(data: bytes) -> bool:
    depth = 0
    for byte in _STRING.sub(b"", data):
        if byte in b"{[":
            depth += 1
            if depth > MAX_JSON_DEPTH:
                return True
        elif byte in b"}]":
            depth -= 1
    return False


def _check(value: Any) -> int:
    """Count the keys of all objects; raise for an integer out of range."""
    kind = type(value)
    if kind is dict:
        keys = len(value)
        for inner in value.values():
            if type(inner) is not str:
                keys += _check(inner)
        return keys
    if kind is list:
        return sum(_check(inner) for inner in value)
    if kind is int and not -MAX_JSON_INTEGER <= value <= MAX_JSON_INTEGER:
        raise BadMessage("integer_too_large", f"integer {value} is beyond 2^53")
    return 0


def _has_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any("\0" in key or _has_nul(inner) for key, inner in value.items())
    return isinstance(value, list) and any(_has_nul(inner) for inner in value)


def _duplicate(data: bytes) -> str:
    """The first key that comes twice in one object. The data is known to be valid JSON."""
    objects: list[set[str]] = []
    for token in _TOKEN.finditer(data):
        if token[0] == b"{":
            objects.append(set())
        elif token[0] == b"}":
            objects.pop()
        elif token[2]:
            name: str = _decoder.decode(token[1])
            if name in objects[-1]:
                return ascii(name[:60])[1:-1]
            objects[-1].add(name)
    return ""


def _one_line(fault: Exception) -> str:
    if isinstance(fault, UnicodeDecodeError):
        return "text is not valid UTF-8"
    text = str(fault)
    text = text.removeprefix("JSON is malformed: ")
    return f"not valid JSON: {text[:1].lower()}{text[1:]}"
