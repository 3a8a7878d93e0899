"""The tables of what was heard and found, and of tokens and sessions."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from monitor.store.columns import NAME_CHARS, ROW

record = MetaData()
"""What was heard and what was found; written by the server alone."""

calls = Table(
    "calls",
    record,
    Column("number", ROW, primary_key=True),
    Column("team", String(NAME_CHARS), nullable=False),
    Column("call", String(NAME_CHARS), nullable=False),
    Column("agent", String(NAME_CHARS), nullable=False),
    Column("industry", String(32), nullable=False),
    Column("business", String(32), nullable=False),
    Column("started_wall", Float, nullable=False),
    Column("ended_wall", Float),
    Column("end_reason", String(64)),
    Column("last_at", Float, nullable=False, default=0.0),
    UniqueConstraint("team", "call"),
    Index("calls_of_team", "team", "number"),
)

events = Table(
    "events",
    record,
    Column("number", ROW, primary_key=True),
    Column("call_number", ForeignKey("calls.number"), nullable=False),
    Column("type", String(32), nullable=False),
    Column("recorded_wall", Float, nullable=False),
    Column("body", Text, nullable=False),
    Index("events_of_call", "call_number", "number"),
)

streams = Table(
    "streams",
    record,
    Column("team", String(NAME_CHARS), primary_key=True),
    Column("next_seq", BigInteger, nullable=False),
    Column("epoch", String(16), nullable=False),
)

alerts = Table(
    "alerts",
    record,
    Column("team", String(NAME_CHARS), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("event_number", ForeignKey("events.number"), nullable=False),
    Column("alert_id", String(128), nullable=False),
    Column("state", String(16), nullable=False),
    Column("severity", String(16), nullable=False),
    Column("count", Integer, nullable=False),
    ForeignKeyConstraint(["team"], ["streams.team"]),
    # a revision is told once: the same state, severity and count of an alert is a repeat
    UniqueConstraint("team", "alert_id", "state", "severity", "count"),
)

access = MetaData()
"""Who may do what; written by commands, read by the server."""

tokens = Table(
    "tokens",
    access,
    Column("id", String(16), primary_key=True),
    Column("hash", String(64), nullable=False),
    Column("role", String(16), nullable=False),
    Column("team", String(NAME_CHARS), nullable=False),
    Column("agent", String(NAME_CHARS), nullable=False),
    Column("name", String(NAME_CHARS), nullable=False),
    Column("created_wall", Float, nullable=False),
    Column("revoked_wall", Float),
)
