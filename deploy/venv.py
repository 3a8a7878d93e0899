"""Make a virtual environment and install the project, with nothing but Python at hand.

Debian's python3 comes without ensurepip unless python3-venv is installed; then pip's own
wheel is fetched from the package index and run from the file.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import urllib.request
import venv
from pathlib import Path

FLOOR = (3, 11)
INDEX = os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple").rstrip("/")


def pip_wheel(folder: Path) -> Path:
    """Fetch the newest pip wheel of the package index into `folder`."""
    request = urllib.request.Request(
        f"{INDEX}/pip/", headers={"Accept": "application/vnd.pypi.simple.v1+json"}
    )
    with urllib.request.urlopen(request, timeout=60) as reply:
        files = json.load(reply)["files"]
    wheels = [file for file in files if file["filename"].endswith("-py3-none-any.whl")]
    path = folder / wheels[-1]["filename"]
    with urllib.request.urlopen(wheels[-1]["url"], timeout=120) as reply:
        path.write_bytes(reply.read())
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
        print(f"Python {FLOOR[0]}.{FLOOR[1]} or newer is needed, this is {sys.version.split()[0]}")
        return 2
    python = Path(target) / "bin" / "python"
    if not python.exists():
        has_pip = importlib.util.find_spec("ensurepip") is not None
        venv.create(target, with_pip=has_pip, symlinks=True)
    print("Setting up: installing the packages into", target, flush=True)
    try:
        install(python, requirement)
    except (subprocess.CalledProcessError, OSError) as fault:
        print(f"Setting up failed: {fault}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
