"""`monitor recording export`: what leaves is in the audit log, or does not leave."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import msgspec
import pytest
import soundfile

from monitor import cli
from monitor.access.audit_shelf import AUDIT_FILE, AuditShelf
from monitor.store import recordings
from monitor.store.store import Store
from tests.evidence.taking import Studio, sound
from tests.evidence.test_keys import monitor


@pytest.mark.sqlite
def test_an_export_is_in_the_audit_log_or_does_not_leave(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    monkeypatch.setenv("MONITOR_STORE_DATA", str(data))
    monkeypatch.setenv("MONITOR_KEYS_ROOT", str(tmp_path / "apart" / "root.key"))
    if not cli.app.registered_groups:
        cli.register()
    studio, said = Studio(tmp_path), sound(1.0)
    studio.play(said)
    studio.end()
    (row,) = studio.notes.rows.values()
    with Store(data) as store:
        store.writer.submit(lambda on: recordings.put(on, row)).result(10)
    taken = tmp_path / "out.flac"
    wanted = ("recording", "export", "c1", "--team", "south", "--into")
    assert monitor(*wanted, taken)[0] == 0
    with closing(AuditShelf(data)) as shelf:
        (link,) = shelf.newest(10)
    entry = msgspec.to_builtins(link)
    with soundfile.SoundFile(taken) as file:
        mark, played = file.comment, file.read(dtype="int16")
    assert (played == said).all()
    assert mark in str(entry)
    assert "recordings.export" in str(entry)
    (data / AUDIT_FILE).unlink()
    (data / AUDIT_FILE).mkdir()
    status, why = monitor(*wanted, tmp_path / "second.wav")
    assert (status, "audit" in why) == (1, True)
    assert not (tmp_path / "second.wav").exists()
