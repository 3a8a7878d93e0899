"""The JSON Schema of a rule pack, made from the records, for editors and other programs."""

from __future__ import annotations

import dataclasses
import json
import types
from collections.abc import Callable
from enum import StrEnum
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from monitor.rules import expr as ex
from monitor.rules.operators import COMPANIONS, WRAPPERS
from monitor.rules.pack import Pack, SaidCategory
from monitor.rules.pattern import MAX_SOURCE, Pattern

Schema = dict[str, Any]

_EXPR: Final[Schema] = {"$ref": "#/$defs/expr"}
_PHRASE: Final[Schema] = {"$ref": "#/$defs/phrase"}
_SECONDS: Final[Schema] = {"type": "number", "minimum": 0}
_COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
_ROLE: Final[Schema] = {"enum": ["agent", "customer"]}


def _many(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "array", "items": schema, "minItems": 1}]}


_WORDS: Final = _many({"type": "string"})


def _timed(kind: type[Any]) -> Schema:
    return _object(kind, {})


def _operators() -> dict[str, Schema]:
    several = _many(_EXPR)
    return {
        **dict.fromkeys(("any", "all", "none"), several),
        "n_of": _closed(
            {"n": _COUNT, "of": several, "weights": {"type": "array", "items": _COUNT}},
            ["n", "of"],
        ),
        **dict.fromkeys(("near", "ordered"), {"type": "array", "items": _EXPR, "minItems": 2}),
        **dict.fromkeys(("said", "not_said", "after", "before", "of"), _EXPR),
        "recent": _closed({"of": _EXPR, "role": _ROLE, "within_s": _SECONDS}, ["of"]),
        **dict.fromkeys(("product", "industry"), _WORDS),
        "meta": {"type": "object", "additionalProperties": {"type": "string"}},
        "speech_rate": _timed(ex.SpeechRate),
        "silence": _timed(ex.Silence),
        "talk_over": _timed(ex.TalkOver),
        "interruption": _timed(ex.Interruption),
        "similar": {"anyOf": [{"enum": list(get_args(SaidCategory))}, _timed(ex.Similar)]},
        "in": {"enum": ["clause", "utterance"]},
        "window": _closed({"seconds": _SECONDS, "turns": _COUNT}, []),
        **dict.fromkeys(("first_s", "last_s", "within_s", "by_s"), _SECONDS),
        **dict.fromkeys(("within", "times", "turns", "short"), _COUNT),
        "role": _ROLE,
        "signal": {"type": "string"},
        "strength": _many({"enum": ["strong", "weak"]}),
    }


def _expression() -> Schema:
    operators = _operators()
    companions = {name for names in COMPANIONS.values() for name in names}
    known = sorted({*COMPANIONS, *companions})
    needed = [{"required": [name]} for name in COMPANIONS if name not in WRAPPERS]
    return {
        "description": "A phrase, a list (any of these), or an operator.",
        "anyOf": [
            _PHRASE,
            {"type": "array", "items": _EXPR, "minItems": 1},
            {
                "type": "object",
                "properties": {name: operators[name] for name in known},
                "additionalProperties": False,
                "anyOf": [*needed, *({"required": [name]} for name in WRAPPERS)],
            },
        ],
    }


def _closed(properties: dict[str, Schema], required: list[str]) -> Schema:
    schema: Schema = {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }
    return {**schema, "required": required} if required else schema


def _object(kind: type[Any], definitions: dict[str, Schema]) -> Schema:
    """The schema of a record; records inside it go to `definitions`."""
    hints = get_type_hints(kind)
    fields = [field for field in dataclasses.fields(kind) if field.name not in ("line", "file")]
    properties = {field.name: _of(hints[field.name], definitions) for field in fields}
    if "unless" in properties:
        within = _closed({"utterance": _EXPR}, ["utterance"])
        properties["unless"] = {"anyOf": [_EXPR, within]}
    missing = dataclasses.MISSING
    required = [
        field.name
        for field in fields
        if field.default is missing and field.default_factory is missing
    ]
    schema = _closed(properties, required)
    return {"description": (kind.__doc__ or "").split("\n")[0], **schema}


def _of(hint: Any, definitions: dict[str, Schema]) -> Schema:
    if hint == ex.Expr or hint == ex.Expr | None:
        return _EXPR
    if hint is Pattern:
        return _PHRASE
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        options = [_of(one, definitions) for one in get_args(hint) if one is not type(None)]
        return options[0] if len(options) == 1 else {"anyOf": options}
    if origin is Literal:
        return {"enum": [name for one in get_args(hint) for name in (get_args(one) or (one,))]}
    if origin is tuple:
        item = _of(get_args(hint)[0], definitions)
        return {"anyOf": [{"type": "array", "items": item}, item]}
    if origin is dict:
        return {"type": "object", "additionalProperties": _of(get_args(hint)[1], definitions)}
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return {"enum": [str(one) for one in hint]}
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        if hint.__name__ not in definitions:
            definitions[hint.__name__] = {}
            definitions[hint.__name__] = _object(hint, definitions)
        return {"$ref": f"#/$defs/{hint.__name__}"}
    return dict(_SCALARS[hint]())


_SCALARS: Final[dict[Any, Callable[[], Schema]]] = {
    str: lambda: {"type": ["string", "number"]},
    bool: lambda: {"type": "boolean"},
    int: lambda: _COUNT,
    float: lambda: _SECONDS,
}


def schema() -> Schema:
    """The JSON Schema (draft 2020-12) of a pack file."""
    definitions: dict[str, Schema] = {
        "expr": _expression(),
        "phrase": {
            "description": "Words; (a|b) either, [a] perhaps, {list}, ~6 at most 6 characters.",
            "type": ["string", "number"],
            "maxLength": MAX_SOURCE,
        },
    }
    root = _object(Pack, definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Rule pack",
        **root,
        "$defs": dict(sorted(definitions.items())),
    }


def text() -> str:
    """The schema as it stands in `lexicons/schema.json`."""
    return json.dumps(schema(), ensure_ascii=False, indent=2) + "\n"
