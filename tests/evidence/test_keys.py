from __future__ import annotations

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitor import cli
from monitor.clock import VirtualClock
from monitor.errors import BadInput, BadSetting, Damaged, MonitorError, Unavailable
from monitor.evidence import age, drill, opening, root
from monitor.evidence.age import Identity, Recipient
from monitor.evidence.keyring import KEYRING_FILE, Keyring
from monitor.evidence.root import CommandRoot, CredentialRoot, FileRoot, RootKey
from monitor.settings import Keys, Settings, Store
from tests.evidence.taking import Studio, heard, sound

WALL = VirtualClock().wall()
MONTH_S = 32 * 86_400


def settings(folder: Path, **keys: str) -> Settings:
    chosen = {"root": str(folder / "apart" / "root.key")} | keys
    return Settings(store=Store(data=str(folder / "data")), keys=Keys(**chosen))


@pytest.fixture
def file(tmp_path: Path) -> FileRoot:
    made = FileRoot(tmp_path / "apart" / "root.key")
    made.create([RootKey.new()])
    return made


def test_each_team_and_month_has_a_key_of_its_own(tmp_path: Path, file: FileRoot) -> None:
    ring = Keyring(tmp_path, file)
    south = ring.current("south", WALL)
    assert ring.current("south", WALL).id == south.id
    others = {ring.current("north", WALL).id, ring.current("south", WALL + MONTH_S).id}
    assert len(others | {south.id}) == 3
    again = Keyring(tmp_path, file)
    assert again.verify() == 3
    assert again.find(south.id).raw == south.raw
    assert again.current("south", WALL).id == south.id
    content = (tmp_path / KEYRING_FILE).read_bytes()
    assert south.raw not in content
    assert (tmp_path / KEYRING_FILE).stat().st_mode & 0o777 == 0o600


def test_two_processes_agree_on_the_key_of_a_month(tmp_path: Path, file: FileRoot) -> None:
    one, two = Keyring(tmp_path, file), Keyring(tmp_path, file)
    assert one.current("south", WALL).id == two.current("south", WALL).id


def test_a_key_cannot_be_passed_off_as_that_of_another_team(tmp_path: Path, file: FileRoot) -> None:
    ring = Keyring(tmp_path, file)
    ring.current("south", WALL)
    path = tmp_path / KEYRING_FILE
    path.write_bytes(path.read_bytes().replace(b'"south"', b'"north"'))
    with pytest.raises(Unavailable, match="does not open"):
        Keyring(tmp_path, file).verify()


def test_rotation_moves_keys_and_leaves_recordings_alone(tmp_path: Path) -> None:
    studio, said = Studio(tmp_path), sound(1.0)
    studio.play(said)
    studio.end()
    (path,) = studio.files
    before = path.read_bytes()
    file = FileRoot(tmp_path / "apart" / "root.key")
    (old,) = file.load()
    fresh = RootKey.new()
    file.save([fresh, old])
    assert studio.keys.rewrap() == 1
    assert studio.keys.rewrap() == 0
    file.save([fresh])
    assert path.read_bytes() == before
    assert (heard([path], Keyring(tmp_path / "data", file)) == said).all()
    file.save([old])
    with pytest.raises(Unavailable, match=f"under root key {fresh.id}"):
        Keyring(tmp_path / "data", file).verify()


def test_many_keys_rotate_at_once(tmp_path: Path, file: FileRoot) -> None:
    ring = Keyring(tmp_path, file)
    for number in range(40):
        ring.current(f"team {number}", WALL)
    file.save([RootKey.new(), *file.load()])
    assert ring.rewrap() == 40
    assert {row.root for row in ring.rows()} == {file.load()[0].id}
    assert ring.verify() == 40


def test_a_lost_root_key_is_refused_and_not_replaced(tmp_path: Path) -> None:
    chosen = settings(tmp_path)
    opening.opened(chosen).current("south", WALL)
    path = tmp_path / "apart" / "root.key"
    kept = path.read_bytes()
    path.unlink()
    for _ in range(2):
        with pytest.raises(Unavailable, match="put the right key back") as fault:
            opening.opened(chosen)
        assert fault.value.code == "root_key_lost"
    with pytest.raises(Unavailable, match="put the right key back"):
        opening.first_root(chosen)
    assert not path.exists()
    FileRoot(path).create([RootKey.new()])
    with pytest.raises(Unavailable, match="put the right key back"):
        opening.opened(chosen)
    path.write_bytes(kept)
    assert opening.opened(chosen).verify() == 1


def test_a_root_key_is_not_made_while_there_are_recordings(tmp_path: Path) -> None:
    Studio(tmp_path).play(sound(1.0))
    (tmp_path / "data" / KEYRING_FILE).unlink()
    (tmp_path / "apart" / "root.key").unlink()
    with pytest.raises(Unavailable) as fault:
        opening.opened(settings(tmp_path))
    assert fault.value.code == "root_key_lost"


def test_a_first_start_makes_a_private_root_key_apart_from_the_data(tmp_path: Path) -> None:
    opening.opened(settings(tmp_path))
    path = tmp_path / "apart" / "root.key"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    with pytest.raises(Unavailable, match="there is a root key already"):
        opening.first_root(settings(tmp_path))
    with pytest.raises(BadSetting, match="beside what it seals"):
        opening.opened(settings(tmp_path, root=str(tmp_path / "data" / "root.key")))
    path.chmod(0o644)
    with pytest.raises(Unavailable, match="chmod 600"):
        opening.opened(settings(tmp_path))


def test_keys_come_from_a_credential_or_a_command(tmp_path: Path) -> None:
    key = RootKey.new()
    (tmp_path / "monitor-root").write_text(key.line, "ascii")
    credential = root.source("", {"CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert credential == CredentialRoot("monitor-root", tmp_path)
    assert [one.id for one in credential.load()] == [key.id]
    command = root.source(f"command:cat {tmp_path / 'monitor-root'}", {})
    assert [one.id for one in command.load()] == [key.id]
    assert root.source("/x/y", {}) == root.source("file:/x/y", {}) == FileRoot(Path("/x/y"))
    own = root.source("", {"XDG_CONFIG_HOME": "/c"})
    assert own == FileRoot(Path("/c/monitor/root.key"))
    for broken in (
        CommandRoot("false"),
        CommandRoot("/no/such/program"),
        CredentialRoot("x", None),
    ):
        with pytest.raises(Unavailable):
            broken.load()


@pytest.mark.parametrize(
    "line", ["x", "cmroot1 00 AAAA", "cmroot1 zz !!", RootKey(b"k" * 32).line.replace("a", "b", 1)]
)
def test_a_bad_key_file_names_the_line_and_not_the_key(line: str) -> None:
    with pytest.raises(BadInput) as fault:
        root.parse_keys("# root\n" + line, "root.key")
    assert str(fault.value).startswith("root.key:2: ")
    assert line.split()[-1] not in str(fault.value) or line == "x"


def test_escrow_opens_everything_without_the_root_key(tmp_path: Path) -> None:
    identity = Identity.new()
    studio, said = Studio(tmp_path), sound(1.0)
    studio.keys.escrow = identity.recipient
    studio.play(said)
    studio.end()
    told: list[str] = []
    folder = tmp_path / "data" / "recordings"
    report = drill.escrow(studio.keys, folder, identity, told.append)
    assert (report.keys, report.recordings, report.shut, told) == (1, 1, 0, [])
    report = drill.escrow(studio.keys, folder, Identity.new(), told.append)
    assert (report.keys, report.recordings, report.shut) == (0, 0, 2)
    file = FileRoot(tmp_path / "apart" / "root.key")
    file.path.unlink()
    file.create([RootKey.new()])
    ring = Keyring(tmp_path / "data", file)
    with pytest.raises(Damaged):
        ring.recover(Identity.new(), file.load()[0])
    assert ring.recover(identity, file.load()[0]) == 1
    assert (heard(studio.files, ring) == said).all()


def test_a_destroyed_key_takes_its_recordings_with_it(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    studio.play(sound(1.0))
    studio.end()
    files = studio.files
    (row,) = studio.keys.rows()
    assert studio.keys.destroy(row.id)
    assert not studio.keys.destroy(row.id)
    with pytest.raises(Damaged, match="not in the keyring"):
        heard(files, studio.keys)


# made with pyrage 1.4 (the Rust implementation of age) for the key below, without grease
AGE_SECRET = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"


def test_age_keys_are_spelled_as_others_spell_them() -> None:
    identity = Identity.parse(f"# made today\n{AGE_SECRET}\n")
    assert identity.raw == b"\x42" * 32
    assert identity.reveal() == AGE_SECRET
    spelled = str(identity.recipient)
    assert spelled == "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"
    assert Recipient.parse(spelled) == identity.recipient
    for wrong in (spelled[:-1] + "q", spelled.replace("age1", "bge1"), "", "age1", AGE_SECRET):
        with pytest.raises(BadInput):
            Recipient.parse(wrong)


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 200_000])
def test_an_age_file_opens_for_its_recipient_alone(size: int) -> None:
    identity, plain = Identity.new(), os.urandom(size)
    sealed = age.encrypt(plain, identity.recipient)
    assert age.decrypt(sealed, identity) == plain
    with pytest.raises(Damaged):
        age.decrypt(sealed, Identity.new())
    for place in (30, 80, len(sealed) // 2, len(sealed) - 1):
        bad = bytearray(sealed)
        bad[place] ^= 1
        with pytest.raises(Damaged):
            age.decrypt(bytes(bad), identity)
    with pytest.raises(Damaged):
        age.decrypt(sealed[:-1], identity)


def monitor(*words: object) -> tuple[int, str]:
    """Exit status, and what was printed or raised."""
    result = CliRunner().invoke(cli.app, [str(word) for word in words])
    fault = result.exception
    if isinstance(fault, MonitorError):
        return fault.exit_status, str(fault)
    assert fault is None or isinstance(fault, SystemExit), fault
    return result.exit_code, result.stdout


def test_the_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITOR_STORE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("MONITOR_KEYS_ROOT", str(tmp_path / "apart" / "root.key"))
    if not cli.app.registered_groups:
        cli.register()
    studio, said = Studio(tmp_path), sound(1.0)
    private = ("--private", tmp_path / "escrow")
    _, made = monitor("keys", "escrow-key", "--into", tmp_path / "escrow")
    studio.keys.escrow = Recipient.parse(made.splitlines()[0])
    studio.play(said)
    studio.end()
    (path,) = studio.files
    assert monitor("keys", "rotate")[1].startswith("1 keys are under root key")
    assert "1 keys open, 1 of them in escrow" in monitor("keys", "verify")[1]
    assert monitor("recording", "verify", path)[1].startswith("complete")
    (tmp_path / "apart" / "root.key").unlink()
    status, said_so = monitor("keys", "verify")
    assert (status, "put the right key back" in said_so) == (1, True)
    drilled = "1 keys and 1 recordings opened with the escrow key, 0 stayed shut\n"
    assert monitor("keys", "escrow-drill", *private) == (0, drilled)
    wav = tmp_path / "out.wav"
    status, shown = monitor("recording", "decrypt", path, "--into", wav, *private)
    assert shown.startswith("south/c1: 1.0 s")
    assert wav.read_bytes()[44:] == said.tobytes()
    assert monitor("keys", "recover", *private)[0] == 0
    assert monitor("recording", "verify", path)[0] == 0
    os.truncate(path, path.stat().st_size - 1)
    assert monitor("recording", "verify", path)[0] == 1
