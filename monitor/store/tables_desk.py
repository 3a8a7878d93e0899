"""Tables of the QA desk, the rule desk and the overview: what people decided, and read models.

`findings` and `digests` can be made again from the events at any time. `acts` is the record of what
people did and is only ever appended to; `cases` is where a call stands after its acts.
"""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from monitor.store.tables import NAME_CHARS, ROW, record

KIND_CHARS = 32

findings = Table(
    "findings",
    record,
    Column("team", String(NAME_CHARS), primary_key=True),
    Column("alert_id", String(128), primary_key=True),
    Column("call_number", ForeignKey("calls.number", ondelete="CASCADE"), nullable=False),
    Column("agent", String(NAME_CHARS), nullable=False),
    Column("category", String(64), nullable=False),
    Column("rule", String(128), nullable=False),
    Column("pack", String(128), nullable=False),
    Column("severity", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("start", Float, nullable=False),
    Column("end", Float, nullable=False),
    Column("quote", Text, nullable=False),
    Column("raised_wall", Float, nullable=False),
    Index("findings_of_call", "call_number"),
    Index("findings_by_time", "raised_wall"),
    Index("findings_by_rule", "rule"),
)

digests = Table(
    "digests",
    record,
    Column("call_number", ForeignKey("calls.number", ondelete="CASCADE"), primary_key=True),
    Column("ended_wall", Float, nullable=False),
    Column("duration_s", Float, nullable=False),
    Column("covered_s", Float, nullable=False),
    Column("lost_s", Float, nullable=False),
    Column("agent_talk_s", Float, nullable=False),
    Column("customer_talk_s", Float, nullable=False),
    Column("opening", String(16), nullable=False),
    Column("disclosures", Text, nullable=False),
    Column("words", Text, nullable=False),
)

cases = Table(
    "cases",
    record,
    Column("call_number", ForeignKey("calls.number", ondelete="CASCADE"), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("assignee", String(NAME_CHARS), nullable=False),
    Column("sample", Integer),
    Column("score", Float),
    Column("updated_wall", Float, nullable=False),
    Index("cases_by_assignee", "assignee", "state"),
)

acts = Table(
    "acts",
    record,
    Column("number", ROW, primary_key=True),
    # no foreign key: what a person decided about a rule outlives the call it was decided on
    Column("call_number", Integer),
    Column("team", String(NAME_CHARS), nullable=False),
    Column("alert_id", String(128), nullable=False),
    Column("kind", String(KIND_CHARS), nullable=False),
    Column("verdict", String(KIND_CHARS), nullable=False),
    Column("rule", String(128), nullable=False),
    Column("severity", String(16), nullable=False),
    Column("by", String(NAME_CHARS), nullable=False),
    Column("role", String(16), nullable=False),
    Column("at_wall", Float, nullable=False),
    Column("key", String(64), unique=True),
    Column("body", Text, nullable=False),
    Index("acts_of_call", "call_number", "number"),
    Index("acts_of_rule", "rule", "number"),
)

samples = Table(
    "samples",
    record,
    Column("number", ROW, primary_key=True),
    Column("name", String(NAME_CHARS), nullable=False),
    Column("team", String(NAME_CHARS), nullable=False),
    Column("plan", Text, nullable=False),
    Column("population", Integer, nullable=False),
    Column("size", Integer, nullable=False),
    Column("by", String(NAME_CHARS), nullable=False),
    Column("at_wall", Float, nullable=False),
)

exports = Table(
    "exports",
    record,
    Column("number", ROW, primary_key=True),
    Column("by", String(NAME_CHARS), nullable=False),
    Column("role", String(16), nullable=False),
    Column("at_wall", Float, nullable=False),
    Column("format", String(8), nullable=False),
    Column("rows", Integer, nullable=False),
    Column("filters", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
)

pack_texts = Table(
    "pack_texts",
    record,
    Column("sha256", String(64), primary_key=True),
    Column("pack", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("first_wall", Float, nullable=False),
    Index("texts_of_pack", "pack", "first_wall"),
)

proposals = Table(
    "proposals",
    record,
    Column("number", ROW, primary_key=True),
    Column("pack", String(64), nullable=False),
    Column("base_sha256", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("by", String(NAME_CHARS), nullable=False),
    Column("at_wall", Float, nullable=False),
    Column("decided_by", String(NAME_CHARS)),
    Column("decided_wall", Float),
    Column("decision", Text),
    Column("dry_run", Text),
    Index("proposals_by_state", "state", "number"),
)

DESK = (findings, digests, cases, acts, samples, exports, pack_texts, proposals)
