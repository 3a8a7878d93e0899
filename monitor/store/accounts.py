"""Accounts of people. Passwords are Argon2id hashes; TOTP secrets are sealed by `access`."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from monitor.errors import Refused
from monitor.store import sessions
from monitor.store.access_file import AccessFile
from monitor.store.tables_accounts import accounts


class AccountRow(msgspec.Struct, frozen=True, kw_only=True):
    """An account. Wall times are seconds since the epoch, UTC."""

    id: str
    name: str
    role: str
    teams: tuple[str, ...] = ()
    agent: str = ""
    password: str = ""
    """Argon2id, encoded; empty for an account that signs in elsewhere."""
    totp: str | None = None
    totp_step: int = 0
    """The last time step a code was taken for: a code is good once."""
    failures: int = 0
    locked_until: float = 0.0
    created_wall: float
    disabled_wall: float | None = None
    issuer: str | None = None
    subject: str | None = None
    """Who it is at the identity provider `issuer`."""


class AccountShelf:
    """Accounts of a data folder. A change of rights ends the account's sessions with it."""

    def __init__(self, file: AccessFile) -> None:
        self._file = file

    def add(self, row: AccountRow) -> None:
        """Keep a new account; raises `Refused` when the name is taken."""
        try:
            self._file.write(lambda on: on.execute(insert(accounts).values(_columns(row))))
        except IntegrityError:
            raise Refused("name_taken", f"there is an account named {row.name}") from None

    def add_first(self, rows: tuple[AccountRow, ...]) -> bool:
        """Keep the first accounts, all or none; False when there is an account already."""

        def job(on: Connection) -> bool:
            if on.execute(select(func.count()).select_from(accounts)).scalar():
                return False
            on.execute(insert(accounts), [_columns(row) for row in rows])
            return True

        try:
            return self._file.write(job)
        except IntegrityError:
            raise Refused("name_taken", "two of these accounts have the same name") from None

    def count(self) -> int:
        """How many accounts there are, disabled ones included."""
        query = select(func.count()).select_from(accounts)
        return self._file.read(lambda on: int(on.execute(query).scalar_one()))

    def find(self, id_: str) -> AccountRow | None:
        """The account with this id."""
        return self._one(accounts.c.id == id_)

    def named(self, name: str) -> AccountRow | None:
        """The account with this name."""
        return self._one(accounts.c.name == name)

    def known_as(self, issuer: str, subject: str) -> AccountRow | None:
        """The account of this person at an identity provider."""
        return self._one(accounts.c.issuer == issuer, accounts.c.subject == subject)

    def listed(self) -> list[AccountRow]:
        """Every account, by name."""
        query = select(accounts).order_by(accounts.c.name)
        return [_row(row) for row in self._file.read(lambda on: on.execute(query).mappings().all())]

    def change(self, id_: str, *, keep: str = "", end_sessions: bool = True, **values: Any) -> None:
        """Change columns; ends the account's sessions in the same breath, but for `keep`."""
        if "teams" in values:
            values["teams"] = msgspec.json.encode(values["teams"]).decode()

        def job(on: Connection) -> None:
            on.execute(update(accounts).where(accounts.c.id == id_).values(values))
            if end_sessions:
                sessions.end_all(on, "user", id_, but=keep)

        self._file.write(job)

    def failed(self, id_: str, *, limit: int, locked_until: float) -> bool:
        """Count a failed sign-in; True when this one locked the account."""

        def job(on: Connection) -> bool:
            count = accounts.c.failures + 1
            change = update(accounts).where(accounts.c.id == id_).values(failures=count)
            failures = on.execute(change.returning(accounts.c.failures)).scalar_one()
            if failures < limit:
                return False
            lock = update(accounts).where(accounts.c.id == id_)
            on.execute(lock.values(failures=0, locked_until=locked_until))
            return True

        return self._file.write(job)

    def used_step(self, id_: str, step: int) -> bool:
        """Take a TOTP time step; False when it, or a later one, was taken before."""
        fresh = (accounts.c.id == id_, accounts.c.totp_step < step)
        change = update(accounts).where(*fresh).values(totp_step=step)
        return self._file.write(lambda on: on.execute(change).rowcount) == 1

    def _one(self, *where: Any) -> AccountRow | None:
        query = select(accounts).where(*where)
        found = self._file.read(lambda on: on.execute(query).mappings().first())
        return None if found is None else _row(found)


def _row(found: Any) -> AccountRow:
    columns = {str(name): value for name, value in found.items()}
    return msgspec.convert(columns | {"teams": msgspec.json.decode(found["teams"])}, AccountRow)


def _columns(row: AccountRow) -> dict[str, Any]:
    built: dict[str, Any] = msgspec.to_builtins(row)
    return built | {"teams": msgspec.json.encode(row.teams).decode()}
