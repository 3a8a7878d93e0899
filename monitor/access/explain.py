"""The answer of the permissions to a question of a person, with the reason."""

from __future__ import annotations

from typing import Final

from monitor.access.accounts import of_row, tidy
from monitor.access.permissions import ACTIONS, Decision, decide
from monitor.access.principal import Principal
from monitor.errors import BadInput
from monitor.store.access_file import AccessFile
from monitor.store.accounts import AccountShelf
from monitor.store.tokens import TokenShelf

_TOKEN: Final = "token:"


def explained(file: AccessFile, user: str, action: str, about: str) -> Decision:
    """May `user` (an account's name or `token:ID`) do `action` to `about` (`TEAM[/AGENT]`)?

    Raises `BadInput` for a user or an action that nobody knows.
    """
    if action not in ACTIONS:
        raise BadInput("unknown_action", f"no action is named {action}: see `monitor access list`")
    who = _holder(file, user)
    if isinstance(who, Decision):
        return who
    team, _, agent = about.partition("/")
    return decide(who, action, team=team or None, agent=agent or None)


def _holder(file: AccessFile, user: str) -> Principal | Decision:
    if user.startswith(_TOKEN):
        token = TokenShelf(file).find(user.removeprefix(_TOKEN))
        if token is None:
            raise BadInput("no_token", f"there is no token {user.removeprefix(_TOKEN)}")
        if token.revoked_wall is not None:
            return Decision(allowed=False, code="token_revoked", why="the token was taken back")
        teams = (token.team,) if token.team else ()
        return Principal(id=token.id, role=token.role, teams=teams, agent=token.agent)
    row = AccountShelf(file).named(tidy(user))
    if row is None:
        raise BadInput("no_account", f"there is no account named {user}")
    if row.disabled_wall is not None:
        return Decision(allowed=False, code="disabled", why="the account is disabled")
    return of_row(row)
