"""From what a provider says of somebody to an account here; without a rule nobody is let in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from monitor.access.accounts import Accounts, NewAccount, check_rights, of_row, tidy
from monitor.access.principal import Principal
from monitor.errors import BadInput, BadSetting, Refused
from monitor.settings import Oidc


def rules(lines: Sequence[str], field: str) -> list[tuple[str, str]]:
    """`value=meaning` lines in their order; raises `BadSetting`."""
    found = []
    for line in lines:
        value, equals, meaning = line.rpartition("=")
        if not equals or not value.strip() or not meaning.strip():
            raise BadSetting("bad_value", f"{line!r} is not `value=…`", field=field)
        found.append((value.strip(), meaning.strip()))
    return found


class People:
    """Keeps accounts in step with what the provider says at each sign-in."""

    def __init__(self, chosen: Oidc, accounts: Accounts) -> None:
        """Raises `BadSetting`."""
        self._chosen = chosen
        self._accounts = accounts
        self._roles = rules(chosen.roles, "oidc.roles")
        self._teams = rules(chosen.teams, "oidc.teams")
        for _, role in self._roles:
            try:
                check_rights(role, ("x",), "x" if role == "agent" else "")
            except BadInput as fault:
                raise BadSetting("bad_value", fault.message, field="oidc.roles") from None

    def admit(self, claims: Mapping[str, Any]) -> Principal:
        """The holder of the account; made at the first sign-in, its rights as claimed today.

        Raises `Refused`: oidc_no_role, oidc_bad_rights, oidc_disabled or oidc_name_taken.
        """
        role, teams, agent = self.rights(claims)
        row = self._accounts.shelf.known_as(self._chosen.issuer, claims["sub"])
        if row is None:
            row = self._add(claims, role, teams, agent)
        if row.disabled_wall is not None:
            raise Refused("oidc_disabled", f"the account {row.name} is disabled here")
        if (row.role, row.teams, row.agent) != (role, teams, agent):
            self._accounts.change_rights(row, role, teams, agent)
            found = self._accounts.shelf.find(row.id)
            assert found is not None
            row = found
        return of_row(row)

    def rights(self, claims: Mapping[str, Any]) -> tuple[str, tuple[str, ...], str]:
        """Role, teams and agent; raises `Refused`."""
        held = _values(claims.get(self._chosen.role_claim))
        role = next((role for value, role in self._roles if value in held), None)
        if role is None:
            message = f"nothing in {self._chosen.role_claim} gives a role here"
            raise Refused("oidc_no_role", message)
        named = _values(claims.get(self._chosen.team_claim))
        teams = tuple(dict.fromkeys(team for value, team in self._teams if value in named))
        agent = str(claims.get(self._chosen.agent_claim, "")) if role == "agent" else ""
        try:
            check_rights(role, teams, agent)
        except BadInput as fault:
            raise Refused("oidc_bad_rights", fault.message) from None
        return role, teams, agent

    def _add(self, claims: Mapping[str, Any], role: str, teams: Any, agent: str) -> Any:
        name = tidy(str(claims.get(self._chosen.name_claim) or claims["sub"]))
        new = NewAccount(
            name=name,
            role=role,
            teams=teams,
            agent=agent,
            issuer=self._chosen.issuer,
            subject=claims["sub"],
        )
        try:
            return self._accounts.add(new)
        except Refused:
            message = f"another account here is named {name}: ask an administrator"
            raise Refused("oidc_name_taken", message) from None
        except BadInput as fault:
            raise Refused("oidc_bad_rights", fault.message) from None


def _values(claim: object) -> frozenset[str]:
    if isinstance(claim, str):
        return frozenset((claim,))
    if isinstance(claim, list):
        return frozenset(each for each in claim if isinstance(each, str))
    return frozenset()
