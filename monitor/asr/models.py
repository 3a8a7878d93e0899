"""Where models come from: the bundled one, a folder, or the local cache of the Hugging Face hub."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import huggingface_hub
from faster_whisper.utils import _MODELS as SIZES
from huggingface_hub.errors import LocalEntryNotFoundError

from monitor.asr.card import FILE, ModelCard, checksum, read
from monitor.errors import BadInput, Unavailable

BUNDLED: Final = "demo"
_BUNDLED_FOLDER: Final = Path(__file__).parent.parent / "demo" / "model"
_NEEDED: Final = ("model.bin", "config.json")
_PATTERNS: Final = [
    "config.json",
    "preprocessor_config.json",
    "model.bin",
    "tokenizer.json",
    "vocabulary.*",
    FILE,
    "SHA256SUMS",
]
_SUMS: Final = "SHA256SUMS"
_REPOSITORY: Final = re.compile(r"\w[\w.-]*/\w[\w.-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model that is on this machine."""

    name: str
    folder: Path
    card: ModelCard


def find(name: str) -> Model:
    """The model called `demo`, in a folder, or of a faster-whisper size or hub repository.

    Never touches the network. Raises `BadInput` for a name that cannot be a model or a folder
    that is not one, `Unavailable` when the model is not on this machine.
    """
    if name == BUNDLED:
        return _open(name, _BUNDLED_FOLDER)
    folder = Path(name).expanduser()
    if name and folder.is_dir():
        return _open(name, folder)
    repository = _repository(name)
    try:
        cached = huggingface_hub.snapshot_download(
            repository, local_files_only=True, allow_patterns=_PATTERNS
        )
    except LocalEntryNotFoundError as error:
        raise Unavailable(
            "model_missing",
            f"model {name} is not on this machine: run `monitor model fetch {name} --into FOLDER` "
            f"on one with internet, copy the folder here, and give it as `--model FOLDER`",
        ) from error
    return _open(name, Path(cached))


def fetch(name: str, *, into: Path | None = None) -> Model:
    """Download a model to the hub cache, or into a folder that can be copied elsewhere.

    The hub library draws its progress bars on stderr. Raises `Unavailable` when the download does
    not succeed.
    """
    if name == BUNDLED:
        return find(name)
    repository = _repository(name)
    try:
        folder = huggingface_hub.snapshot_download(
            repository, local_dir=into, allow_patterns=_PATTERNS
        )
    except OSError as error:
        raise Unavailable(
            "model_fetch_failed",
            f"could not fetch {repository} ({_first_line(error)}): run `monitor model fetch {name} "
            f"--into FOLDER` on a machine with internet, copy the folder here, and give it as "
            f"`--model FOLDER`",
        ) from error
    return _open(name, Path(folder))


def verify(model: Model) -> list[str]:
    """Names of the files whose checksums were compared and hold.

    The checksums come from the card or a `SHA256SUMS` file. Raises `BadInput` for the first file
    that is missing or differs, or when there is nothing to compare with.
    """
    sums = model.card.sha256 or _sums(model.folder / _SUMS)
    if not sums:
        raise BadInput(
            "no_checksums", f"neither {FILE} nor {_SUMS} has checksums", file=str(model.folder)
        )
    for name, expected in sorted(sums.items()):
        path = model.folder / name
        if not path.is_file():
            raise BadInput("model_file_missing", "listed, but not there", file=str(path))
        if (found := checksum(path)) != expected.lower():
            raise BadInput(
                "model_file_differs", f"sha256 is {found}, should be {expected}", file=str(path)
            )
    return sorted(sums)


def available() -> list[Model]:
    """The bundled model and every faster-whisper size found in the hub cache."""
    found = [find(BUNDLED)] if _BUNDLED_FOLDER.is_dir() else []
    for name in SIZES:
        try:
            found.append(find(name))
        except Unavailable:
            continue
    return found


def _repository(name: str) -> str:
    if name in SIZES:
        return str(SIZES[name])
    if _REPOSITORY.fullmatch(name):
        return name
    raise _unknown(name)


def _unknown(name: str) -> BadInput:
    sizes = ", ".join(size for size in SIZES if not size.endswith(".en"))
    return BadInput(
        "unknown_model",
        f"no model called {name}: give `{BUNDLED}`, a folder, owner/repository, or one of {sizes}",
        field="model",
    )


def _open(name: str, folder: Path) -> Model:
    for file in _NEEDED:
        if not (folder / file).is_file():
            raise BadInput(
                "not_a_model",
                f"not a CTranslate2 Whisper model: {file} is missing",
                file=str(folder),
            )
    return Model(name=name, folder=folder, card=read(folder))


def _sums(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    pairs = (line.split(maxsplit=1) for line in path.read_text("utf8").splitlines())
    return {pair[1].lstrip("*"): pair[0] for pair in pairs if len(pair) == 2}


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
