from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from monitor.asr import card, models
from monitor.errors import BadInput, Unavailable


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "model.bin").write_bytes(b"weights")
    (tmp_path / "config.json").write_text("{}")
    return tmp_path


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))


def sums() -> dict[str, str]:
    return {"model.bin": hashlib.sha256(b"weights").hexdigest()}


def test_stock_model_has_30_s_windows(folder: Path) -> None:
    found = models.find(str(folder))
    assert found.folder == folder
    assert found.card == card.ModelCard()
    assert not found.card.short_windows


def test_card_is_read_and_unknown_fields_are_left_alone(folder: Path) -> None:
    text = {"name": "own", "shortest_window_s": 1.0, "end_margin_s": 0.5, "later": [1]}
    (folder / "monitor.json").write_text(json.dumps(text))
    found = models.find(str(folder)).card
    assert (found.name, found.shortest_window_s, found.end_margin_s) == ("own", 1.0, 0.5)
    assert found.short_windows


def test_a_model_that_only_heard_machines_is_known(folder: Path) -> None:
    (folder / "monitor.json").write_text(json.dumps({"trained_on": "Synthetic speech only"}))
    assert models.find(str(folder)).card.synthetic
    assert not card.ModelCard().synthetic


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "truncated"),
        ('{"shortest_window_s": "1"}', "shortest_window_s"),
        ('{"shortest_window_s": 0}', "0..30 s"),
        ('{"end_margin_s": 31}', "0..30 s"),
    ],
)
def test_bad_card_is_named(folder: Path, text: str, says: str) -> None:
    (folder / "monitor.json").write_text(text)
    with pytest.raises(BadInput) as caught:
        models.find(str(folder))
    assert "monitor.json" in str(caught.value)
    assert says in str(caught.value)


def test_bundled_model_is_found_whole() -> None:
    assert models.find("demo").folder.name == "model"
    assert models.available()[0].name == "demo"


def test_folder_without_weights_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"model\.bin is missing"):
        models.find(str(tmp_path))


@pytest.mark.parametrize("name", ["enormous", "./nowhere", "a/b/c", "/nowhere", ""])
def test_unknown_name_lists_what_is_known(name: str) -> None:
    with pytest.raises(BadInput, match="large-v3-turbo"):
        models.find(name)


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize("name", ["small", "Systran/faster-whisper-small"])
def test_model_not_on_this_machine_says_how_to_get_it(name: str) -> None:
    with pytest.raises(Unavailable) as caught:
        models.find(name)
    message = str(caught.value)
    assert "\n" not in message
    assert f"monitor model fetch {name} --into FOLDER" in message
    assert "--model FOLDER" in message
    assert caught.value.exit_status == 1


@pytest.mark.usefixtures("offline")
def test_fetch_without_network_is_one_clear_line(tmp_path: Path) -> None:
    for into in (None, tmp_path / "into"):
        with pytest.raises(Unavailable) as caught:
            models.fetch("small", into=into)
        assert "Systran/faster-whisper-small" in str(caught.value)
        assert "\n" not in str(caught.value)


def test_checksums_of_the_card_hold(folder: Path) -> None:
    (folder / "monitor.json").write_text(json.dumps({"sha256": sums()}))
    assert models.verify(models.find(str(folder))) == ["model.bin"]


def test_checksums_of_a_sums_file_hold(folder: Path) -> None:
    (folder / "SHA256SUMS").write_text(f"{sums()['model.bin']}  model.bin\n")
    assert models.verify(models.find(str(folder))) == ["model.bin"]


def test_changed_file_is_named(folder: Path) -> None:
    (folder / "monitor.json").write_text(json.dumps({"sha256": sums()}))
    found = models.find(str(folder))
    (folder / "model.bin").write_bytes(b"other weights")
    with pytest.raises(BadInput, match=r"model\.bin: sha256 is"):
        models.verify(found)
    (folder / "model.bin").unlink()
    with pytest.raises(BadInput, match="not there"):
        models.verify(found)


def test_nothing_to_compare_with_is_said(folder: Path) -> None:
    with pytest.raises(BadInput, match="has checksums"):
        models.verify(models.find(str(folder)))
