"""One example of every event and message, as the program itself writes it."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from monitor import events as ev
from monitor.alerts.actions import Action, Standing
from monitor.types import Role
from monitor.web import messages as ms
from monitor.web.wall_cards import Card, Item, Words

_CALL: Final = "20261122-0042"
_EPOCH: Final = "9f2c6a51d04be387"
_PLACE: Final = ms.Last(epoch=_EPOCH, seq=16)

_ALERT: Final = ev.Alert(
    call=_CALL,
    id="ebdlr3jogzqlh4td6sibw5panm",
    seq=17,
    epoch=_EPOCH,
    team="south",
    agent="8012",
    category="guaranteed_return",
    rule="base/guaranteed-return",
    pack="base@1",
    severity="critical",
    start=23.58,
    end=25.5,
    quote="百分百保本",
    phrase="百分百保本",
    why="承诺保本、保收益、无风险：坐席说“百分百保本”，与规则词一致",
    basis="《中华人民共和国广告法》第二十五条",
    basis_status="law",
    advice="这款产品不保本，收益不保证，可能亏损，具体以合同为准。",
    raised_at=27.22,
)

_STRUCTS: Final[tuple[msgspec.Struct, ...]] = (
    ev.CallStarted(
        call=_CALL,
        agent="8012",
        team="south",
        industry="wealth",
        company="江海银行股份有限公司",
        aliases=("江海银行",),
        product="fund",
    ),
    ev.Utterance(
        call=_CALL,
        channel=Role.CUSTOMER,
        start=28.27,
        end=29.5,
        text="真的吗",
        confidence=0.93,
        words=(
            ev.Word(text="真", start=28.27, end=28.65, confidence=0.95),
            ev.Word(text="的", start=28.65, end=29.05, confidence=0.94),
            ev.Word(text="吗", start=29.05, end=29.5, confidence=0.9),
        ),
        segment=4,
    ),
    _ALERT,
    ev.Disclosure(
        call=_CALL, item="company", state="met", at=3.46, deadline=30.0, quote="江海银行"
    ),
    ev.Prompt(call=_CALL, text="请说明来电目的", reason="missing_purpose", state="shown", at=20.0),
    ev.Signal(call=_CALL, signal="opt_out", quote="别再打了", start=41.2, end=42.6),
    ev.Suspicion(
        call=_CALL,
        category="guaranteed_return",
        rule="base/guaranteed-return",
        pack="base@1",
        start=33.1,
        end=34.0,
        quote="百分百保本",
        phrase="百分百保本",
        chance=0.12,
        why="判断模型认为多半不是违规（可能性 12%，低于存疑线），依据前后文“听到的”",
    ),
    ev.Coverage(call=_CALL, channel=Role.AGENT, state="gap", start=40.0, end=41.5),
    ev.CallEnded(call=_CALL, at=52.42),
    ms.Hello(token="cm_…", last=_PLACE, last_action=4, topics=("live", "actions")),
    ms.Ack(seq=17),
    ms.Welcome(team="south", role="supervisor", epoch=_EPOCH, seq=17, action=5, ack_s=30.0),
    ms.Resumed(after=16),
    ms.Resync(epoch=_EPOCH, seq=17),
    ms.Skipped(count=12),
    Action(
        seq=5,
        alert=_ALERT.id,
        call=_CALL,
        action="acknowledge",
        by="li.na",
        at=1795305602.5,
        standing=Standing(status="acknowledged", by="li.na", at=1795305602.5),
    ),
    ms.Open(call=_CALL),
    ms.Opened(call=_CALL),
    Card(
        call=_CALL,
        agent="8012",
        industry="wealth",
        business="marketing",
        company="江海银行",
        started=1795305575.0,
        items=(Item(item="company", state="met", at=3.46, deadline=30.0),),
        words=Words(channel=Role.CUSTOMER, text="真的吗"),
    ),
    ms.Levels(calls={_CALL: (29.5, 0, 6, 0)}),
    ms.Heard(call=_CALL, at=29.5),
    ms.Health(live=1, behind_s=0.4, now=1795305604.5),
    ms.Accepted(call=_CALL),
    ms.Ended(call=_CALL, received_s=52.42, unrecorded_s=0.0),
    ms.Notice(code="unknown_message", message="a text message of an unknown type"),
    ms.Reconnect(after_s=5.0),
    ms.Fault(code="call_taken", message=f"call {_CALL} already has a client"),
)

REGISTRATION: Final[dict[str, Any]] = {
    "type": "start",
    "call": _CALL,
    "agent": "8012",
    "team": "south",
    "industry": "wealth",
    "business": "marketing",
    "company": "江海银行股份有限公司",
    "aliases": ["江海银行"],
    "product": "fund",
    "rate": 8000,
    "channels": 2,
    "roles": "agent,customer",
    "meta": {"campaign": "2026-11"},
}

EXAMPLES: Final[dict[str, dict[str, Any]]] = {
    **{type(one).__name__: msgspec.json.decode(msgspec.json.encode(one)) for one in _STRUCTS},
    "Registration": REGISTRATION,
    "Pause": {"type": "pause"},
    "Resume": {"type": "resume"},
    "SourceGap": {"type": "gap", "samples": 1600},
    "End": {"type": "end", "reason": "hangup"},
}
"""Name of a schema -> an example of it."""
