"""A linear scorer over named features: a small file of weights, added up without any library."""

from __future__ import annotations

import math
from collections.abc import Collection
from io import BytesIO
from pathlib import Path
from typing import Final, TypeVar
from zipfile import BadZipFile

import msgspec
import numpy as np
import numpy.typing as npt

from monitor.errors import BadLexicon

FORMAT: Final = 1
MAX_BYTES: Final = 3 * 1024 * 1024

_Card = TypeVar("_Card", bound=msgspec.Struct)


class Linear:
    """Weights of features; what is not among them weighs nothing, but makes a text longer."""

    def __init__(self, names: tuple[str, ...], weights: list[float], bias: float) -> None:
        self.weights: Final = dict(zip(names, weights, strict=True))
        self.bias: Final = bias

    def chance(self, found: Collection[str]) -> float:
        """0 to 1 for a text with these features."""
        known = self.weights
        pull = math.fsum([known[name] for name in found if name in known])
        return 1.0 / (1.0 + math.exp(-(pull / math.sqrt(len(found)) + self.bias)))

    def save(self, path: Path, card: msgspec.Struct) -> None:
        """Writes weights and card; the same give the same bytes. Raises BadLexicon if too big."""
        file = BytesIO()
        np.savez_compressed(
            file,
            format=np.array([FORMAT], dtype=np.int32),
            card=np.frombuffer(msgspec.json.encode(card), dtype=np.uint8),
            names=np.frombuffer("\n".join(self.weights).encode(), dtype=np.uint8),
            weights=np.array(list(self.weights.values()), dtype=np.float16),
            bias=np.array([self.bias], dtype=np.float32),
        )
        if file.tell() > MAX_BYTES:
            message = f"the model has {file.tell()} bytes; at most {MAX_BYTES}"
            raise BadLexicon("too_large", message, file=str(path))
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(file.getvalue())


def load(path: Path, card: type[_Card], what: str) -> tuple[Linear, _Card]:
    """The scorer in a file and its card; raises BadLexicon. Nothing in it is ever executed."""
    try:
        with np.load(BytesIO(path.read_bytes()), allow_pickle=False) as file:
            if int(file["format"][0]) != FORMAT:
                raise ValueError(f"format {int(file['format'][0])}, not {FORMAT}")
            read = msgspec.json.decode(file["card"].tobytes(), type=card)
            names = tuple(file["names"].tobytes().decode().split("\n"))
            weights: npt.NDArray[np.float16] = file["weights"]
            if weights.shape != (len(names),):
                raise BadLexicon("bad_model", "its arrays do not fit together", file=str(path))
            return Linear(names, weights.astype(float).tolist(), float(file["bias"][0])), read
    except FileNotFoundError as error:
        message = f"there is no {what} model; run: monitor lexicon train"
        raise BadLexicon("no_model", message, file=str(path)) from error
    except (OSError, EOFError, ValueError, KeyError, BadZipFile, msgspec.MsgspecError) as error:
        raise BadLexicon("bad_model", f"not a {what} model: {error}", file=str(path)) from error


def stamped(file: str, folder: str, name: str) -> tuple[Path, int]:
    """The model beside the pack in this file, else the bundled one, and when it was written."""
    from monitor.rules.lexicon import bundled_folder

    own = Path(file).parent / folder / name
    path = own if file and own.is_file() else bundled_folder() / folder / name
    return path, path.stat().st_mtime_ns if path.is_file() else 0
