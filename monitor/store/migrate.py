"""Brings a database to the version of this program, or back, one numbered step at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    Table,
    func,
    insert,
    inspect,
    select,
    update,
)
from sqlalchemy.schema import sort_tables

from monitor.errors import Conflict, Unavailable
from monitor.store import findings, tables, tables_accounts, tables_keeping, tables_sealed
from monitor.store.tables_actions import actions, feedback, standings
from monitor.store.tables_desk import DESK
from monitor.store.tables_lives import lives
from monitor.store.tables_recordings import recordings

Step = Callable[[Connection], None]

_meta = MetaData()
_version = Table("schema_version", _meta, Column("version", Integer, nullable=False))


def _first_record(connection: Connection) -> None:
    tables.record.create_all(connection)


def _first_access(connection: Connection) -> None:
    tables.access.create_all(connection)


def _actions(connection: Connection) -> None:
    tables.record.create_all(connection, tables=[actions, feedback, standings])
    # alerts of before stand as new, and do not escalate
    connection.exec_driver_sql(
        "INSERT INTO standings (team, alert_id, call, agent, severity, state, seq, status, level,"
        " raised_wall, due_wall, open)"
        " SELECT a.team, a.alert_id, c.call, c.agent, a.severity, a.state, a.seq, 'new', 0,"
        " e.recorded_wall, NULL, CASE a.state WHEN 'withdrawn' THEN 0 ELSE 1 END"
        " FROM alerts a JOIN events e ON e.number = a.event_number"
        " JOIN calls c ON c.number = e.call_number"
        " WHERE a.seq = (SELECT max(b.seq) FROM alerts b"
        " WHERE b.team = a.team AND b.alert_id = a.alert_id)"
    )


def _recordings(connection: Connection) -> None:
    recordings.create(connection, checkfirst=True)
    lives.create(connection, checkfirst=True)


def _accounts(connection: Connection) -> None:
    tables_accounts.accounts_meta.create_all(connection)


def _desk(connection: Connection) -> None:
    tables.record.create_all(connection, tables=list(DESK))
    findings.rebuild(connection)


def _sealed(connection: Connection) -> None:
    tables_sealed.sealed_meta.create_all(connection)


def _keeping(connection: Connection) -> None:
    tables_keeping.keeping_meta.create_all(connection)


def _numbers(connection: Connection) -> None:
    # a record made by this program has all of it from its first step
    _calls_of_team.create(connection, checkfirst=True)
    if _TEAMS.name not in _columns(connection):
        connection.exec_driver_sql("ALTER TABLE approvals ADD COLUMN teams TEXT")
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("ALTER TABLE acts ALTER COLUMN call_number TYPE BIGINT")
        connection.exec_driver_sql("ALTER TABLE cases ALTER COLUMN sample TYPE BIGINT")


def _no_numbers(connection: Connection) -> None:
    _calls_of_team.drop(connection, checkfirst=True)
    if _TEAMS.name in _columns(connection):
        connection.exec_driver_sql("ALTER TABLE approvals DROP COLUMN teams")
    if connection.dialect.name == "postgresql":
        # the older program counts on from here, as SQLite does by itself
        for name in _DRAWN:
            connection.exec_driver_sql(
                f"SELECT setval(pg_get_serial_sequence('{name}', 'number'),"
                f" (SELECT coalesce(max(number), 0) + 1 FROM {name}), false)"
            )


def _columns(connection: Connection) -> set[str]:
    return {each["name"] for each in inspect(connection).get_columns("approvals")}


_TEAMS = tables_keeping.approvals.c.teams
_calls_of_team = next(one for one in tables.calls.indexes if one.name == "calls_of_team")
_DRAWN = ("calls", "acts", "samples", "exports", "holds", "deletions", "approvals")
"""Tables whose rows are numbered by `numbers`."""


RECORD_STEPS: Sequence[Step] = (
    _first_record,
    _recordings,
    _sealed,
    _keeping,
    _actions,
    _desk,
    _numbers,
)
ACCESS_STEPS: Sequence[Step] = (_first_access, _accounts)

MADE: dict[Step, tuple[Table, ...]] = {
    _recordings: (recordings, lives),
    _sealed: tuple(tables_sealed.sealed_meta.sorted_tables),
    _keeping: tuple(tables_keeping.keeping_meta.sorted_tables),
    _actions: (actions, feedback, standings),
    _desk: DESK,
    _numbers: (),
}
"""What a step made and going back takes away; the first step of all is not taken back."""

UNDO: dict[Step, Step] = {_numbers: _no_numbers}
"""What a step changed in tables of earlier ones, and how that is taken back."""

MADE_AGAIN = ("findings", "digests", "standings", "lives")
"""Tables that the step makes again from the events when it runs once more."""


def migrate(connection: Connection, steps: Sequence[Step]) -> int:
    """Run the steps this database has not seen; returns its version. Call inside a transaction.

    Raises `Unavailable` for a database written by a newer program.
    """
    _meta.create_all(connection)
    have = connection.execute(select(_version.c.version)).scalar()
    if have is None:
        connection.execute(insert(_version).values(version=0))
        have = 0
    if have > len(steps):
        raise Unavailable(
            "newer_database",
            f"the database has schema version {have}, this program knows {len(steps)}: "
            "run the newer program, or restore a backup made by this one",
        )
    for step in steps[have:]:
        step(connection)
    connection.execute(update(_version).values(version=len(steps)))
    return len(steps)


def version(connection: Connection) -> int:
    """How many steps the database has seen; 0 for one that has seen none."""
    if not inspect(connection).has_table(_version.name):
        return 0
    return connection.execute(select(_version.c.version)).scalar() or 0


def take_back(
    connection: Connection, steps: Sequence[Step], to: int, *, discard: bool = False
) -> None:
    """Go back to version `to`, for an older program. Call inside a transaction.

    Raises `Conflict` when that would lose rows that nothing makes again, unless `discard`.
    """
    have = version(connection)
    if not 1 <= to <= have <= len(steps):
        message = f"the database has version {have}: it can go back to 1 … {have}"
        raise Conflict("no_such_version", message)
    gone = [table for step in steps[to:have] for table in MADE[step]]
    there = [table for table in gone if inspect(connection).has_table(table.name)]
    lost = {
        table.name: rows
        for table in there
        if table.name not in MADE_AGAIN
        and (rows := connection.execute(select(func.count()).select_from(table)).scalar())
    }
    if lost and not discard:
        named = ", ".join(f"{name} ({rows})" for name, rows in sorted(lost.items()))
        message = f"going back to version {to} loses rows of {named}: back up, then say --discard"
        raise Conflict("would_lose", message)
    for step in reversed(steps[to:have]):
        UNDO.get(step, _nothing)(connection)
    for table in reversed(sort_tables(there)):
        table.drop(connection)
    connection.execute(update(_version).values(version=to))


def _nothing(_: Connection) -> None:
    """Most steps made tables alone."""
