from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitor.clock import SystemClock
from monitor.commands.token import app
from monitor.errors import BadInput
from monitor.evidence import opening
from monitor.settings import Settings, Store
from monitor.store.access_file import AccessFile
from monitor.web.server import doorkeeper


def run(*arguments: str) -> list[str]:
    result = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    if result.exception is not None and result.exit_code:
        raise result.exception
    return result.stdout.splitlines()


async def test_made_listed_and_taken_back(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path))
    (token,) = run("create", "--role", "supervisor", "--team", "south", "--name", "李", *data)
    file = AccessFile(tmp_path)
    settings = Settings(store=Store(data=str(tmp_path)))
    door = doorkeeper(file, settings, SystemClock(), opening.opened(settings))
    principal = await door.admit(token)
    assert (principal.role, principal.team) == ("supervisor", "south")
    (line,) = run("list", *data)
    assert line.split()[:3] == [principal.id, "supervisor", "good"]
    assert line.endswith("south 李")
    assert token.split("_")[2] not in line
    run("revoke", principal.id, *data)
    assert "revoked" in run("list", *data)[0]
    assert not await door.still_good(principal)
    file.close()


@pytest.mark.parametrize(
    "arguments",
    [("create", "--role", "boss"), ("create", "--role", "supervisor"), ("revoke", "nothing")],
)
def test_a_mistake_is_one_sentence(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    with pytest.raises(BadInput) as fault:
        run(*arguments, "--data", str(tmp_path))
    assert fault.value.exit_status == 2
    assert "\n" not in str(fault.value)
