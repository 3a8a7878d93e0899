from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from monitor.errors import BadSetting
from monitor.settings import GROUPS, Settings, change, load


def write(folder: Path, text: str) -> Path:
    file = folder / "monitor.toml"
    file.write_text(text, "utf8")
    return file


def test_without_anything_the_defaults_hold() -> None:
    assert load(environ={}) == Settings()
    assert Settings().server.host == "127.0.0.1"


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = write(tmp_path, '[server]\nport = 9000\nping_s = 3\n[store]\ndata = "d"\n')
    environ = {"MONITOR_SERVER_PORT": "9001", "MONITOR_SERVER_ORIGINS": "https://a,https://b"}
    settings = load(file, environ)
    assert (settings.server.port, settings.server.ping_s) == (9001, 3.0)
    assert settings.server.origins == ("https://a", "https://b")
    assert settings.store.data == "d"
    assert load(environ={"MONITOR_CONFIG": str(file)}).server.port == 9000


@pytest.mark.parametrize(
    ("text", "line", "field", "message"),
    [
        ("[server]\nprot = 1\n", 2, "server.prot", "did you mean server.port?"),
        ("\n[sever]\nport = 1\n", 2, "sever", "did you mean server?"),
        ("port = 1\n", 1, "port", "known: "),
        ("server = 1\n", 1, "server", r"write \[server\]"),
        ("[server]\n\nport = 70000\n", 3, "server.port", "<= 65535"),
        ('[store]\nqueue = 5\n[server]\nport = "x"\n', 4, "server.port", "Expected `int`"),
        ('[logs]\nlevel = "loud"\n', 2, "logs.level", "matching regex"),
    ],
)
def test_a_mistake_in_the_file_is_named(
    tmp_path: Path, text: str, line: int, field: str, message: str
) -> None:
    file = write(tmp_path, text)
    with pytest.raises(BadSetting, match=message) as fault:
        load(file, {})
    assert (fault.value.file, fault.value.line, fault.value.field) == (str(file), line, field)
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize("text", ["[server\n", "port == 1", "\ufeff[server]\n[server]"])
def test_a_file_that_is_no_toml(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadSetting):
        load(write(tmp_path, text), {})


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="No such file"):
        load(tmp_path / "none.toml", {})


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("MONITOR_SERVER_PORT", "x", "Expected `int`"),
        ("MONITOR_SERVER_PORTS", "1", "did you mean MONITOR_SERVER_PORT?"),
        ("MONITOR_SEVER_PORT", "1", "did you mean MONITOR_SERVER_PORT?"),
    ],
)
def test_a_mistake_in_the_environment_is_named(variable: str, value: str, message: str) -> None:
    with pytest.raises(BadSetting, match=message) as fault:
        load(environ={variable: value})
    assert fault.value.field == variable


def test_variables_of_others_are_left_alone() -> None:
    assert load(environ={"MONITOR_TOKEN": "x", "MONITOR_URL": "y", "PATH": "z"}) == Settings()


def test_change_leaves_what_is_not_given() -> None:
    settings = change(Settings(), "server", host=None, port=1)
    assert (settings.server.host, settings.server.port) == ("127.0.0.1", 1)
    with pytest.raises(BadSetting):
        change(Settings(), "server", port=-1)


def test_every_key_says_what_it_is_for() -> None:
    source = (Path(__file__).parent.parent / "monitor" / "settings.py").read_text("utf8")
    for group, kind in GROUPS.items():
        for field in msgspec.structs.fields(kind):
            at = source.index(f"    {field.name}:", source.index(f"class {kind.__name__}("))
            following = source[at:].splitlines()[1].strip()
            assert following.startswith('"""'), f"{group}.{field.name}"
