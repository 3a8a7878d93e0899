"""The registration of a call, as sources word it: our own names and the common foreign ones."""

from __future__ import annotations

from typing import Any

from monitor.audio.channels import default_roles, parse_roles
from monitor.audio.resample import RATES
from monitor.errors import BadInput, BadMessage
from monitor.events import CallStarted
from monitor.ingest.facts import CallBegan
from monitor.ingest.limits import MAX_CALL_ID_CHARS, MAX_FIELD_CHARS, MAX_LIST_ITEMS
from monitor.ingest.strict_json import unknown_field
from monitor.types import Business, Industry, Role

DEFAULT_RATE = 8_000
"""The telephone network's."""

SPELLINGS = {
    "type": ("type",),
    "call": ("call", "callId", "call_id"),
    "agent": ("agent", "agentId", "agent_id"),
    "team": ("team",),
    "industry": ("industry",),
    "business": ("business",),
    "company": ("company",),
    "aliases": ("aliases",),
    "licence": ("licence", "license"),
    "product": ("product",),
    "started_at": ("started_at", "startedAt"),
    "rate": ("rate", "samplingRate", "sampleRate", "sampling_rate", "sample_rate"),
    "channels": ("channels",),
    "roles": ("roles",),
    "meta": ("meta",),
    "call_event": ("callEvent",),
    "from_number": ("fromNumber",),
    "to_number": ("toNumber",),
}
"""Our name of a field -> the names it may have on the wire."""

_BY_SPELLING = {wire: name for name, wires in SPELLINGS.items() for wire in wires}


def own_names(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields under our names, nulls left out.

    Raises `BadMessage`: unknown_field, naming the nearest known one, or duplicate_key.
    """
    named: dict[str, Any] = {}
    for wire, value in fields.items():
        name = _BY_SPELLING.get(wire)
        if name is None:
            raise unknown_field(wire, _BY_SPELLING)
        if name in named:
            raise BadMessage("duplicate_key", f"the same as {SPELLINGS[name][0]!r}", field=wire)
        if value is not None:
            named[name] = value
    return named


def read_registration(fields: dict[str, Any]) -> CallBegan:
    """The call that a source announces with the JSON object `fields`.

    Telephone numbers are kept as their last four digits. Raises `BadMessage` naming the field;
    codes unknown_field, duplicate_key, missing_field and bad_field.
    """
    named = own_names(fields)
    if named.get("type", "start") != "start" or named.get("call_event", "START") != "START":
        raise BadMessage("not_a_start", "the first message must register the call", field="type")
    if "call" not in named:
        raise BadMessage("missing_field", "a call needs an id", field="call")
    channels, roles = _channels(named)
    call = CallStarted(
        call=_text(named["call"], "call", MAX_CALL_ID_CHARS),
        agent=_text(named.get("agent", ""), "agent"),
        team=_text(named.get("team", ""), "team"),
        industry=_text(named.get("industry", Industry.OTHER.value), "industry"),
        company=_text(named.get("company", ""), "company"),
        licence=_text(named.get("licence", ""), "licence"),
        product=_text(named.get("product", ""), "product"),
        started_at=_text(named.get("started_at", ""), "started_at"),
        business=_business(named),
        aliases=_aliases(named),
        meta=_meta(named),
    )
    if not call.call:
        raise BadMessage("missing_field", "a call needs an id", field="call")
    return CallBegan(call=call, rate=_rate(named), channels=channels, roles=roles)


def _text(value: Any, field: str, longest: int = MAX_FIELD_CHARS) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise BadMessage("bad_field", f"expected a text, got {_kind(value)}", field=field)
    if len(value) > longest:
        raise BadMessage("bad_field", f"longer than {longest} characters", field=field)
    if any(ord(char) < 32 or 127 <= ord(char) < 160 for char in value):
        raise BadMessage("bad_field", "holds a control character", field=field)
    return value.strip()


def _rate(named: dict[str, Any]) -> int:
    value = named.get("rate", DEFAULT_RATE)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 7:
        value = int(value)
    if not isinstance(value, int) or value not in RATES:
        known = ", ".join(str(rate) for rate in RATES)
        shown = value if isinstance(value, int | float) else _kind(value)
        raise BadMessage("bad_field", f"{shown} is not a supported rate: {known}", field="rate")
    return value


def _channels(named: dict[str, Any]) -> tuple[int, tuple[Role, ...]]:
    roles = named.get("roles")
    if isinstance(roles, list):
        roles = ",".join(_text(role, "roles") for role in roles)
    elif roles is not None:
        roles = _text(roles, "roles")
    # the client that says callEvent streams both sides and never says so
    assumed = roles.count(",") + 1 if roles else 2 if "call_event" in named else 1
    channels = named.get("channels", assumed)
    if type(channels) is not int or channels not in (1, 2):
        raise BadMessage("bad_field", "must be 1 or 2", field="channels")
    if not roles:
        return channels, default_roles(channels)
    try:
        return channels, parse_roles(roles, channels)
    except BadInput as fault:
        raise BadMessage("bad_field", fault.message, field="roles") from None


def _business(named: dict[str, Any]) -> str:
    value = _text(named.get("business", Business.MARKETING.value), "business")
    if value not in list(Business):
        known = ", ".join(Business)
        raise BadMessage("bad_field", f"{value!r} is not one of {known}", field="business")
    return value


def _aliases(named: dict[str, Any]) -> tuple[str, ...]:
    value = named.get("aliases", [])
    if not isinstance(value, list):
        raise BadMessage("bad_field", f"expected a list, got {_kind(value)}", field="aliases")
    if len(value) > MAX_LIST_ITEMS:
        raise BadMessage("bad_field", f"more than {MAX_LIST_ITEMS} entries", field="aliases")
    return tuple(_text(one, "aliases") for one in value)


def _meta(named: dict[str, Any]) -> dict[str, str]:
    value = named.get("meta", {})
    if not isinstance(value, dict):
        raise BadMessage("bad_field", f"expected an object, got {_kind(value)}", field="meta")
    if len(value) > MAX_LIST_ITEMS:
        raise BadMessage("bad_field", f"more than {MAX_LIST_ITEMS} entries", field="meta")
    meta = {_text(key, "meta"): _text(inner, f"meta.{key[:40]}") for key, inner in value.items()}
    for name in ("from_number", "to_number"):
        if name in named:
            meta[name] = _last_digits(_text(named[name], name))
    return meta


def _last_digits(number: str) -> str:
    return "*" * max(len(number) - 4, 0) + number[-4:]


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", bool: "true or false", str: "a text"}
    return names.get(type(value), "a number")
