"""Brings a database to the version of this program, one numbered step at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Column, Connection, Integer, MetaData, Table, insert, select, update

from monitor.errors import Unavailable
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


RECORD_STEPS: Sequence[Step] = (
    _first_record,
    _recordings,
    _sealed,
    _keeping,
    _actions,
    _desk,
)
ACCESS_STEPS: Sequence[Step] = (_first_access, _accounts)


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
