"""The JSON Schema of events, and the schemas of socket messages, made from the code."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final, get_args

import msgspec

from monitor import events
from monitor.audio.resample import RATES
from monitor.ingest.limits import MAX_CALL_ID_CHARS, MAX_FIELD_CHARS, MAX_GAP_S, MAX_LIST_ITEMS
from monitor.ingest.metadata import DEFAULT_RATE, SPELLINGS
from monitor.types import Business, Industry, Role
from monitor.wire import docstrings

Schema = dict[str, Any]

EVENTS: Final[tuple[type[events.Event], ...]] = get_args(events.AnyEvent)

_TEXT: Final[Schema] = {"type": ["string", "integer", "null"], "maxLength": MAX_FIELD_CHARS}
_NUMBER: Final[Schema] = {**_TEXT, "description": "Telephone number; four digits of it are kept."}

_FIELDS: Final[dict[str, Schema]] = {
    "type": {"enum": ["start", None]},
    "call": {
        "type": ["string", "integer"],
        "minLength": 1,
        "maxLength": MAX_CALL_ID_CHARS,
        "description": "Id of the call; a team uses each once.",
    },
    "agent": _TEXT,
    "team": {**_TEXT, "description": "The team of the token; another one is refused."},
    "industry": {
        **_TEXT,
        "examples": [str(name) for name in Industry],
        "description": "A word that is none of the examples gets the base pack alone.",
    },
    "business": {"enum": [*map(str, Business), None]},
    "company": {**_TEXT, "description": "Full legal name, which the agent must say."},
    "aliases": {
        "type": ["array", "null"],
        "items": {"type": ["string", "integer"], "maxLength": MAX_FIELD_CHARS},
        "maxItems": MAX_LIST_ITEMS,
        "description": "Other names that do as well.",
    },
    "licence": _TEXT,
    "product": {**_TEXT, "description": "In the pack's words: fund, deposit, ..."},
    "started_at": {**_TEXT, "description": "Wall-clock label, ISO 8601."},
    "rate": {
        "enum": [*RATES, *map(str, RATES), None],
        "description": f"Samples a second of each channel; {DEFAULT_RATE} when it is not said.",
    },
    "channels": {"enum": [1, 2, None]},
    "roles": {
        "anyOf": [
            {"type": ["string", "null"]},
            {"type": "array", "items": {"enum": [str(role) for role in Role]}, "maxItems": 2},
        ],
        "description": "Left to right; agent,customer for two channels and agent for one.",
    },
    "meta": {
        "type": ["object", "null"],
        "additionalProperties": {"type": ["string", "integer"], "maxLength": MAX_FIELD_CHARS},
        "maxProperties": MAX_LIST_ITEMS,
        "description": "Anything else; rules may ask for it.",
    },
    "call_event": {"enum": ["START", None]},
    "from_number": _NUMBER,
    "to_number": _NUMBER,
}
"""Our name of a registration field -> what it may be."""


def registration() -> Schema:
    """The first message of a call on `/ingest/l16`."""
    properties: dict[str, Schema] = {}
    for name, wires in SPELLINGS.items():
        for number, wire in enumerate(wires):
            same = f"The same as {wires[0]}."
            properties[wire] = _FIELDS[name] if number == 0 else {"description": same}
    return {
        "type": "object",
        "description": "Registers a call.",
        "properties": properties,
        "anyOf": [{"required": [wire]} for wire in SPELLINGS["call"]],
        "additionalProperties": False,
    }


def controls() -> dict[str, Schema]:
    """What may follow the registration on `/ingest/l16`, by name."""
    return {
        "Pause": _control("pause", "Nothing is kept from here on (payment data)."),
        "Resume": _control("resume", "The pause is over."),
        "SourceGap": _control(
            "gap",
            f"So many samples of each role were lost; at most {MAX_GAP_S:g} s.",
            samples={"type": "integer", "minimum": 1},
        ),
        "End": _control(
            "end",
            'The call is over. The bare text END and {"callEvent":"END"} do as well.',
            reason={"type": "string", "maxLength": MAX_FIELD_CHARS, "default": "hangup"},
        ),
    }


def _control(name: str, about: str, **more: Schema) -> Schema:
    return {
        "type": "object",
        "description": about,
        "properties": {"type": {"const": name}, "call": {"type": "string"}, **more},
        "required": ["type", *(key for key in more if key == "samples")],
        "additionalProperties": False,
    }


def structs(kinds: Sequence[type[msgspec.Struct]], template: str) -> dict[str, Schema]:
    """Schemas of msgspec structs and of what is inside them, with the fields' sentences."""
    wanted: list[type[msgspec.Struct]] = [*kinds, events.Word]
    _, components = msgspec.json.schema_components(kinds, ref_template=template)
    for kind in wanted:
        if kind.__name__ in components:
            _describe(kind, components[kind.__name__])
    return components


def _describe(kind: type[msgspec.Struct], schema: Schema) -> None:
    schema["description"] = docstrings.of_class(kind)
    sentences = docstrings.of_fields(kind)
    for field in msgspec.structs.fields(kind):
        if field.name in sentences:
            schema["properties"][field.encode_name]["description"] = sentences[field.name]


def event_schema() -> Schema:
    """The JSON Schema (draft 2020-12) of one event."""
    components = structs(EVENTS, "#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Event",
        "description": "One event of a call. Fields may be added, never renamed.",
        "oneOf": [{"$ref": f"#/$defs/{kind.__name__}"} for kind in EVENTS],
        "$defs": components,
    }


def text(document: Schema) -> str:
    """A document as it stands in a file."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
