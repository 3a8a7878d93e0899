"""Tables of the QA desk, the rule desk and the overview: what people decided, and read models.

`findings` and `digests` can be made again from the events at any time. `acts` is the record of what
people did and is only ever appended to; `cases` is where a call stands after its acts.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table

from monitor.store import columns
from monitor.store.columns import NAME_CHARS
from monitor.store.tables import record

KIND_CHARS = 32

findings = Table(
    "findings",
    record,
    Column("team", String(NAME_CHARS), primary_key=True),
    Column("alert_id", String(128), primary_key=True),
    Column("call_number", ForeignKey("calls.number", ondelete="CASCADE"), nullable=False),
    columns.named("agent"),
    columns.word("category", 64),
    columns.word("rule", 128),
    columns.word("pack", 128),
    columns.word("severity", 16),
    columns.word("state", 16),
    columns.measure("start"),
    columns.measure("end"),
    columns.text("quote"),
    columns.measure("raised_wall"),
    Index("findings_of_call", "call_number"),
    Index("findings_by_time", "raised_wall"),
    Index("findings_by_rule", "rule"),
)

digests = Table(
    "digests",
    record,
    Column("call_number", ForeignKey("calls.number", ondelete="CASCADE"), primary_key=True),
    columns.measure("ended_wall"),
    columns.measure("duration_s"),
    columns.measure("covered_s"),
    columns.measure("lost_s"),
    columns.measure("agent_talk_s"),
    columns.measure("customer_talk_s"),
    columns.word("opening", 16),
    columns.text("disclosures"),
    columns.text("words"),
)

cases = Table(
    "cases",
    record,
    Column("call_number", ForeignKey("calls.number", ondelete="CASCADE"), primary_key=True),
    columns.word("state", 16),
    columns.named("assignee"),
    Column("sample", BigInteger),
    columns.measure("score", optional=True),
    columns.measure("updated_wall"),
    Index("cases_by_assignee", "assignee", "state"),
)

acts = Table(
    "acts",
    record,
    columns.number(),
    # no foreign key: what a person decided about a rule outlives the call it was decided on
    Column("call_number", BigInteger),
    columns.named("team"),
    columns.word("alert_id", 128),
    columns.word("kind", KIND_CHARS),
    columns.word("verdict", KIND_CHARS),
    columns.word("rule", 128),
    columns.word("severity", 16),
    columns.named("by"),
    columns.word("role", 16),
    columns.measure("at_wall"),
    Column("key", String(64), unique=True),
    columns.text("body"),
    Index("acts_of_call", "call_number", "number"),
    Index("acts_of_rule", "rule", "number"),
)

samples = Table(
    "samples",
    record,
    columns.number(),
    columns.named("name"),
    columns.named("team"),
    columns.text("plan"),
    Column("population", Integer, nullable=False),
    Column("size", Integer, nullable=False),
    columns.named("by"),
    columns.measure("at_wall"),
)

exports = Table(
    "exports",
    record,
    columns.number(),
    columns.named("by"),
    columns.word("role", 16),
    columns.measure("at_wall"),
    columns.word("format", 8),
    Column("rows", Integer, nullable=False),
    columns.text("filters"),
    columns.word("sha256", 64),
)

pack_texts = Table(
    "pack_texts",
    record,
    Column("sha256", String(64), primary_key=True),
    columns.word("pack", 64),
    Column("version", Integer, nullable=False),
    columns.text("text"),
    columns.measure("first_wall"),
    Index("texts_of_pack", "pack", "first_wall"),
)

proposals = Table(
    "proposals",
    record,
    columns.number(),
    columns.word("pack", 64),
    columns.word("base_sha256", 64),
    columns.text("text"),
    columns.text("note"),
    columns.word("state", 16),
    columns.named("by"),
    columns.measure("at_wall"),
    columns.named("decided_by", optional=True),
    columns.measure("decided_wall", optional=True),
    columns.text("decision", optional=True),
    columns.text("dry_run", optional=True),
    Index("proposals_by_state", "state", "number"),
)

DESK = (findings, digests, cases, acts, samples, exports, pack_texts, proposals)
