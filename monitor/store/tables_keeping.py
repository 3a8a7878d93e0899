"""How long things are kept, what must stay, what was taken away, and who agreed to what."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, Table

from monitor.store import columns

keeping_meta = MetaData()

policies = Table(
    "policies",
    keeping_meta,
    columns.number(),
    columns.word("industry", 32),
    columns.word("artefact", 16),
    Column("keep_days", Integer, nullable=False),
    Column("delete_days", Integer),
    columns.word("basis", 16),
    columns.text("source"),
    columns.named("made_by"),
    columns.measure("made_wall"),
    columns.named("retired_by", optional=True),
    columns.measure("retired_wall", optional=True),
)

holds = Table(
    "holds",
    keeping_meta,
    columns.number(),
    columns.named("team"),
    columns.named("call"),
    columns.text("reason"),
    columns.measure("review_wall"),
    columns.named("made_by"),
    columns.measure("made_wall"),
    columns.named("released_by", optional=True),
    columns.measure("released_wall", optional=True),
    Index("holds_of_team", "team", "call"),
)

deletions = Table(
    "deletions",
    keeping_meta,
    columns.number(),
    Column("call_number", BigInteger, nullable=False),
    columns.named("team"),
    columns.named("call"),
    columns.word("artefact", 16),
    columns.text("why"),
    columns.measure("begun_wall"),
    columns.measure("finished_wall", optional=True),
    columns.text("certificate", optional=True),
    Index("deletions_of_call", "call_number", "artefact"),
)

runs = Table(
    "keeping_runs",
    keeping_meta,
    Column("number", Integer, primary_key=True),
    columns.measure("wall"),
)

closings = Table(
    "closings",
    keeping_meta,
    Column("call_number", BigInteger, primary_key=True, autoincrement=False),
    columns.text("reason"),
    columns.named("made_by"),
    columns.measure("made_wall"),
)

approvals = Table(
    "approvals",
    keeping_meta,
    columns.number(),
    columns.word("action", 32),
    columns.word("about", 256),
    columns.text("reason"),
    columns.named("asked_by"),
    columns.measure("asked_wall"),
    columns.named("decided_by", optional=True),
    columns.measure("decided_wall", optional=True),
    Column("agreed", Boolean),
    columns.measure("used_wall", optional=True),
    # JSON; empty for what somebody of every team asked
    columns.text("teams", optional=True),
)
