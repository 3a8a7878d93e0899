"""The packs in force, and how they are exchanged under running calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from monitor.errors import BadLexicon
from monitor.events import CallStarted
from monitor.rules.engine import CallJudge
from monitor.rules.load import load_pack, load_packs
from monitor.rules.pack import Pack
from monitor.rules.ruleset import RuleSet

_HERE: Final = Path(__file__).resolve().parents[1]

PUBLISHED: Final = "published"
"""Folder, inside the server's data folder, of packs that were approved at the rule desk."""

_Stamp = tuple[tuple[str, int, int], ...]


def bundled_folder() -> Path:
    """Where the packs that come with the program are: in the wheel, else in the checkout."""
    inside = _HERE / "_lexicons"
    return inside if inside.is_dir() else _HERE.parent / "lexicons"


def find_pack(name: str) -> Path:
    """The file of a pack given by path or by the name of a bundled one; raises BadLexicon."""
    path = Path(name)
    if path.is_file():
        return path
    bundled = bundled_folder() / f"{name}.yaml"
    if path.name == name and not path.suffix and bundled.is_file():
        return bundled
    known = ", ".join(sorted(one.stem for one in bundled_folder().glob("*.yaml")))
    message = f"no such file, and no bundled pack of this name; there are {known or 'none'}"
    raise BadLexicon("no_pack", message, file=name)


class Lexicon:
    """Packs that can be exchanged while calls run: a live call keeps the rules it began with."""

    def __init__(self, folder: Path | None = None, *, published: Path | None = None) -> None:
        """The packs of a folder, by default the bundled ones; raises BadLexicon.

        A pack of the folder `published` stands in for one of the same name and no higher version.
        """
        self._folder = folder or bundled_folder()
        self._published = published
        self._files: tuple[Path, ...] | None = None
        self._stamp: _Stamp = ()
        self._packs: tuple[Pack, ...] = ()
        self.reload()

    @classmethod
    def named(cls, names: Sequence[str]) -> Lexicon:
        """Only these packs (paths or bundled names), and for calls of every industry."""
        lexicon = cls.__new__(cls)
        lexicon._folder = bundled_folder()
        lexicon._published = None
        lexicon._files = tuple(find_pack(name) for name in names)
        lexicon._stamp = ()
        lexicon._packs = ()
        lexicon.reload()
        return lexicon

    @property
    def packs(self) -> tuple[Pack, ...]:
        """The packs in force for calls that begin now."""
        return self._packs

    def rules(self, call: CallStarted) -> RuleSet:
        """What judges a call."""
        return RuleSet.for_call(self._packs, call)

    def judge(self, call: CallStarted) -> CallJudge:
        """A judge for a call that begins now."""
        return CallJudge(call, self.rules(call))

    def reload(self) -> None:
        """Read the files again; raises BadLexicon and keeps what is in force if any is broken."""
        stamp = self._stamped()
        if self._files is None:
            packs = load_packs(self._folder)
            if not packs:
                # a server that judges nothing would look like one that finds nothing
                raise BadLexicon("no_packs", "holds no rule packs (*.yaml)", file=str(self._folder))
            if self._published is not None and self._published.is_dir():
                packs = _newest(packs, load_packs(self._published))
        else:
            packs = tuple(
                replace(load_pack(path), industries="all", business=()) for path in self._files
            )
        self._packs, self._stamp = packs, stamp

    def refresh(self) -> bool:
        """Reload if a file changed; whether it did. Raises BadLexicon once for each change."""
        stamp = self._stamped()
        if stamp == self._stamp:
            return False
        self._stamp = stamp
        self.reload()
        return True

    def _stamped(self) -> _Stamp:
        files = sorted(self._folder.glob("*.yaml")) if self._files is None else list(self._files)
        if self._published is not None:
            files += sorted(self._published.glob("*.yaml"))
        stamps = []
        for path in files:
            try:
                status = path.stat()
            except OSError:
                continue
            stamps.append((str(path), status.st_mtime_ns, status.st_size))
        return tuple(stamps)


def _newest(packs: Sequence[Pack], published: Sequence[Pack]) -> tuple[Pack, ...]:
    """One pack of each name: the published one unless the folder has a higher version."""
    found = {pack.pack: pack for pack in packs}
    for pack in published:
        if pack.pack not in found or found[pack.pack].version <= pack.version:
            found[pack.pack] = pack
    return tuple(found[name] for name in sorted(found))
