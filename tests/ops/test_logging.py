from __future__ import annotations

import errno
import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from monitor.ops.logging import configure, hide_secrets


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


def test_words_and_tokens_stay_out(capsys: pytest.CaptureFixture[str]) -> None:
    configure(json=True)
    structlog.get_logger().info("heard", call="c1", text="我的身份证号", token="cm_1_2")
    out, err = capsys.readouterr()
    line = json.loads(err)
    assert out == ""
    assert (line["event"], line["call"], line["level"]) == ("heard", "c1", "info")
    assert "身份证" not in err
    assert "cm_1_2" not in err


def test_a_line_of_log_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure(json=True)
    structlog.get_logger().warning("refused", peer="x\n{forged: true}")
    assert capsys.readouterr().err.count("\n") == 1


def test_below_the_level_is_silence(capsys: pytest.CaptureFixture[str]) -> None:
    configure(level="error")
    structlog.get_logger().warning("refused")
    logging.getLogger("uvicorn.error").info("GET /ws/alerts?token=x")
    assert capsys.readouterr().err == ""


def test_hide_secrets_leaves_the_rest() -> None:
    assert hide_secrets(None, "info", {"quote": "x", "call": "c1"}) == {
        "quote": "(hidden)",
        "call": "c1",
    }


class Full(io.StringIO):
    """A file on a disk that is full, until it is not."""

    full = True

    def write(self, text: str) -> int:
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(text)


def test_a_log_that_cannot_be_written_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    file = Full()
    monkeypatch.setattr("sys.stderr", file)
    configure()
    structlog.get_logger().error("recording interrupted")
    file.full = False
    structlog.get_logger().error("recording interrupted")
    assert file.getvalue().startswith("1 lines of log could not be written\n")
    assert file.getvalue().count("recording interrupted") == 1
