"""Make a virtual environment and install the project, with nothing but Python at hand.

Debian's python3 comes without ensurepip unless python3-venv is installed; then pip's own
wheel is fetched from the package index and run from the file. This file must not be named
after a module that it imports: Python looks beside the script first.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.request
import venv
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

FLOOR = (3, 11)
INDEX = os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple").rstrip("/")
RELEASE = re.compile(r"pip-(\d+(?:\.\d+)*)-py3-none-any\.whl")


def newest(files: list[dict[str, Any]]) -> dict[str, Any]:
    """The newest finished release of pip among an index's files, whatever their order."""
    found = []
    for file in files:
        release = RELEASE.fullmatch(file["filename"])
        if release and not file.get("yanked"):
            found.append((tuple(int(part) for part in release[1].split(".")), file))
    if not found:
        raise OSError(f"{INDEX} offers no pip")
    return max(found, key=lambda each: each[0])[1]


def pip_wheel(folder: Path) -> Path:
    """Fetch the newest pip wheel of the package index into `folder`."""
    page = f"{INDEX}/pip/"
    request = urllib.request.Request(
        page, headers={"Accept": "application/vnd.pypi.simple.v1+json"}
    )
    with urllib.request.urlopen(request, timeout=60) as reply:
        try:
            wheel = newest(json.load(reply)["files"])
        except ValueError:
            raise OSError(f"{page} is no index of packages in JSON") from None
    with urllib.request.urlopen(urljoin(page, wheel["url"]), timeout=120) as reply:
        held = reply.read()
    if hashlib.sha256(held).hexdigest() != wheel["hashes"]["sha256"]:
        raise OSError(f"{wheel['filename']} arrived damaged")
    path = folder / str(wheel["filename"])
    path.write_bytes(held)
    return path


def install(python: Path, requirement: str) -> None:
    """Install `requirement` (a folder with extras) into the environment of `python`."""
    command = ["install", "--quiet", "--disable-pip-version-check", "--editable", requirement]
    if subprocess.run([python, "-m", "pip", "--version"], capture_output=True).returncode == 0:
        subprocess.run([python, "-m", "pip", *command], check=True)
        return
    with tempfile.TemporaryDirectory() as folder:
        wheel = pip_wheel(Path(folder))
        subprocess.run([python, f"{wheel}/pip", *command], check=True)


def main(target: str, requirement: str) -> int:
    """Make the environment `target` and install `requirement` into it; returns an exit status."""
    if sys.version_info < FLOOR:
        print(
            f"Python {FLOOR[0]}.{FLOOR[1]} or newer is needed, this is {sys.version.split()[0]}; "
            "with another one beside it: make PYTHON=python3.12 …"
        )
        return 2
    python = Path(target) / "bin" / "python"
    print(f"Setting up {target}: installing the packages (once; a minute or two)", flush=True)
    try:
        if not python.exists():
            has_pip = importlib.util.find_spec("ensurepip") is not None
            venv.create(target, with_pip=has_pip, symlinks=True)
        install(python, requirement)
    except subprocess.CalledProcessError as fault:
        print(f"Setting up failed: {fault.cmd[-1]} could not be installed (see above)")
        return 1
    except OSError as fault:
        print(f"Setting up failed: {fault}")
        return 1
    except KeyboardInterrupt:
        print("Setting up was interrupted; the same command goes on with it")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
