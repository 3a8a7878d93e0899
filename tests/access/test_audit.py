from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from typer.testing import CliRunner

from monitor.access import chain, checkpoint
from monitor.access.audit import AuditLog
from monitor.access.audit_shelf import AUDIT_FILE
from monitor.clock import VirtualClock
from monitor.commands import audit as command
from monitor.errors import BadInput, Unavailable
from monitor.evidence.keyring import KEYRING_FILE
from monitor.settings import Audit
from tests.evidence.taking import keyring
from tests.web.conftest import until


@pytest.fixture
def log(tmp_path: Path) -> Iterator[AuditLog]:
    with closing(AuditLog(tmp_path, Audit(), VirtualClock(), keyring(tmp_path))) as log:
        yield log


def run(*arguments: str, status: int = 0) -> str:
    result = CliRunner().invoke(command.app, list(arguments))
    if isinstance(result.exception, BadInput):
        raise result.exception
    assert result.exit_code == status, result.output
    return result.output


async def test_entries_from_two_processes_make_one_chain(log: AuditLog, tmp_path: Path) -> None:
    with closing(AuditLog(tmp_path, Audit(), VirtualClock(), keyring(tmp_path))) as other:
        both = [each for _ in range(50) for each in (log, other)]
        await asyncio.gather(*(each.note("user:a", "calls.read") for each in both))
    head, flaws = chain.flaws(log.shelf.links(), [])
    assert (head.size, flaws) == (100, [])


async def test_jotted_entries_are_written_in_order(log: AuditLog) -> None:
    for number in range(20):
        log.jot("server", "calls.send", f"c{number}")
    chore = asyncio.create_task(log.run())
    await until(lambda: log.shelf.head().size == 20)
    chore.cancel()
    entries = [each.body for each in log.shelf.links()]
    assert all(f'"about":"c{number}"' in body for number, body in enumerate(entries))


async def test_what_finds_no_room_is_counted(
    log: AuditLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.access.audit.JOTTED", 5)
    for number in range(8):
        log.jot("server", "calls.send", f"c{number}")
    assert log.lost == 3
    await log.drain()
    assert '"entries":3' in log.shelf.newest(1)[0].body


async def test_a_log_that_takes_nothing_is_an_error(log: AuditLog, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / AUDIT_FILE)) as raw:
        raw.execute("DROP TABLE links")
        raw.commit()
    with pytest.raises(Unavailable):
        await log.note("user:a", "calls.read")


async def test_a_change_of_rights_is_signed_at_once(log: AuditLog) -> None:
    await log.note("user:a", "calls.read")
    assert not log.anchor.exists()
    await log.note("user:a", "accounts.role", "li.na")
    (point,) = checkpoint.read(log.anchor)
    assert point.size == 2
    assert checkpoint.good(point, log.signer.public)


def test_a_lost_key_is_not_replaced(tmp_path: Path) -> None:
    with closing(AuditLog(tmp_path, Audit(), VirtualClock(), keyring(tmp_path))) as log:
        log.note_now("user:a", "calls.read")
    (tmp_path / "data" / KEYRING_FILE).unlink()
    with pytest.raises(Unavailable, match="restore keyring.json"):
        AuditLog(tmp_path, Audit(), VirtualClock(), keyring(tmp_path))


def test_checkpoints_go_to_a_webhook_too(tmp_path: Path) -> None:
    got: list[bytes] = []

    class Takes(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Takes) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/"
        settings = Audit(checkpoint_url=url, checkpoint_file=str(tmp_path / "outside"))
        with closing(AuditLog(tmp_path, settings, VirtualClock(), keyring(tmp_path))) as log:
            log.note_now("user:a", "accounts.add")
        server.shutdown()
    assert got[0] + b"\n" == (tmp_path / "outside").read_bytes()


def test_verify_and_show(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path))
    with pytest.raises(BadInput):
        run("verify", *data)
    with closing(AuditLog(tmp_path, Audit(), VirtualClock(), keyring(tmp_path))) as log:
        for number in range(5):
            log.note_now("user:李", "calls.read", f"c{number}")
        log.note_now("user:wang", "accounts.add", "zhou")
    assert run("verify", *data).startswith("6 entries, each as it was; 6 of them")
    assert "c4" in run("show", "--actor", "user:李", "--limit", "1", *data)
    assert '"action":"accounts.add"' in run("show", "--json", "--action", "accounts.", *data)
    assert run("key", *data).strip() == log.signer.public


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM links WHERE seq = 2",
        "DELETE FROM links WHERE seq > 3",
        "UPDATE links SET body = replace(body, 'c1', 'c9') WHERE seq = 2",
    ],
)
def test_verify_finds_what_was_done_to_the_file(tmp_path: Path, statement: str) -> None:
    with closing(AuditLog(tmp_path, Audit(), VirtualClock(), keyring(tmp_path))) as log:
        for number in range(5):
            log.note_now("user:a", "calls.read", f"c{number}")
        log.sign()
    with closing(sqlite3.connect(tmp_path / AUDIT_FILE)) as raw:
        raw.execute(statement)
        raw.commit()
    assert "entry" in run("verify", "--data", str(tmp_path), status=1)


def test_a_checkpoint_of_another_key_is_refused(tmp_path: Path) -> None:
    with closing(AuditLog(tmp_path, Audit(), VirtualClock(), keyring(tmp_path))) as log:
        log.note_now("user:a", "accounts.add")
    other = checkpoint.Signer(keyring(tmp_path / "other"), tmp_path)
    other.prepare(in_use=False)
    with pytest.raises(BadInput, match="not signed"):
        run("verify", "--key", other.public, "--data", str(tmp_path))
