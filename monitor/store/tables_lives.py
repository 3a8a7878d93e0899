"""Which start of the server the record belongs to: at most one row."""

from __future__ import annotations

from sqlalchemy import Column, String, Table

from monitor.store.tables import record

lives = Table("lives", record, Column("id", String(16), primary_key=True))
