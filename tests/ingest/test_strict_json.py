from __future__ import annotations

import json
import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import BadMessage
from monitor.ingest.strict_json import decode, decode_as

plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=12,
)


def refused(message: str | bytes, **options: int) -> tuple[str, str]:
    with pytest.raises(BadMessage) as raised:
        decode(message, **options)
    assert "\n" not in str(raised.value)
    return raised.value.code, str(raised.value)


def outcome(message: str | bytes) -> object:
    try:
        return decode(message)
    except BadMessage as fault:
        return fault


@given(plain)
def test_what_json_dumps_writes_is_read_back(value) -> None:
    text = json.dumps(value)
    found = outcome(text)
    if isinstance(found, BadMessage):
        assert found.code in ("nul_character", "json_too_deep")
        assert "\\u0000" in text or text.count("[") + text.count("{") > 16
    else:
        assert found == value


@given(st.binary(max_size=60) | st.text(max_size=60))
def test_any_bytes_are_read_or_refused_in_one_line(message) -> None:
    found = outcome(message)
    assert not isinstance(found, BadMessage) or len(str(found).splitlines()) == 1


@pytest.mark.parametrize(
    "message",
    ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", '{"a":1e400}', "", "{", "{'a':1}", "[1,]"]
    + ['"\\ud800"', '"\\ud800abcdefghijk"', '"\\udc00\\ud800"', "\ud800", "1 2", "\ufeff{}"]
    + [b'"\xff"', b'"\xed\xa0\x80"', b'"\xc0\x80"', '"a\0b"', '"a\nb"', "// x\n1", "9" * 5_000],
)
def test_what_is_not_json(message) -> None:
    assert refused(message)[0] == "bad_json"


@pytest.mark.parametrize(
    ("message", "key"),
    [
        ('{"role":"agent","role":"admin"}', "role"),
        ('{"a":{"b":1,"c":"x:y","b":2}}', "b"),
        ('[{"a":1},{"a":1,"\\u0061":2}]', "a"),
        ('{"\\"":1,"\\"":2}', '"'),
        ('{"a" : 1 , "a" : ":"}', "a"),
    ],
)
def test_duplicate_keys(message: str, key: str) -> None:
    code, line = refused(message)
    assert code == "duplicate_key"
    assert line == f"{key}: key {key!r} appears twice"


@given(st.dictionaries(st.text(max_size=4), st.text(max_size=8), max_size=5), st.data())
def test_any_repeated_key_is_found(value, data) -> None:
    pairs = [f"{json.dumps(key)}:{json.dumps(inner)}" for key, inner in value.items()]
    if pairs:
        pairs.append(data.draw(st.sampled_from(pairs)))
        assert refused("{" + ",".join(pairs) + "}")[0] in ("duplicate_key", "nul_character")


def test_colons_in_texts_are_no_keys() -> None:
    assert decode('{"at":"10:00:00","url":"ws://a:1","\\":":":{"}') == {
        "at": "10:00:00",
        "url": "ws://a:1",
        '":': ":{",
    }


def test_depth() -> None:
    assert decode("[" * 16 + "]" * 16) is not None
    assert decode(json.dumps(["[{" * 30] * 20)) is not None
    assert decode(json.dumps([[1]] * 20)) is not None
    for bomb in ("[" * 17 + "]" * 17, "[" * 60_000, '{"a":' * 10_000, '["' + "[" * 9 + '"' * 20):
        assert refused(bomb)[0] in ("json_too_deep", "bad_json")
    assert refused("[" * 60_000)[0] == "json_too_deep"


def test_strings_that_never_end_take_one_pass() -> None:
    for bomb in ('\\"' * 30_000, '"' + '\\"' * 30_000, '{"' * 20_000, "[" * 17 + '"\\' * 20_000):
        refused(bomb)


def test_size_is_counted_in_bytes() -> None:
    assert decode('"' + "a" * 98 + '"', limit=100) == "a" * 98
    assert refused('"' + "a" * 99 + '"', limit=100)[0] == "text_too_large"
    assert refused('"' + "语" * 40 + '"', limit=100)[0] == "text_too_large"
    assert refused("1" * 70_000) == ("text_too_large", "message is larger than 65536 bytes")


@pytest.mark.parametrize("number", [2**53 + 1, -(2**53) - 1, 10**22])
def test_integers_that_others_would_round(number: int) -> None:
    assert refused(f'{{"a":[{number}]}}')[0] == "integer_too_large"
    assert decode(str(2**53)) == 2**53
    assert math.isclose(decode("1e300"), 1e300)


def test_nul() -> None:
    assert refused('{"a":["\\u0000"]}')[0] == "nul_character"
    assert refused('{"\\u0000":1}')[0] == "nul_character"
    assert decode('"\\\\u0000"') == "\\u0000"


class Media(msgspec.Struct, forbid_unknown_fields=True):
    track: str
    chunk: int = 0


class Message(msgspec.Struct, forbid_unknown_fields=True):
    media: Media


def test_typed_messages() -> None:
    assert decode_as(b'{"media":{"track":"inbound"}}', Message).media.track == "inbound"


@pytest.mark.parametrize(
    ("message", "code", "line"),
    [
        ('{"medja":{}}', "unknown_field", "medja: unknown field; did you mean 'media'?"),
        ('{"media":{"track":"a","zzz":1}}', "unknown_field", "media.zzz: unknown field"),
        ('{"media":{"track":1}}', "bad_field", "media.track: expected `str`, got `int`"),
        ("[]", "bad_field", "expected `object`, got `array`"),
        ('{"media":{"track":"a","a\\n\\u202eb":1}}', "unknown_field", None),
    ],
)
def test_typed_messages_name_the_field(message: str, code: str, line: str | None) -> None:
    with pytest.raises(BadMessage) as raised:
        decode_as(message, Message)
    assert raised.value.code == code
    assert str(raised.value).isprintable()
    assert line is None or str(raised.value) == line
