"""What people did about alerts, and how each alert stands."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, Integer, String, Table, Text

from monitor.store.columns import NAME_CHARS
from monitor.store.tables import record

actions = Table(
    "actions",
    record,
    Column("team", String(NAME_CHARS), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("alert_id", String(128), nullable=False),
    Column("actor", String(NAME_CHARS), nullable=False),
    Column("key", String(64), nullable=False),
    Column("body", Text, nullable=False),
    # a key that comes again is the same deed told again
    Index("actions_by_key", "team", "actor", "key", unique=True),
    Index("actions_by_alert", "team", "alert_id", "seq"),
)

feedback = Table(
    "feedback",
    record,
    Column("team", String(NAME_CHARS), primary_key=True),
    Column("agent", String(NAME_CHARS), primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("call", String(NAME_CHARS), nullable=False),
    Column("at_wall", Float, nullable=False),
    Column("reason", String(NAME_CHARS), nullable=False),
    Column("text", Text, nullable=False),
)
"""Prompts that an agent found of no help."""

standings = Table(
    "standings",
    record,
    Column("team", String(NAME_CHARS), primary_key=True),
    Column("alert_id", String(128), primary_key=True),
    Column("call", String(NAME_CHARS), nullable=False),
    Column("agent", String(NAME_CHARS), nullable=False),
    Column("severity", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("status", String(16), nullable=False),
    Column("level", Integer, nullable=False),
    Column("raised_wall", Float, nullable=False),
    Column("due_wall", Float),
    Column("open", Integer, nullable=False),
    Index("standings_due", "due_wall"),
    Index("standings_open", "team", "open", "seq"),
    Index("standings_agent", "team", "agent", "seq"),
)
"""One row per alert: its newest place in the log, and what was decided about it."""
