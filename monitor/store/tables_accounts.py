"""People who sign in, and their sessions; in the file of the tokens, away from the record."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, Integer, MetaData, String, Table, Text

from monitor.store.columns import NAME_CHARS

accounts_meta = MetaData()

accounts = Table(
    "accounts",
    accounts_meta,
    Column("id", String(16), primary_key=True),
    Column("name", String(NAME_CHARS), nullable=False, unique=True),
    Column("role", String(16), nullable=False),
    Column("teams", Text, nullable=False),
    Column("agent", String(NAME_CHARS), nullable=False),
    Column("password", Text, nullable=False),
    Column("totp", Text),
    Column("totp_step", BigInteger, nullable=False, default=0),
    Column("failures", Integer, nullable=False, default=0),
    Column("locked_until", Float, nullable=False, default=0.0),
    Column("created_wall", Float, nullable=False),
    Column("disabled_wall", Float),
    Column("issuer", Text),
    Column("subject", Text),
)

sessions = Table(
    "sessions",
    accounts_meta,
    Column("id", String(16), primary_key=True),
    Column("hash", String(64), nullable=False, unique=True),
    Column("kind", String(8), nullable=False),
    Column("holder", String(16), nullable=False),
    Column("created_wall", Float, nullable=False),
    Column("seen_wall", Float, nullable=False),
    Index("sessions_of_holder", "kind", "holder"),
)
