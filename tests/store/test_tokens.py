from __future__ import annotations

from pathlib import Path

from monitor.store.tokens import ACCESS_FILE, TokenRow, TokenShelf

ROW = TokenRow(
    id="a1", hash="f" * 64, role="supervisor", team="south", agent="", name="李", created_wall=1.0
)


def test_a_token_is_found_listed_and_taken_back(tmp_path: Path) -> None:
    shelf = TokenShelf(tmp_path)
    shelf.add(ROW)
    assert shelf.find("a1") == ROW
    assert shelf.find("a2") is None
    assert shelf.revoke("a1", 5.0)
    assert not shelf.revoke("a1", 6.0)
    assert not shelf.revoke("a2", 6.0)
    assert [row.revoked_wall for row in shelf.listed()] == [5.0]
    shelf.close()


def test_another_process_sees_it_at_once(tmp_path: Path) -> None:
    server, command = TokenShelf(tmp_path), TokenShelf(tmp_path)
    assert server.find("a1") is None
    command.add(ROW)
    command.close()
    assert server.find("a1") == ROW
    server.close()


def test_only_the_owner_reads_the_file(tmp_path: Path) -> None:
    TokenShelf(tmp_path / "data").close()
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0
    assert (tmp_path / "data" / ACCESS_FILE).stat().st_mode & 0o077 == 0
