"""The generated documents are current, and what the program writes and takes agrees with them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
import typer
from starlette.routing import WebSocketRoute
from typer.testing import CliRunner

from monitor import events
from monitor.commands.judge import judge
from monitor.errors import BadMessage
from monitor.ingest.l16 import L16Decoder
from monitor.ingest.metadata import SPELLINGS, read_registration
from monitor.types import Business, Industry, Role
from monitor.web import app as web
from monitor.wire import asyncapi, schema
from monitor.wire.__main__ import generated
from monitor.wire.examples import EXAMPLES, REGISTRATION
from tests.docs import page

FIXTURES = page.ROOT / "audio_fixtures"
STABLE = ("type", "call", "channel", "category", "item", "state", "signal", "strength", "text")

DOUBTED = (
    events.CallStarted(call="doubted", industry="education"),
    events.Utterance(
        call="doubted",
        channel=Role.AGENT,
        start=1.0,
        end=6.0,
        text="我得先核实一下您听到的那个包过到底是哪个老师提的",
    ),
)

DOCUMENT = asyncapi.document()

JUDGE = typer.Typer()
JUDGE.command()(judge)


def checker(found: dict[str, Any]) -> jsonschema.Draft202012Validator:
    jsonschema.Draft202012Validator.check_schema(found)
    return jsonschema.Draft202012Validator(found)


EVENT = checker(schema.event_schema())


def of(name: str) -> jsonschema.Draft202012Validator:
    """The validator of one message of the AsyncAPI document."""
    return checker({**DOCUMENT, "$ref": f"#/components/schemas/{name}"})


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What one `monitor judge` writes about every recorded call, and a sentence it doubts."""
    whole = tmp_path_factory.mktemp("judged") / "calls.jsonl"
    transcripts = sorted(FIXTURES.glob("*.transcript.jsonl"))
    calls = b"".join(path.read_bytes() for path in transcripts)
    whole.write_bytes(calls + events.lines(DOUBTED))
    result = CliRunner().invoke(JUDGE, [str(whole), "--events", "-"])
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.mark.parametrize("path", tuple(generated(page.DOCS)), ids=lambda path: path.name)
def test_the_file_is_current(path: Path) -> None:
    """Write it again with `python -m monitor.wire docs`."""
    assert path.read_text("utf8") == generated(page.DOCS)[path]


def test_every_event_and_field_is_in_the_schema() -> None:
    definitions = schema.event_schema()["$defs"]
    for kind in schema.EVENTS:
        fields = {field.encode_name for field in msgspec.structs.fields(kind)}
        assert fields | {"type"} == set(definitions[kind.__name__]["properties"])


def test_the_schema_says_what_is_wrong() -> None:
    good = EXAMPLES["Coverage"]
    for wrong in ({"state": "heard"}, {"start": "1"}, {"channel": "boss"}, {"type": "cover"}):
        assert list(EVENT.iter_errors({**good, **wrong}))
    assert list(EVENT.iter_errors({"type": "coverage"}))
    assert not list(EVENT.iter_errors({**good, "added_later": 1}))


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_every_example_of_a_message_is_valid(name: str) -> None:
    assert list(of(name).iter_errors(EXAMPLES[name])) == []


def test_what_judge_writes_is_valid(judged: list[dict[str, Any]]) -> None:
    kinds = {event["type"] for event in judged}
    assert {
        "call.started",
        "utterance",
        "alert",
        "disclosure",
        "prompt",
        "signal",
        "suspicion",
    } <= kinds
    for event in judged:
        assert list(EVENT.iter_errors(event)) == []


def test_the_examples_of_the_page_are_what_the_program_writes(judged: list[dict[str, Any]]) -> None:
    shown = [json.loads(text) for _, text in page.blocks(page.read("events.md"), "json")]
    assert [one["type"] for one in shown] == [kind.__struct_config__.tag for kind in schema.EVENTS]
    written = [{name: event[name] for name in STABLE if name in event} for event in judged]
    for one in shown:
        assert list(EVENT.iter_errors(one)) == []
        assert json.loads(events.encode(events.decode(json.dumps(one)))) == one
        if one["type"] != "coverage":
            assert {name: one[name] for name in STABLE if name in one} in written


def test_the_page_names_every_industry_and_business() -> None:
    text = page.read("events.md")
    assert [name for name in (*Industry, *Business) if name not in text] == []


def test_every_socket_of_the_app_is_described() -> None:
    routes = {route.path for route in web._routes() if isinstance(route, WebSocketRoute)}
    assert routes == {channel["address"] for channel in DOCUMENT["channels"].values()}


def test_every_reference_leads_somewhere() -> None:
    def references(node: Any) -> Iterator[str]:
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                yield node["$ref"]
            for value in node.values():
                yield from references(value)
        elif isinstance(node, list):
            for value in node:
                yield from references(value)

    for reference in references(DOCUMENT):
        place: Any = DOCUMENT
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


def test_the_registration_knows_every_spelling() -> None:
    found = schema.registration()["properties"]
    assert set(found) == {wire for wires in SPELLINGS.values() for wire in wires}


REGISTRATIONS: list[dict[str, Any]] = [
    {},
    {"rate": 11025},
    {"rate": "8000"},
    {"channels": 3},
    {"business": "sales"},
    {"business": None},
    {"call": ""},
    {"call": 42},
    {"call": "c" * 129},
    {"industry": "astrology"},
    {"agent": True},
    {"agent": "a" * 201},
    {"aliases": "江海银行"},
    {"aliases": ["a"] * 33},
    {"meta": {"a": 1}},
    {"meta": {"a": []}},
    {"colour": "red"},
    {"roles": ["agent", "customer"]},
    {"type": "begin"},
]


@pytest.mark.parametrize("changes", REGISTRATIONS, ids=str)
def test_the_schema_takes_the_registrations_that_the_program_takes(changes: dict[str, Any]) -> None:
    given = {**REGISTRATION, **changes}
    try:
        read_registration(given)
        taken = True
    except BadMessage:
        taken = False
    assert of("Registration").is_valid(given) == taken


def test_the_program_takes_the_examples_of_intake() -> None:
    decoder = L16Decoder()
    for name in ("Registration", "Pause", "Resume", "SourceGap", "End"):
        decoder.text(json.dumps(EXAMPLES[name]))
    with pytest.raises(BadMessage):
        decoder.binary(b"")
