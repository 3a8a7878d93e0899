"""Alerts, disclosures and signals of judged calls as tables for people."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table

from monitor.events import Alert, CallStarted, Disclosure, Event, Signal

STYLE = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "dim"}
SEVERITY = {"critical": "严重", "high": "高", "medium": "中", "low": "低"}
STATE = {"met": "已告知", "missed": "未告知", "undetermined": "无法判定", "pending": "待告知"}


def show(events: Iterable[Event], console: Console | None = None) -> None:
    """Print a table for each call."""
    out = console or Console()
    calls: dict[str, list[Event]] = {}
    for event in events:
        calls.setdefault(event.call, []).append(event)
    for name, heard in calls.items():
        started = next((event for event in heard if isinstance(event, CallStarted)), None)
        about = f"{started.industry} · {started.business}" if started else ""
        out.print(f"[bold]{name}[/bold] {about}", highlight=False)
        _alerts(out, [event for event in heard if isinstance(event, Alert)])
        _items(out, heard)


def _alerts(out: Console, alerts: list[Alert]) -> None:
    latest = {alert.id: alert for alert in alerts}
    if not latest:
        out.print("没有告警", highlight=False)
        return
    table = Table(show_edge=False, pad_edge=False)
    for column in ("时间", "级别", "类别", "原话", "理由", "建议"):
        table.add_column(column, overflow="fold")
    for alert in sorted(latest.values(), key=lambda one: (one.start, one.id)):
        severity = SEVERITY[alert.severity] + ("（已撤回）" if alert.state == "withdrawn" else "")
        table.add_row(
            f"{alert.start:.1f}",
            f"[{STYLE[alert.severity]}]{severity}[/]",
            alert.category,
            alert.quote or "—",
            alert.why,
            alert.advice,
        )
    out.print(table)


def _items(out: Console, events: list[Event]) -> None:
    last = {event.item: event for event in events if isinstance(event, Disclosure)}
    for item, told in last.items():
        reason = f"（{told.reason}）" if told.reason else ""
        words = f"“{told.quote}”" if told.quote else ""
        out.print(f"  {item}：{STATE[told.state]} {words}{reason}", highlight=False)
    for event in events:
        if isinstance(event, Signal):
            out.print(
                f"  客户信号 {event.signal}（{event.strength}）“{event.quote}”", highlight=False
            )
