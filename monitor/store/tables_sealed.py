"""What was said before numbers in it were masked; sealed, for those who may see it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, MetaData, Table, Text

from monitor.store.tables import calls

sealed_meta = MetaData()

sealed = Table(
    "sealed",
    sealed_meta,
    Column("number", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True),
    Column("call_number", ForeignKey(calls.c.number, ondelete="CASCADE"), nullable=False),
    Column("body", Text, nullable=False),
    Index("sealed_of_call", "call_number", "number"),
)
