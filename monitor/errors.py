"""Every error the program raises on purpose.

- `MonitorError` (code, message)
    - `BadInput`: what the user gave cannot be used; exit 2, names file, line and field
        - `BadAudio`: a recording or stream that is not what it says
        - `BadLexicon`: a rule pack with a mistake; the pack in force stays
        - `BadMessage`: a message on a socket that breaks the protocol
        - `BadSetting`: a setting unknown or out of range
    - `Refused`: the caller may not do this (no token, wrong role or team, second client)
        - `NeedsSecondPerson`: not alone; says what to ask for
    - `Conflict`: what was asked does not fit what is there (gone, done before, text missing)
    - `Unavailable`: something outside is missing (model, system library, port, database); exit 1
    - `Overloaded`: a bound was reached and the overflow was recorded
    - `Damaged`: evidence whose seal does not hold: cut, changed, or of another key
"""

from __future__ import annotations

from typing import Final


class MonitorError(Exception):
    """An error with a machine-readable `code` (snake_case) and a sentence for people."""

    exit_status: int = 1

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code: Final = code
        self.message: Final = message

    def __str__(self) -> str:
        return self.message


class BadInput(MonitorError):
    """Input that cannot be used. `file`, `line` (from 1) and `field` say where."""

    exit_status = 2

    def __init__(
        self,
        code: str,
        message: str,
        *,
        file: str | None = None,
        line: int | None = None,
        field: str | None = None,
    ) -> None:
        super().__init__(code, message)
        self.file: Final = file
        self.line: Final = line
        self.field: Final = field

    def __str__(self) -> str:
        where = self.file or ""
        if self.line is not None:
            where += f":{self.line}"
        parts = [part for part in (where, self.field) if part]
        return ": ".join([*parts, self.message])


class BadAudio(BadInput):
    """A recording or a stream that is not what it says it is."""


class BadLexicon(BadInput):
    """A rule pack with a mistake; `field` names the rule."""


class BadMessage(BadInput):
    """A message on a socket that breaks the protocol."""


class BadSetting(BadInput):
    """A setting that is unknown or out of range."""


class Refused(MonitorError):
    """The caller may not do this."""


class NeedsSecondPerson(Refused):
    """The caller may do `action` to `about` once somebody else has agreed to it."""

    def __init__(self, action: str, about: str) -> None:
        message = f"{action} of {about} needs a second person: POST /api/approvals first"
        super().__init__("second_person", message)
        self.action: Final = action
        self.about: Final = about


class Conflict(MonitorError):
    """What was asked does not fit what is there; a code that begins with `no_alert` or `no_call`
    says that it is not there at all."""


class Unavailable(MonitorError):
    """Something outside the program is missing or not answering."""


class Overloaded(MonitorError):
    """A bound was reached; what overflowed was recorded before this was raised."""


class Damaged(MonitorError):
    """Evidence whose seal does not hold; what was read before it stays good."""
