"""The voices that speak: espeak-ng's own variants, and random ones made here.

espeak-ng is a formant synthesiser; a variant file moves and reshapes its formants.
See https://github.com/espeak-ng/espeak-ng/blob/master/docs/voices.md for the attributes.
"""

import os
import random
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

LANGUAGE = "cmn"
LANGUAGE_FILE = Path("lang/sit/cmn")
#: espeak-ng lists at most 349 voices, its own variants included; more are silently ignored.
RANDOM_VARIANTS = 220
#: Never used for training: the voices that error rates are measured on.
HELD_OUT = ("f3", "m5", "Andrea", "paul", "rob", "linda")
#: Effects rather than people: heard rarely, so that they do not shape the model.
ODD = ("Demonic", "whisper", "croak", "Robot", "robosoft", "Storm", "klatt", "fast", "Tweaky")
ODD_SHARE = 0.06
STOCK_SHARE = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """One way of speaking: a variant's name, words per minute, pitch 0-99, gap in 10 ms."""

    variant: str
    speed: int
    pitch: int
    gap: int

    @property
    def voice(self) -> str:
        return f"{LANGUAGE}+{self.variant}" if self.variant else LANGUAGE


def data_folder() -> Path:
    """Folder of the installed espeak-ng data, as `espeak-ng --version` prints it."""
    out = subprocess.run(
        ["espeak-ng", "--version"], capture_output=True, text=True, check=True
    ).stdout
    return Path(out.rsplit("Data at:", 1)[1].strip())


def stock(data: Path) -> list[str]:
    """Names of espeak-ng's variants for training; the held-out ones are left out."""
    names = sorted(p.name for p in (data / "voices" / "!v").iterdir() if p.is_file())
    return ["", *(n for n in names if n not in HELD_OUT and not n.startswith("zz"))]


def is_odd(name: str) -> bool:
    """Whether a variant is an effect rather than a person."""
    return any(mark in name for mark in ODD)


def prepare(folder: Path, seed: int, count: int = RANDOM_VARIANTS) -> Path:
    """Copy espeak-ng's data below `folder`: Mandarin only, no held-out voice, random variants.

    The random ones are named `zz000` and so on. Returns the folder to give to espeak-ng.
    """
    target = folder / "espeak-ng-data"
    if target.exists():
        return folder
    half = folder / f"espeak-ng-data.{os.getpid()}"
    shutil.copytree(data_folder(), half)
    shutil.rmtree(half / "voices" / "mb", ignore_errors=True)
    for voice in half.glob("lang/**/*"):
        if voice.is_file() and voice.relative_to(half) != LANGUAGE_FILE:
            voice.unlink()
    for name in HELD_OUT:
        (half / "voices" / "!v" / name).unlink()
    rng = random.Random(seed)
    for i in range(count):
        (half / "voices" / "!v" / f"zz{i:03d}").write_text(random_variant(i, rng))
    half.rename(target)
    return folder


class Cast:
    """Draws takes for training from the stock and the random variants below a folder."""

    def __init__(self, path: Path, rng: random.Random) -> None:
        data = path / "espeak-ng-data"
        names = stock(data)
        self._rng = rng
        self._people = [n for n in names if not is_odd(n)]
        self._odd = [n for n in names if is_odd(n)]
        self._made = sorted(p.name for p in (data / "voices" / "!v").glob("zz*"))

    def take(self) -> Take:
        rng = self._rng
        chance = rng.random()
        if chance < ODD_SHARE:
            names = self._odd
        elif chance < STOCK_SHARE or not self._made:
            names = self._people
        else:
            names = self._made
        return Take(
            variant=rng.choice(names),
            speed=round(min(290, max(130, rng.gauss(195, 36)))),
            pitch=rng.randint(10, 90),
            gap=rng.choice((0, 0, 0, 0, 1, 2, 3)),
        )


def held_out_take(rng: random.Random) -> Take:
    """A take of a voice that no training run has heard."""
    return Take(
        variant=rng.choice(HELD_OUT),
        speed=rng.randint(150, 280),
        pitch=rng.randint(15, 85),
        gap=rng.choice((0, 0, 0, 1, 2, 3)),
    )


def random_variant(number: int, rng: random.Random) -> str:
    """The text of a variant file with a random vocal tract and manner of speaking."""
    tract = rng.uniform(0.9, 1.2)
    low = rng.randint(55, 200)
    lines = [
        "language variant",
        f"name zz{number:03d}",
        f"gender {rng.choice(('male', 'female'))}",
        f"pitch {low} {round(low * rng.uniform(1.15, 1.8))}",
        *(_formant(n, tract, rng) for n in range(9)),
        *_manner(rng),
    ]
    return "\n".join(lines) + "\n"


def _formant(number: int, tract: float, rng: random.Random) -> str:
    """`formant N frequency% height% width% [+Hz]`; 1-3 carry the vowels and vary together."""
    if number >= 6 and rng.random() < 0.15:
        return f"formant {number} 0 0 0"
    near = 1.0 if number == 0 else tract
    frequency = round(100 * near * rng.uniform(0.94, 1.06))
    height = rng.randint(80, 110) if number < 2 else rng.randint(50, 110)
    width = rng.randint(60, 160)
    shift = f" {rng.randint(-60, 160)}" if number in (1, 2, 3) and rng.random() < 0.15 else ""
    return f"formant {number} {frequency} {height} {width}{shift}"


def _manner(rng: random.Random) -> list[str]:
    lines = [f"intonation {rng.randint(1, 4)}", f"speed {rng.randint(85, 112)}"]
    if rng.random() < 0.5:
        lines.append(f"flutter {rng.randint(0, 16)}")
    if rng.random() < 0.5:
        lines.append(f"roughness {rng.randint(0, 5)}")
    if rng.random() < 0.5:
        lines.append(f"voicing {rng.randint(65, 160)}")
    if rng.random() < 0.6:
        lines.append(f"consonants {rng.randint(50, 150)} {rng.randint(50, 150)}")
    if rng.random() < 0.25:
        lines.append("breath " + " ".join(str(rng.randint(0, 5)) for _ in range(8)))
    if rng.random() < 0.12:
        lines.append(f"echo {rng.randint(20, 140)} {rng.randint(4, 14)}")
    if rng.random() < 0.35:
        mid, high = rng.randint(40, 110), rng.randint(10, 80)
        lines.append(f"tone 100 {rng.randint(180, 255)} 700 {mid} 1800 {high} 3000 {high}")
    if rng.random() < 0.3:
        lines.append("stressAmp " + " ".join(str(rng.randint(14, 24)) for _ in range(8)))
    return lines
