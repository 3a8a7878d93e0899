"""Keys of the data folder besides those of recordings: never in clear beside what they open."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitor.access.seal import LOGINS, WORDS, Seal
from monitor.commands import keys as command
from monitor.errors import Unavailable
from monitor.evidence import opening
from monitor.evidence.age import Identity
from monitor.evidence.keyring import KEYRING_FILE, Keyring
from monitor.evidence.root import FileRoot, RootKey
from monitor.settings import Keys, Settings, Store
from tests.evidence.taking import keyring
from tests.web.conftest import House

SECRET = b"JBSWY3DPEHPK3PXP"


def settings(folder: Path) -> Settings:
    root = folder / "apart" / "root.key"
    return Settings(store=Store(data=str(folder / "data")), keys=Keys(root=str(root)))


def test_a_named_key_is_made_once(tmp_path: Path) -> None:
    ring = keyring(tmp_path)
    assert ring.named(WORDS, make=False) is None
    made = ring.named(WORDS, make=True)
    assert made == ring.named(WORDS, make=True) == keyring(tmp_path).named(WORDS, make=False)
    assert made != ring.named(LOGINS, make=True)
    assert made is not None
    assert made not in (tmp_path / "data" / KEYRING_FILE).read_bytes()
    # neither may one stand in for the other, nor for that of a team
    text = (tmp_path / "data" / KEYRING_FILE).read_text()
    swapped = text.replace(f'"{WORDS}"', '"x"').replace(f'"{LOGINS}"', f'"{WORDS}"')
    (tmp_path / "data" / KEYRING_FILE).write_text(swapped)
    with pytest.raises(Unavailable, match="does not open"):
        ring.named(WORDS, make=False)


def test_keys_of_older_versions_are_taken_in(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    old = {name: os.urandom(32) for name in ("words", "access", "audit")}
    for name, raw in old.items():
        (data / f"{name}.key").write_bytes(raw)
    ring = opening.opened(settings(tmp_path))
    assert {name: ring.named(name, make=False) for name in old} == old
    assert not list(data.glob("*.key"))
    # killed between the two steps: both are there, and the same
    (data / "words.key").write_bytes(old["words"])
    opening.opened(settings(tmp_path))
    assert not list(data.glob("*.key"))
    (data / "words.key").write_bytes(os.urandom(32))
    with pytest.raises(Unavailable, match="different keys"):
        opening.opened(settings(tmp_path))
    (data / "words.key").write_bytes(b"short")
    with pytest.raises(Unavailable, match=r"words\.key is no key"):
        opening.opened(settings(tmp_path))


def test_a_lost_root_key_is_refused_and_not_replaced(tmp_path: Path) -> None:
    chosen = settings(tmp_path)
    sealed = Seal(opening.opened(chosen), WORDS).seal(SECRET, "x")
    root = Path(chosen.keys.root)
    kept = root.read_bytes()
    root.unlink()
    with pytest.raises(Unavailable, match="put the right key back"):
        opening.opened(chosen)
    FileRoot(root).create([RootKey.new()])
    for start in (opening.opened, lambda its: opening.LateKeys(its).named(LOGINS, make=True)):
        with pytest.raises(Unavailable, match="put the right key back"):
            start(chosen)
    root.write_bytes(kept)
    assert Seal(opening.opened(chosen), WORDS).open(sealed, "x") == SECRET


def test_rotation_and_escrow_take_them_along(tmp_path: Path) -> None:
    chosen, identity = settings(tmp_path), Identity.new()
    before = opening.opened(chosen)
    sealed = Seal(before, WORDS).seal(SECRET, "x")
    told = ("--data", chosen.store.data)
    environ = {"MONITOR_KEYS_ROOT": chosen.keys.root}
    assert CliRunner().invoke(command.app, ["rotate", *told], env=environ).exit_code == 0
    assert Seal(opening.opened(chosen), WORDS).open(sealed, "x") == SECRET
    # an escrow key that came later covers a key that was there
    root = opening.root_source(chosen)
    Keyring(tmp_path / "data", root, escrow=identity.recipient).named(WORDS, make=False)
    fresh = FileRoot(tmp_path / "new" / "root.key")
    fresh.create([RootKey.new()])
    ring = Keyring(tmp_path / "data", fresh)
    ring.recover(identity, fresh.load()[0])
    assert Seal(ring, WORDS).open(sealed, "x") == SECRET


async def test_a_server_leaves_no_key_in_clear(house: House) -> None:
    house.state.words.seal(SECRET, "x")
    names = {path.name for path in house.folder.iterdir()}
    assert KEYRING_FILE in names
    assert not [name for name in names if name.endswith(".key")]
    assert (house.folder / "audit.pub").read_text().strip() == house.state.audit.signer.public
