"""How long things are kept, what must stay, what was taken away, and who agreed to what."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, MetaData, String, Table
from sqlalchemy import Text as LongText

from monitor.store.tables import NAME_CHARS

_ROW = BigInteger().with_variant(Integer(), "sqlite")

keeping_meta = MetaData()

policies = Table(
    "policies",
    keeping_meta,
    Column("number", _ROW, primary_key=True),
    Column("industry", String(32), nullable=False),
    Column("artefact", String(16), nullable=False),
    Column("keep_days", Integer, nullable=False),
    Column("delete_days", Integer),
    Column("basis", String(16), nullable=False),
    Column("source", LongText, nullable=False),
    Column("made_by", String(NAME_CHARS), nullable=False),
    Column("made_wall", Float, nullable=False),
    Column("retired_by", String(NAME_CHARS)),
    Column("retired_wall", Float),
)

holds = Table(
    "holds",
    keeping_meta,
    Column("number", _ROW, primary_key=True),
    Column("team", String(NAME_CHARS), nullable=False),
    Column("call", String(NAME_CHARS), nullable=False),
    Column("reason", LongText, nullable=False),
    Column("review_wall", Float, nullable=False),
    Column("made_by", String(NAME_CHARS), nullable=False),
    Column("made_wall", Float, nullable=False),
    Column("released_by", String(NAME_CHARS)),
    Column("released_wall", Float),
    Index("holds_of_team", "team", "call"),
)

deletions = Table(
    "deletions",
    keeping_meta,
    Column("number", _ROW, primary_key=True),
    Column("call_number", BigInteger, nullable=False),
    Column("team", String(NAME_CHARS), nullable=False),
    Column("call", String(NAME_CHARS), nullable=False),
    Column("artefact", String(16), nullable=False),
    Column("why", LongText, nullable=False),
    Column("begun_wall", Float, nullable=False),
    Column("finished_wall", Float),
    Column("certificate", LongText),
    Index("deletions_of_call", "call_number", "artefact"),
)

runs = Table(
    "keeping_runs",
    keeping_meta,
    Column("number", Integer, primary_key=True),
    Column("wall", Float, nullable=False),
)

closings = Table(
    "closings",
    keeping_meta,
    Column("call_number", BigInteger, primary_key=True, autoincrement=False),
    Column("reason", LongText, nullable=False),
    Column("made_by", String(NAME_CHARS), nullable=False),
    Column("made_wall", Float, nullable=False),
)

approvals = Table(
    "approvals",
    keeping_meta,
    Column("number", _ROW, primary_key=True),
    Column("action", String(32), nullable=False),
    Column("about", String(256), nullable=False),
    Column("reason", LongText, nullable=False),
    Column("asked_by", String(NAME_CHARS), nullable=False),
    Column("asked_wall", Float, nullable=False),
    Column("decided_by", String(NAME_CHARS)),
    Column("decided_wall", Float),
    Column("agreed", Boolean),
    Column("used_wall", Float),
)
