"""The kinds of columns that tables have, in types that SQLite and PostgreSQL both have."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Float, Integer, String, Text

# SQLite numbers rows by itself only in a column that is exactly INTEGER
ROW = BigInteger().with_variant(Integer(), "sqlite")

NAME_CHARS = 128
"""Longest team, agent or call id kept."""


def number() -> Column[Any]:
    """Rows are numbered by the database."""
    return Column("number", ROW, primary_key=True)


def named(column: str, *, optional: bool = False) -> Column[Any]:
    """A team, a call, an agent or a person."""
    return Column(column, String(NAME_CHARS), nullable=optional)


def word(column: str, chars: int, *, optional: bool = False) -> Column[Any]:
    """A short text of our own, such as a state or an id."""
    return Column(column, String(chars), nullable=optional)


def text(column: str, *, optional: bool = False) -> Column[Any]:
    """What people wrote, or JSON."""
    return Column(column, Text, nullable=optional)


def measure(column: str, *, optional: bool = False) -> Column[Any]:
    """A wall time (seconds since the epoch, UTC), or any other measure."""
    return Column(column, Float, nullable=optional)
