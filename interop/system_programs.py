"""Programs of the system that a test needs: found, or installed where that can be done without asking."""

import os
import shutil
import subprocess

import pytest

INSTALL_LIMIT_SECS = 600


def demand(*names: str, packages: tuple[str, ...]) -> list[str]:
    """The paths of these programs; the test is skipped where they are not and cannot be installed."""
    if not all(map(shutil.which, names)) and shutil.which("apt-get") and os.geteuid() == 0:
        for command in (["apt-get", "update", "-q"], ["apt-get", "install", "-y", "-q", *packages]):
            subprocess.run(command, capture_output=True, timeout=INSTALL_LIMIT_SECS, check=False)
    paths = [shutil.which(name) for name in names]
    if missing := [name for name, path in zip(names, paths, strict=True) if path is None]:
        pytest.skip(f"{' and '.join(missing)} must be installed for this (Debian: {' '.join(packages)})")
    return [path for path in paths if path]
