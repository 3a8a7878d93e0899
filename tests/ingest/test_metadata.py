from __future__ import annotations

import pytest

from monitor.errors import BadMessage
from monitor.ingest.metadata import read_registration
from monitor.types import Role


def refused(**fields: object) -> tuple[str, str]:
    with pytest.raises(BadMessage) as raised:
        read_registration({"call": "c1", **fields})
    line = str(raised.value)
    assert line.isprintable()
    return raised.value.code, line


def test_our_own_names() -> None:
    began = read_registration(
        {
            "type": "start",
            "call": "c1",
            "agent": "8012",
            "team": "south",
            "industry": "wealth",
            "business": "service",
            "company": "江海银行股份有限公司",
            "aliases": ["江海银行", "江海"],
            "licence": "L-1",
            "product": "fund",
            "rate": 16_000,
            "channels": 2,
            "roles": "customer,agent",
            "meta": {"campaign": "spring", "attempt": 2},
        }
    )
    assert (began.rate, began.channels) == (16_000, 2)
    assert began.roles == (Role.CUSTOMER, Role.AGENT)
    assert began.call.company == "江海银行股份有限公司"
    assert began.call.aliases == ("江海银行", "江海")
    assert began.call.meta == {"campaign": "spring", "attempt": "2"}
    assert (began.call.agent, began.call.licence, began.call.product) == ("8012", "L-1", "fund")


def test_the_least() -> None:
    began = read_registration({"call": "c1"})
    assert (began.rate, began.channels, began.roles) == (8_000, 1, (Role.UNKNOWN,))
    assert (began.call.industry, began.call.business) == ("other", "marketing")


def test_a_client_by_others() -> None:
    began = read_registration(
        {
            "callId": "4f1c",
            "fromNumber": "+8613812345678",
            "toNumber": "02055556666",
            "agentId": 8012,
            "samplingRate": 8000,
            "callEvent": "START",
        }
    )
    assert began.call.call == "4f1c"
    assert began.call.agent == "8012"
    assert began.roles == (Role.AGENT, Role.CUSTOMER)
    assert began.call.meta == {"from_number": "**********5678", "to_number": "*******6666"}


def test_spellings_and_nulls() -> None:
    began = read_registration({"call_id": "c", "sampleRate": "16000", "team": None, "agentId": "a"})
    assert (began.rate, began.call.team, began.call.agent) == (16_000, "", "a")
    assert read_registration({"call": "c", "roles": ["agent", "customer"]}).channels == 2
    assert read_registration({"call": "c", "roles": "agent"}).roles == (Role.AGENT,)


@pytest.mark.parametrize(
    ("fields", "code", "line"),
    [
        ({"agnet": "1"}, "unknown_field", "agnet: unknown field; did you mean 'agent'?"),
        ({"sampleRat": 1}, "unknown_field", "sampleRat: unknown field; did you mean 'sampleRate'?"),
        ({"qqqqq": 1}, "unknown_field", "qqqqq: unknown field"),
        ({"x\u202e\n": 1}, "unknown_field", "x\\u202e\\n: unknown field"),
        ({"callId": "c2"}, "duplicate_key", "callId: the same as 'call'"),
        ({"call": ""}, "missing_field", "call: a call needs an id"),
        ({"call": None}, "missing_field", "call: a call needs an id"),
        ({"call": "x" * 129}, "bad_field", "call: longer than 128 characters"),
        ({"call": ["c"]}, "bad_field", "call: expected a text, got a list"),
        ({"call": True}, "bad_field", "call: expected a text, got true or false"),
        ({"agent": "a\x1b[31m"}, "bad_field", "agent: holds a control character"),
        ({"company": "长" * 201}, "bad_field", "company: longer than 200 characters"),
        ({"business": "sales"}, "bad_field", None),
        ({"aliases": "江海"}, "bad_field", "aliases: expected a list, got a text"),
        ({"aliases": ["a"] * 33}, "bad_field", "aliases: more than 32 entries"),
        ({"meta": {"a": {}}}, "bad_field", "meta.a: expected a text, got an object"),
        ({"meta": {str(n): "" for n in range(33)}}, "bad_field", "meta: more than 32 entries"),
        ({"meta": []}, "bad_field", "meta: expected an object, got a list"),
        ({"rate": 11_025}, "bad_field", None),
        ({"rate": 8000.5}, "bad_field", None),
        ({"rate": True}, "bad_field", None),
        ({"rate": "9" * 30}, "bad_field", None),
        ({"rate": []}, "bad_field", None),
        ({"channels": 3}, "bad_field", "channels: must be 1 or 2"),
        ({"channels": 1.0}, "bad_field", "channels: must be 1 or 2"),
        ({"channels": True}, "bad_field", "channels: must be 1 or 2"),
        ({"channels": "2"}, "bad_field", "channels: must be 1 or 2"),
        ({"roles": "agent,agent"}, "bad_field", "roles: agent on both channels"),
        ({"roles": "agent", "channels": 2}, "bad_field", "roles: 1 roles for 2 channels"),
        ({"roles": "a,b,c"}, "bad_field", "channels: must be 1 or 2"),
        ({"roles": 7}, "bad_field", None),
        ({"type": "end"}, "not_a_start", None),
        ({"callEvent": "END"}, "not_a_start", None),
    ],
)
def test_each_fault_names_its_field(fields, code: str, line: str | None) -> None:
    found = refused(**fields)
    assert found[0] == code
    assert line is None or found[1] == line
