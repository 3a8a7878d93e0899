from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitor.commands import access, keys, user
from monitor.errors import BadInput

PASSWORD = "correct horse 电池"


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("own")))
    monkeypatch.setenv("MONITOR_ACCESS_HASH_MIB", "7")
    monkeypatch.setenv("MONITOR_ACCESS_HASH_PASSES", "1")


def run(app: object, *arguments: str, given: str = "", status: int = 0) -> list[str]:
    result = CliRunner().invoke(app, list(arguments), input=given)  # type: ignore[arg-type]
    if isinstance(result.exception, BadInput):
        raise result.exception
    assert result.exit_code == status, result.output
    return result.stdout.splitlines()


def made(folder: Path, name: str, role: str, *teams: str) -> tuple[str, ...]:
    data = ("--data", str(folder))
    flags = [part for team in teams for part in ("--team", team)]
    run(user.app, "add", name, "--role", role, *flags, *data, given=PASSWORD + "\n")
    return data


def test_made_listed_changed_and_disabled(tmp_path: Path) -> None:
    data = made(tmp_path, "li.na", "supervisor", "south", "east")
    (line,) = run(user.app, "list", *data)
    assert line.split() == ["li.na", "supervisor", "good", "-", line.split()[4], "south", "east"]
    run(user.app, "role", "li.na", "qa", *data)
    run(user.app, "password", "li.na", *data, given="又一个 long password\n")
    # a command makes no root key: it would be that of whoever types
    assert run(user.app, "totp", "li.na", *data, status=1) == []
    run(keys.app, "init", *data)
    secret, address = run(user.app, "totp", "li.na", *data)
    assert secret in address
    run(user.app, "totp", "li.na", "--remove", *data)
    run(user.app, "disable", "li.na", *data)
    assert run(user.app, "list", *data)[0].split()[1:3] == ["qa", "disabled"]
    run(user.app, "enable", "li.na", *data)
    assert run(user.app, "list", *data)[0].split()[1:3] == ["qa", "good"]


@pytest.mark.parametrize(
    ("arguments", "given"),
    [
        (("add", "li", "--role", "boss"), PASSWORD),
        (("add", "li", "--role", "supervisor"), PASSWORD),
        (("add", "li", "--role", "agent", "--team", "a"), PASSWORD),
        (("add", "\x07", "--role", "admin"), PASSWORD),
        (("add", "li", "--role", "admin"), "short"),
        (("add", "li", "--role", "admin"), "aaaaaaaaaaaaaaaaaaaa"),
        (("add", "li.na", "--role", "admin"), PASSWORD),
        (("add", " li.na ", "--role", "admin"), PASSWORD),
        (("disable", "nobody"), ""),
    ],
)
def test_a_mistake_is_one_sentence(tmp_path: Path, arguments: tuple[str, ...], given: str) -> None:
    data = made(tmp_path, "li.na", "supervisor", "south")
    with pytest.raises(BadInput) as fault:
        run(user.app, *arguments, *data, given=given + "\n")
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize(
    ("name", "action", "about", "answer"),
    [
        ("li.na", "calls.read", "south", "yes"),
        ("li.na", "calls.read", "north", "no"),
        ("li.na", "rules.approve", "", "no"),
        ("wang", "accounts.manage", "", "yes"),
        ("wang", "calls.read", "south", "no"),
    ],
)
def test_explain(tmp_path: Path, name: str, action: str, about: str, answer: str) -> None:
    data = made(tmp_path, "li.na", "supervisor", "south")
    made(tmp_path, "wang", "admin")
    arguments = ("explain", name, action, *filter(None, [about]), *data)
    (line,) = run(access.app, *arguments, status=0 if answer == "yes" else 1)
    assert line.startswith(f"{answer}: ")


def test_explain_knows_who_is_disabled(tmp_path: Path) -> None:
    data = made(tmp_path, "li.na", "supervisor", "south")
    run(user.app, "disable", "li.na", *data)
    assert run(access.app, "explain", "li.na", "calls.read", *data, status=1) == [
        "no: the account is disabled"
    ]
    with pytest.raises(BadInput):
        run(access.app, "explain", "li.na", "calls.burn", *data)


def test_the_table_can_be_read() -> None:
    lines = run(access.app, "list")
    assert any(line.split() == ["metrics.read", "admin=all"] for line in lines)
