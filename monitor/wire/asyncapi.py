"""The AsyncAPI 3 document of the sockets, made from the code."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from monitor import __version__
from monitor.alerts.actions import Action
from monitor.web import messages as ms
from monitor.web.wall_cards import Card
from monitor.wire import schema
from monitor.wire.examples import EXAMPLES
from monitor.wire.schema import EVENTS, Schema

_REF: Final = "#/components/schemas/{name}"

_MESSAGES: Final[tuple[type[msgspec.Struct], ...]] = (
    ms.Last,
    ms.Hello,
    ms.Ack,
    ms.Welcome,
    ms.Resumed,
    ms.Resync,
    ms.Skipped,
    Action,
    ms.Open,
    ms.Opened,
    Card,
    ms.Levels,
    ms.Heard,
    ms.Health,
    ms.Accepted,
    ms.Ended,
    ms.Notice,
    ms.Reconnect,
    ms.Fault,
)

_NEWS: Final = tuple(kind.__name__ for kind in EVENTS if kind.__name__ != "Alert")

SOCKETS: Final[dict[str, dict[str, Any]]] = {
    "ingest": {
        "address": "/ingest/l16",
        "about": "One call at a time from a PBX or a connector: registration, then sound.",
        "in": ("Hello", "Registration", "Sound", "Pause", "Resume", "SourceGap", "End"),
        "out": ("Accepted", "Notice", "Ended", "Reconnect", "Fault"),
    },
    "alerts": {
        "address": "/ws/alerts",
        "about": "A team's alerts, in order and without a hole; by topic, actions and news too.",
        "in": ("Hello", "Ack"),
        "out": ("Welcome", "Resumed", "Resync", "Alert", "Action", "Skipped", *_NEWS, "Fault"),
    },
    "wall": {
        "address": "/ws/wall",
        "about": "A team's live calls as cards, and everything new of the one that was opened.",
        "in": ("Hello", "Open"),
        "out": ("Welcome", "Card", "Levels", "Health", "Opened", "Skipped", *_NEWS, "Fault"),
    },
    "sound": {
        "address": "/ws/calls/{call}/sound",
        "about": "A live call to hear as it goes on; closes with 1000 when it is over.",
        "in": ("Hello",),
        "out": ("Welcome", "LiveSound", "Skipped", "Fault"),
    },
    "agent": {
        "address": "/ws/agents/{agent}",
        "about": "What one agent's screen says now: prompts and disclosures of the agent's calls.",
        "in": ("Hello",),
        "out": ("Welcome", "CallStarted", "Prompt", "Disclosure", "CallEnded", "Heard", "Fault"),
    },
}
"""Name of a channel -> its address, and the messages that the server takes and sends."""

_PARAMETERS: Final = {
    "agent": "The agent's id, as calls name it.",
    "call": "The call's id.",
}

_SOUND: Final = {
    "Sound": "Little-endian 16-bit samples, left before right, cut anywhere.",
    "LiveSound": "A byte for the role (0 agent, 1 customer, 2 unknown), a zero, the rate (uint16),"
    " then little-endian 16-bit samples of that role.",
}
"""Binary messages."""


def document() -> Schema:
    """The whole document."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Call compliance monitor",
            "version": __version__,
            "description": "Sockets of the server. Errors close with the codes in sockets.md.",
        },
        "defaultContentType": "application/json",
        "servers": {
            "local": {
                "host": "127.0.0.1:8765",
                "protocol": "ws",
                "security": [{"$ref": "#/components/securitySchemes/token"}],
            }
        },
        "channels": {name: _channel(socket) for name, socket in SOCKETS.items()},
        "operations": _operations(),
        "components": {
            "messages": _messages(),
            "schemas": _schemas(),
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "In the header, or in the hello message; never in the address.",
                }
            },
        },
    }


def _channel(socket: dict[str, Any]) -> Schema:
    names = dict.fromkeys((*socket["in"], *socket["out"]))
    made: Schema = {
        "address": socket["address"],
        "description": socket["about"],
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
    }
    parameters = {
        name: {"description": about}
        for name, about in _PARAMETERS.items()
        if f"{{{name}}}" in socket["address"]
    }
    return made | ({"parameters": parameters} if parameters else {})


def _operations() -> Schema:
    found: Schema = {}
    for name, socket in SOCKETS.items():
        for action, side in (("receive", "in"), ("send", "out")):
            found[f"{name}.{action}"] = {
                "action": action,
                "channel": {"$ref": f"#/channels/{name}"},
                "messages": [
                    {"$ref": f"#/channels/{name}/messages/{message}"} for message in socket[side]
                ],
            }
    return found


def _messages() -> Schema:
    used = dict.fromkeys(
        name for socket in SOCKETS.values() for side in ("in", "out") for name in socket[side]
    )
    return {name: _message(name) for name in used}


def _message(name: str) -> Schema:
    if name in _SOUND:
        return {
            "name": name,
            "contentType": "application/octet-stream",
            "summary": _SOUND[name],
            "payload": {"type": "string", "format": "binary"},
        }
    return {
        "name": name,
        "payload": {"$ref": _REF.format(name=name)},
        "examples": [{"payload": EXAMPLES[name]}],
    }


def _schemas() -> Schema:
    return {
        **schema.structs((*EVENTS, *_MESSAGES), _REF),
        "Registration": schema.registration(),
        **schema.controls(),
    }
