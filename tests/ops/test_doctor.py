from __future__ import annotations

import socket
from pathlib import Path

from monitor.ops import doctor
from monitor.ops.doctor import Finding
from monitor.settings import Server, Settings, Store


def one(found: object) -> Finding:
    (finding,) = list(found)  # type: ignore[call-overload]
    assert isinstance(finding, Finding)
    return finding


def test_what_is_there_is_ok(tmp_path: Path) -> None:
    settings = Settings(store=Store(data=str(tmp_path / "not" / "yet")), server=Server(port=0))
    assert one(doctor.python(settings)).verdict == "ok"
    assert one(doctor.packages(settings)).verdict == "ok"
    assert one(doctor.disk(settings)).verdict in ("ok", "note")
    assert one(doctor.port(settings)).verdict == "ok"
    assert not (tmp_path / "not").exists()
    assert list(tmp_path.iterdir()) == []


def test_a_taken_port_is_a_note_with_advice() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        finding = one(doctor.port(Settings(server=Server(port=port))))
    assert finding.verdict == "note"
    assert "--port" in finding.remedy


def test_a_folder_that_cannot_be_written_is_missing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    finding = one(doctor.disk(Settings(store=Store(data=str(tmp_path / "file" / "data")))))
    assert finding.verdict == "missing"
    assert "--data" in finding.remedy


def test_every_finding_that_is_not_ok_says_what_to_do(tmp_path: Path) -> None:
    def broken(_: Settings):
        yield Finding(name="model", verdict="missing", detail="x", remedy="fetch it")

    settings = Settings(store=Store(data=str(tmp_path)), server=Server(port=0))
    findings = list(doctor.examine(settings, (broken,)))
    assert findings[-1].name == "model"
    assert all(finding.remedy for finding in findings if finding.verdict != "ok")
