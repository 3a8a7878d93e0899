from __future__ import annotations

import logging
import tempfile
from pathlib import Path

import pytest

from monitor.text.cuts import _tokenizer, cuts, word_frequency, words_holding


def test_words() -> None:
    assert cuts("这款产品保本") == ("这", "款", "产品", "保本")
    assert "".join(cuts("a，\n\ud800 b保")) == "a，\n\ud800 b保"


def test_frequency() -> None:
    assert word_frequency("包裹") > 100
    assert word_frequency("宝本") == 0
    assert "第一次" in words_holding("第一", at_least=100)


def test_jieba_is_quiet_and_leaves_no_file(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr("monitor.text.cuts._tokenizer", _tokenizer.__wrapped__)
    assert word_frequency("安静") > 0
    assert not logging.getLogger("jieba").handlers
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr().err == ""
