from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitor.commands.model import app
from monitor.errors import BadInput, Unavailable

runner = CliRunner()


def test_list_shows_the_bundled_model() -> None:
    result = runner.invoke(app, ["list"])
    assert result.exit_code == 0
    assert result.output.startswith("demo\t")


def test_verify_names_what_was_checked(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"")
    (tmp_path / "config.json").write_text("{}")
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    (tmp_path / "monitor.json").write_text(json.dumps({"sha256": {"model.bin": empty}}))
    result = runner.invoke(app, ["verify", str(tmp_path)])
    assert result.exit_code == 0
    assert "1 files are as they should be (model.bin)" in result.output


def test_unknown_model_is_bad_input() -> None:
    result = runner.invoke(app, ["verify", "enormous"])
    assert isinstance(result.exception, BadInput)


def test_fetch_offline_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    result = runner.invoke(app, ["fetch", "small"])
    assert isinstance(result.exception, Unavailable)
    assert "on a machine with internet" in str(result.exception)
