from __future__ import annotations

from pathlib import Path

import pytest

from monitor.errors import BadSetting
from monitor.ingest.target import read_target

URL = "ws://127.0.0.1:8765/ingest/l16"


@pytest.fixture(autouse=True)
def no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MONITOR_TOKEN", raising=False)


@pytest.mark.parametrize(
    ("url", "line"),
    [
        ("http://a/b", "--to: expected ws://HOST or wss://HOST, got 'http://a/b'"),
        ("127.0.0.1:8765", "--to: expected ws://HOST or wss://HOST, got '127.0.0.1:8765'"),
        ("ws://", "--to: expected ws://HOST or wss://HOST, got 'ws://'"),
        ("ws://a:99999/", "--to: not an address: Port out of range 0-65535"),
        ("ws://[::1/", "--to: not an address: Invalid IPv6 URL"),
    ],
)
def test_addresses_that_are_none(url: str, line: str) -> None:
    with pytest.raises(BadSetting) as raised:
        read_target(url)
    assert str(raised.value) == line
    assert raised.value.exit_status == 2


@pytest.mark.parametrize(
    "url", ["ws://me:secret@a/", "wss://a/?token=x", "ws://a/?Authorization=x"]
)
def test_secrets_do_not_belong_in_addresses(url: str) -> None:
    with pytest.raises(BadSetting, match="addresses end up in logs") as raised:
        read_target(url)
    assert "secret" not in str(raised.value)


def test_token_comes_from_the_file_before_the_environment(tmp_path: Path, monkeypatch) -> None:
    assert read_target(URL).token is None
    monkeypatch.setenv("MONITOR_TOKEN", "from-environment")
    assert read_target(URL).token == "from-environment"
    file = tmp_path / "token"
    file.write_text("from-file\n")
    assert read_target(URL, file).token == "from-file"
    assert "from-file" not in repr(read_target(URL, file))


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "holds no token (one word of ASCII)"),
        (b"two words", "holds no token (one word of ASCII)"),
        (b"a\nb", "holds no token (one word of ASCII)"),
        ("令牌".encode(), "a token is plain ASCII"),
    ],
)
def test_files_without_a_token(tmp_path: Path, content: bytes, fault: str) -> None:
    file = tmp_path / "token"
    file.write_bytes(content)
    with pytest.raises(BadSetting) as raised:
        read_target(URL, file)
    assert str(raised.value) == f"{file}: {fault}"


def test_a_token_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadSetting) as raised:
        read_target(URL, tmp_path / "none")
    assert str(raised.value) == f"{tmp_path / 'none'}: no such file or directory"


def test_a_token_in_clear_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not read_target("ws://10.0.0.1/").exposes_token
    monkeypatch.setenv("MONITOR_TOKEN", "t")
    assert read_target("ws://10.0.0.1/").exposes_token
    assert not read_target("wss://10.0.0.1/").exposes_token
    for loopback in ("ws://127.0.0.1/", "ws://[::1]/", "ws://localhost/"):
        assert not read_target(loopback).exposes_token
