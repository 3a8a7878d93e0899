"""Calls to be told to the server."""

from __future__ import annotations

from monitor.events import Alert, AnyEvent, CallStarted, Disclosure, Utterance, Word
from monitor.types import Role

OPENING = ("company", "identity", "purpose")


def call(team: str, name: str = "c1", **more: object) -> CallStarted:
    fields: dict[str, object] = {"agent": "8012", "industry": "wealth", "aliases": ("江海银行",)}
    return CallStarted(call=f"{team}-{name}"[:100], team=team, **(fields | more))  # type: ignore[arg-type]


def begun(started: CallStarted) -> list[AnyEvent]:
    pending = [
        Disclosure(call=started.call, item=item, state="pending", at=0.0, deadline=30.0)
        for item in OPENING
    ]
    return [started, *pending]


def said(started: CallStarted, text: str, at: float = 1.0, **more: object) -> Utterance:
    words = tuple(
        Word(text=each, start=at + 0.2 * place, end=at + 0.2 * place + 0.2)
        for place, each in enumerate(text)
    )
    fields: dict[str, object] = {"channel": Role.AGENT, "segment": int(at * 10), "words": words}
    end = at + 0.2 * len(text)
    return Utterance(call=started.call, start=at, end=end, text=text, **(fields | more))  # type: ignore[arg-type]


def alert(started: CallStarted, number: int = 1, **more: object) -> Alert:
    fields: dict[str, object] = {
        "id": f"{started.call}-{number}",
        "category": "guaranteed_return",
        "rule": "base/guaranteed-return",
        "pack": "base@1",
        "severity": "critical",
        "start": 1.0,
        "end": 2.0,
        "quote": "百分百保本",
        "why": "坐席说“百分百保本”，与规则词一致",
        "basis": "《中华人民共和国广告法》第二十五条",
        "basis_status": "law",
        "advice": "这款产品不保本，收益不保证。",
        "raised_at": 2.2,
    }
    return Alert(call=started.call, **(fields | more))  # type: ignore[arg-type]
