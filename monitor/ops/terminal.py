"""How an alert reads in a terminal. What callers said is never trusted to be plain text."""

from __future__ import annotations

import unicodedata
from collections import OrderedDict
from typing import Final

from rich.text import Text

from monitor.events import Alert
from monitor.rules.basis import STATUS

SEVERITY = {"critical": "危急", "high": "严重", "medium": "一般", "low": "提示"}
STATE = {"provisional": "疑似", "confirmed": "确认", "withdrawn": "撤回"}
CHANNEL = {"agent": "坐席", "customer": "客户", "unknown": "通话"}

_STYLE = {"critical": "bold white on red", "high": "bold red", "medium": "yellow", "low": "cyan"}


REMEMBERED: Final = 1024
"""Alerts whose later revisions are told in two lines."""


class Told:
    """Tells every alert once in full, and what becomes of it in short."""

    def __init__(self) -> None:
        self._told: OrderedDict[str, str] = OrderedDict()

    def lines(self, alert: Alert) -> Text:
        """What to print for this revision of an alert."""
        before = self._told.pop(alert.id, None)
        self._told[alert.id] = alert.state
        if len(self._told) > REMEMBERED:
            self._told.popitem(last=False)
        return _settled(alert) if before == "provisional" else alert_lines(alert)


def alert_lines(alert: Alert) -> Text:
    """Severity, time, agent and words on the first lines; rule, basis and advice under them."""
    text = _headline(alert)
    withdrawn = alert.state == "withdrawn"
    basis = plain(alert.basis)
    if basis and alert.basis_status:
        basis += f"（{STATUS.get(alert.basis_status, plain(alert.basis_status))}）"
    rows = (
        ("规则", plain(alert.rule)),
        ("原因", plain(alert.why)),
        ("依据", basis),
        ("建议", plain(alert.advice)),
    )
    for label, value in rows:
        if value:
            text.append(f"\n    {label}：", style="dim")
            text.append(value, style="green" if label == "建议" and not withdrawn else "")
    return text


def _settled(alert: Alert) -> Text:
    """One line on what became of an alert that was told before: not to be taken for another."""
    withdrawn = alert.state == "withdrawn"
    text = Text(f"     ↳ {STATE[alert.state]}", style="dim" if withdrawn else "bold")
    text.append(f"  {clock(alert.start)}  通话 {plain(alert.call)}", style="dim")
    text.append(f"  “{plain(alert.quote)}”", style="strike dim" if withdrawn else "")
    return text


def _headline(alert: Alert) -> Text:
    withdrawn = alert.state == "withdrawn"
    text = Text()
    text.append(
        f" {SEVERITY[alert.severity]} ", style="dim" if withdrawn else _STYLE[alert.severity]
    )
    text.append(f" {STATE[alert.state]} ", style="dim")
    text.append(f"{clock(alert.start)}  坐席 {plain(alert.agent or '?')}  通话 {plain(alert.call)}")
    if alert.count > 1:
        text.append(f"  第 {alert.count} 次")
    if alert.quote:
        said = CHANNEL[alert.channel]
        text.append(f"\n    {said}：", style="dim")
        text.append(f"“{plain(alert.quote)}”", style="strike dim" if withdrawn else "bold")
    return text


def clock(seconds: float) -> str:
    """Media time as minutes and seconds."""
    minutes, rest = divmod(max(0.0, seconds), 60)
    return f"{int(minutes):02d}:{rest:04.1f}"


def plain(words: str) -> str:
    """The words without anything that moves a cursor or turns the writing direction."""
    return "".join(char for char in words if unicodedata.category(char) not in ("Cc", "Cf", "Cs"))
