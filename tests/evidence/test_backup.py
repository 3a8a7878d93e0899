"""A backup comes back whole, and whoever followed the feed is told that it is another one."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from monitor.alerts import epochs, log
from monitor.alerts.log import Place
from monitor.clock import SystemClock, VirtualClock
from monitor.errors import BadInput
from monitor.events import Alert, CallStarted
from monitor.evidence import backup as backups
from monitor.evidence import manifest
from monitor.evidence.age import Identity
from monitor.evidence.keyring import KEYRING_FILE
from monitor.evidence.rehearsal import rehearse
from monitor.evidence.restore import restore
from monitor.settings import Keys, Settings
from monitor.settings import Store as StoreSettings
from monitor.store import calls, recordings
from monitor.store.life import LIFE_FILE
from monitor.store.store import RECORD_FILE, Store
from tests.evidence.taking import Studio, heard, sound
from tests.web.scripted import alert

CALL = CallStarted(call="c1", team="south", agent="8012")
WALL = VirtualClock().wall()


def write(store: Store, alerts: Sequence[Alert]) -> Place:
    """Log alerts; returns the end of the log."""

    def job(on: object) -> Place:
        number = calls.ensure(on, CALL, WALL)  # type: ignore[arg-type]
        for one in alerts:
            log.append(on, CALL, number, one, WALL)  # type: ignore[arg-type]
        return log.head(on, "south")  # type: ignore[arg-type]

    return store.writer.submit(job).result(10)


def head(data: Path) -> Place:
    with Store(data) as store:
        return store.writer.submit(lambda on: log.head(on, "south")).result(10)


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    made = Studio(tmp_path)
    made.play(sound(2.0))
    made.end()
    return made


@pytest.mark.sqlite
def test_a_backup_of_a_running_server_comes_back(studio: Studio) -> None:
    folder = studio.folder
    data, kept = folder / "data", folder / "data" / "recordings"
    with Store(data) as store:
        (data / "words.key").write_bytes(b"k" * 32)
        before = write(store, [alert("c1", number) for number in range(20)])
        (row,) = studio.notes.rows.values()
        store.writer.submit(lambda on: recordings.put(on, row)).result(10)
        made = backups.backup(data, kept, folder / "b", folder / "k", wall=WALL)
        write(store, [alert("c1", 99)])
    assert not list((folder / "b").rglob(KEYRING_FILE))
    assert not list((folder / "b").rglob("*.key"))
    said = heard(studio.files, studio.keys)
    shutil.rmtree(data)
    back = restore(made, folder / "k" / made.name, data, kept)
    assert (back.recordings, back.streams) == (1, 1)
    after = head(data)
    assert after.seq == before.seq == 20
    assert after.epoch != before.epoch
    assert (heard(studio.files, studio.keys) == said).all()
    assert studio.keys.verify() == 1
    assert (data / "words.key").read_bytes() == b"k" * 32


@pytest.mark.sqlite
def test_nothing_newer_is_lost(studio: Studio) -> None:
    folder = studio.folder
    data, kept = folder / "data", folder / "data" / "recordings"
    with Store(data) as store:
        write(store, [alert("c1", 1)])
    made = backups.backup(data, kept, folder / "b", folder / "k", wall=WALL)
    newer = Studio(folder)
    newer.play(sound(1.0))
    newer.end()
    (data / RECORD_FILE).unlink()
    files = set(kept.rglob("*.rec"))
    assert restore(made, None, data, kept).recordings == 0
    assert set(kept.rglob("*.rec")) == files
    with pytest.raises(BadInput, match="has a record already"):
        restore(made, None, data, kept)


def test_a_changed_or_broken_off_backup_is_refused(studio: Studio) -> None:
    folder = studio.folder
    data, kept = folder / "data", folder / "data" / "recordings"
    with Store(data) as store:
        write(store, [alert("c1", 1)])
    made = backups.backup(data, kept, folder / "b", folder / "k", wall=WALL)
    keys = folder / "k" / made.name
    for path in [*made.rglob("*.db"), *(folder / "b").rglob("*.rec"), *keys.rglob("*.json")]:
        good = path.read_bytes()
        path.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
        with pytest.raises(BadInput, match="not what was backed up"):
            restore(made, keys, folder / "new", folder / "new" / "recordings")
        path.write_bytes(good)
    (made / manifest.MANIFEST).unlink()
    with pytest.raises(BadInput, match="no manifest"):
        restore(made, keys, folder / "new", folder / "new" / "recordings")
    assert not (folder / "new" / RECORD_FILE).exists()


def test_keys_do_not_go_where_the_data_go(studio: Studio) -> None:
    for into, keys in (("b", "b"), ("b", "b/keys"), ("b/data", "b")):
        with pytest.raises(BadInput, match="different places"):
            backups.backup(
                studio.folder / "data",
                studio.folder / "data" / "recordings",
                studio.folder / into,
                studio.folder / keys,
                wall=WALL,
            )


def test_old_backups_go_and_their_recordings_with_them(studio: Studio) -> None:
    folder = studio.folder
    data, kept, into, keys = folder / "data", folder / "data" / "recordings", "b", "k"
    with Store(data) as store:
        write(store, [alert("c1", 1)])
    backups.backup(data, kept, folder / into, folder / keys, wall=WALL)
    studio.files[0].unlink()
    second = Studio(folder)
    second.play(sound(1.0))
    second.end()
    backups.backup(data, kept, folder / into, folder / keys, wall=WALL + 60)
    assert len(list((folder / into).rglob("*.rec"))) == 2
    assert backups.prune(folder / into, folder / keys, 1) == 1
    assert [path.stem for path in (folder / into).rglob("*.rec")] == [second.files[0].stem]
    assert len(backups.backups(folder / into)) == len(list((folder / keys).iterdir())) == 1


@pytest.mark.sqlite
def test_a_drill_opens_everything_and_leaves_nothing(tmp_path: Path) -> None:
    identity = Identity.new()
    studio = Studio(tmp_path)
    studio.keys.escrow = identity.recipient
    studio.play(sound(2.0))
    studio.end()
    settings = Settings(
        store=StoreSettings(data=str(tmp_path / "data")),
        keys=Keys(root=str(tmp_path / "apart" / "root.key")),
    )
    with Store(tmp_path / "data") as store:
        write(store, [alert("c1", number) for number in range(5)])
        told: list[str] = []
        report = rehearse(settings, tmp_path / "w", identity, SystemClock(), told.append)
    assert (report.recordings, report.faults, told) == (1, 0, [])
    assert report.rows >= 12
    (path,) = studio.files
    content = bytearray(path.read_bytes())
    content[-40] ^= 1
    path.write_bytes(content)
    with Store(tmp_path / "data"):
        report = rehearse(settings, tmp_path / "w2", identity, SystemClock(), told.append)
    assert report.faults == 2
    assert "is not what was written there" in told[0]


@pytest.mark.sqlite
async def test_a_record_put_back_by_hand_gets_new_epochs(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with Store(data) as store:
        await epochs.settle(store, data)
        first = write(store, [alert("c1", 1)])
    old = (data / RECORD_FILE).read_bytes()
    for _ in range(2):
        with Store(data) as store:
            await epochs.settle(store, data)
    assert head(data).epoch == first.epoch
    (data / RECORD_FILE).write_bytes(old)
    with Store(data) as store:
        await epochs.settle(store, data)
    second = head(data)
    assert second.epoch != first.epoch
    with Store(data) as store:
        await epochs.settle(store, data)
    assert head(data).epoch == second.epoch
    os.unlink(data / LIFE_FILE)
    with Store(data) as store:
        await epochs.settle(store, data)
    assert head(data).epoch != second.epoch


@pytest.mark.sqlite
async def test_a_copy_made_within_the_same_life_is_noticed_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(epochs, "NOTE_S", 0.01)
    data = tmp_path / "data"
    with Store(data) as store:
        life = await epochs.settle(store, data)
        first = write(store, [alert("c1", 1)])
        copy = tmp_path / "copy"
        copy.mkdir()
        backups._database(data / RECORD_FILE, copy / RECORD_FILE)
        write(store, [alert("c1", 2)])
        noting = asyncio.create_task(epochs.keep_noting(store, data, life))
        await asyncio.sleep(0.2)
        noting.cancel()
    shutil.copy(copy / RECORD_FILE, data / RECORD_FILE)
    for leftover in ("-wal", "-shm"):
        (data / (RECORD_FILE + leftover)).unlink(missing_ok=True)
    with Store(data) as store:
        await epochs.settle(store, data)
    assert head(data).epoch != first.epoch
