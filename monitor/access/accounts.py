"""Accounts of people: making, changing and signing in. Synchronous; a password takes a while."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from monitor.access import passwords, totp
from monitor.access.principal import NEEDS_TEAM, ROLES, Principal
from monitor.access.seal import Seal
from monitor.clock import Clock
from monitor.errors import BadInput, Refused
from monitor.settings import Access
from monitor.store.access_file import AccessFile
from monitor.store.accounts import AccountRow, AccountShelf
from monitor.store.columns import NAME_CHARS

PERSONAL: Final = tuple(role for role in ROLES if role != "ingest")
"""Roles an account can have: sources of sound have tokens."""

_WRONG: Final = "name, password or code is wrong, or the account is locked for now"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """An account to make."""

    name: str
    role: str
    password: str = ""
    teams: tuple[str, ...] = ()
    agent: str = ""
    issuer: str | None = None
    subject: str | None = None


class Accounts:
    """The accounts of a data folder."""

    def __init__(self, file: AccessFile, seal: Seal, limits: Access, clock: Clock) -> None:
        self.shelf = AccountShelf(file)
        self.file_version = file.version
        self._seal = seal
        self._limits = limits
        self._clock = clock
        self._hasher = passwords.Hasher(mib=limits.hash_mib, passes=limits.hash_passes)

    def add(self, new: NewAccount) -> AccountRow:
        """Make an account; raises `BadInput` or `Refused`."""
        row = self._made(new)
        self.shelf.add(row)
        return row

    def add_first(self, people: Sequence[NewAccount]) -> list[AccountRow]:
        """Make the first accounts, an administrator among them; raises `BadInput`, `Refused`."""
        if not any(new.role == "admin" for new in people):
            raise BadInput("no_admin", "one of the first accounts has the role admin")
        rows = tuple(self._made(new) for new in people)
        if not self.shelf.add_first(rows):
            raise Refused("set_up", "this server is set up already")
        return list(rows)

    def principal(self, id_: str, session: str = "") -> Principal | None:
        """The holder of an account that is not disabled."""
        row = self.shelf.find(id_)
        return None if row is None or row.disabled_wall is not None else of_row(row, session)

    def sign_in(self, name: str, password: str, code: str | None) -> Principal:
        """The account's holder; raises `Refused` (bad_login, code_needed) and counts failures.

        An unknown name, a wrong password and a locked account read alike.
        """
        row = self.shelf.named(tidy(name))
        now = self._clock.wall()
        right = self._hasher.matches(password, "" if row is None else row.password)
        if row is None or not row.password or row.disabled_wall is not None:
            raise Refused("bad_login", _WRONG)
        if now < row.locked_until:
            raise Refused("bad_login", _WRONG)
        if not right:
            self._count_failure(row)
        if row.totp is not None:
            if code is None:
                raise Refused("code_needed", "send the code of the authenticator app as well")
            self._check_code(row, row.totp, code)
        elif row.role in self._limits.totp_roles:
            raise Refused("totp_needed", "this role needs an authenticator app: ask for one")
        self._forget_failures(row, password)
        return of_row(row)

    def change_password(self, row: AccountRow, password: str, *, keep: str = "") -> None:
        """Set another password; the account's sessions end, but for `keep`."""
        passwords.check_strength(password, row.name)
        self.shelf.change(
            row.id, keep=keep, password=self._hasher.hashed(password), failures=0, locked_until=0.0
        )

    def change_rights(self, row: AccountRow, role: str, teams: Sequence[str], agent: str) -> None:
        """Give the account another role, other teams or another agent; its sessions end."""
        check_rights(role, teams, agent)
        self.shelf.change(row.id, role=role, teams=tuple(teams), agent=agent)

    def disable(self, row: AccountRow) -> None:
        """Nobody signs in with it any more; its sessions end."""
        self.shelf.change(row.id, disabled_wall=self._clock.wall())

    def enable(self, row: AccountRow) -> None:
        """As before it was disabled or locked."""
        self.shelf.change(row.id, disabled_wall=None, failures=0, locked_until=0.0)

    def give_totp(self, row: AccountRow) -> str:
        """A new secret for an authenticator app; returned once, kept sealed."""
        self._seal.prepare(in_use=any(each.totp is not None for each in self.shelf.listed()))
        secret = totp.new_secret()
        sealed = self._seal.seal(secret.encode(), _purpose(row))
        self.shelf.change(row.id, totp=sealed, totp_step=0)
        return secret

    def take_totp(self, row: AccountRow) -> None:
        """The account signs in without codes again."""
        self.shelf.change(row.id, totp=None, totp_step=0)

    def named(self, name: str) -> AccountRow:
        """The account with this name; raises `BadInput`."""
        row = self.shelf.named(tidy(name))
        if row is None:
            raise BadInput("no_account", f"there is no account named {name}")
        return row

    def _made(self, new: NewAccount) -> AccountRow:
        name = check_name(new.name)
        check_rights(new.role, new.teams, new.agent)
        if new.subject is None:
            passwords.check_strength(new.password, name)
        return AccountRow(
            id=secrets.token_hex(6),
            name=name,
            role=new.role,
            teams=new.teams,
            agent=new.agent,
            password=self._hasher.hashed(new.password) if new.password else "",
            created_wall=self._clock.wall(),
            issuer=new.issuer,
            subject=new.subject,
        )

    def _check_code(self, row: AccountRow, sealed: str, code: str) -> None:
        secret = self._seal.open(sealed, _purpose(row)).decode()
        step = totp.step_of(secret, code, self._clock.wall())
        if step is None or not self.shelf.used_step(row.id, step):
            self._count_failure(row)

    def _count_failure(self, row: AccountRow) -> None:
        until = self._clock.wall() + self._limits.lock_s
        if self.shelf.failed(row.id, limit=self._limits.failures, locked_until=until):
            raise Refused("locked", _WRONG)
        raise Refused("bad_login", _WRONG)

    def _forget_failures(self, row: AccountRow, password: str) -> None:
        if self._hasher.outdated(row.password):
            better = self._hasher.hashed(password)
            self.shelf.change(row.id, end_sessions=False, password=better)
        if row.failures:
            self.shelf.change(row.id, end_sessions=False, failures=0)


def of_row(row: AccountRow, session: str = "") -> Principal:
    """The holder of the account."""
    return Principal(
        id=row.id,
        role=row.role,
        teams=row.teams,
        agent=row.agent,
        name=row.name,
        kind="user",
        session=session,
    )


def tidy(name: str) -> str:
    """One spelling for names that look alike."""
    return unicodedata.normalize("NFKC", name).strip()


def check_name(name: str) -> str:
    """The name as it is kept; raises `BadInput`."""
    kept = tidy(name)
    if not 1 <= len(kept) <= 64 or not kept.isprintable():
        message = "a name has 1 to 64 characters, none of them a control character"
        raise BadInput("bad_name", message, field="name")
    return kept


def check_rights(role: str, teams: Sequence[str], agent: str) -> None:
    """Raise `BadInput` for a role that is unknown or lacks its team or agent."""
    if role not in PERSONAL:
        message = f"unknown role {role}; known: {', '.join(PERSONAL)}"
        raise BadInput("unknown_role", message, field="role")
    if role in NEEDS_TEAM and not teams:
        raise BadInput("no_team", f"an account of role {role} needs a team", field="teams")
    if role == "agent" and len(teams) != 1:
        raise BadInput("bad_teams", "an account of role agent has one team", field="teams")
    if (role == "agent") != bool(agent):
        message = "an account of role agent needs an agent id, others have none"
        raise BadInput("no_agent", message, field="agent")
    if any(not 1 <= len(each) <= NAME_CHARS for each in teams) or len(agent) > NAME_CHARS:
        message = f"teams and agent ids have 1 to {NAME_CHARS} characters"
        raise BadInput("too_long", message, field="teams")


def _purpose(row: AccountRow) -> str:
    return f"totp:{row.id}"
