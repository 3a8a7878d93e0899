"""Who asks: the holder of a token or of an account, as known at this moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

Role = Literal["supervisor", "agent", "qa", "compliance", "admin", "auditor", "ingest"]
ROLES: Final[tuple[str, ...]] = get_args(Role)

NEEDS_TEAM: Final = ("supervisor", "agent", "ingest")
"""Roles that are nothing without a team."""

WITHOUT_TEAM_ALL: Final = ("qa", "compliance")
"""Roles that have every team when they are given none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Rights are read from `permissions`, never from here."""

    id: str
    """Of the token or the account."""
    role: str
    teams: tuple[str, ...] = ()
    agent: str = ""
    """The agent's id; role agent alone has one."""
    name: str = ""
    kind: Literal["token", "user"] = "token"
    session: str = ""
    """Id of the session, when the holder came with a cookie."""

    @property
    def team(self) -> str:
        """The first of the teams; empty for a holder without teams."""
        return self.teams[0] if self.teams else ""

    @property
    def everywhere(self) -> bool:
        """Whether the holder's role counts for every team."""
        return not self.teams and self.role in WITHOUT_TEAM_ALL

    @property
    def label(self) -> str:
        """For the audit log and the screens: `user:li.na`, `token:9f3a…`."""
        return f"{self.kind}:{self.name or self.id}" if self.kind == "user" else f"token:{self.id}"
