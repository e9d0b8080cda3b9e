"""Packages of npm that a test needs."""

import shutil
import subprocess
from pathlib import Path

import pytest

from system_programs import demand

INSTALL_LIMIT_SECS = 300.0


def installed(source: Path, cache: Path) -> Path:
    """A copy of the folder `source` with its packages, as its `package-lock.json` pins them; kept from run to run."""
    demand("node", "npm", packages=("nodejs", "npm"))
    folder = cache / source.name
    folder.mkdir(parents=True, exist_ok=True)
    stamp = folder / "installed-lock.json"
    lock = (source / "package-lock.json").read_text(encoding="utf-8")
    is_fresh = stamp.exists() and stamp.read_text(encoding="utf-8") == lock
    for file in source.iterdir():
        shutil.copy(file, folder / file.name)
    if not is_fresh:
        # No scripts: those of these packages build what is not used here.
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        made = subprocess.run(command, cwd=folder, timeout=INSTALL_LIMIT_SECS, capture_output=True, text=True)
        if made.returncode != 0:
            pytest.skip(f"{source.name} cannot be installed: {made.stderr[-500:]}")
        stamp.write_text(lock, encoding="utf-8")
    return folder
