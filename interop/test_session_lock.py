"""The lock of a session goes away while the program is about to take it, again and again.

Whoever holds it removes the file at the end, which may be between somebody else's opening it and locking it. A lease of
the kernel (fcntl(2), F_SETLEASE) makes that moment as long as it has to be: who opens the file waits until it is given
up."""

import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

LIMIT_SECS = 20.0
IN_USE = 14
DAMAGED = 16

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="leases are Linux's")


def _leased(path: Path) -> int:
    """A new file; whoever else opens it waits until this descriptor is closed."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    # a signal that nobody minds tells that somebody waits; the usual one would end this process
    fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_WRLCK)
    except OSError as error:
        os.close(descriptor)
        pytest.skip(f"this file system has no leases: {error}")
    return descriptor


def _is_waited_for(descriptor: int, process: subprocess.Popen[bytes]) -> bool:
    """Whether somebody comes to open the file, before the process ends."""
    limit = time.monotonic() + LIMIT_SECS
    while fcntl.fcntl(descriptor, fcntl.F_GETLEASE) == fcntl.F_WRLCK:
        if process.poll() is not None:
            return False
        assert time.monotonic() < limit, "the program neither takes the lock nor ends"
        time.sleep(0.001)
    return True


@pytest.mark.parametrize(("times", "exit_code"), [(4, DAMAGED), (5, IN_USE)])
def test_a_lock_that_goes_away_is_tried_for_five_times(
    exporter_program: Path, tmp_path: Path, times: int, exit_code: int
) -> None:
    session, lock = tmp_path / "session", tmp_path / "session.lock"
    session.write_text("{}", encoding="utf-8")
    session.chmod(0o600)
    held = _leased(lock)
    options = ("--insecure-plain-session", "--session", str(session), "--out", str(tmp_path / "out"))
    command = [str(exporter_program), "export", *options]
    process = subprocess.Popen(command, cwd=tmp_path, env={"HOME": str(tmp_path)}, stderr=subprocess.PIPE)
    for _ in range(times):
        assert _is_waited_for(held, process)
        lock.unlink()
        following = _leased(lock)
        os.close(held)
        held = following
    has_come_again = _is_waited_for(held, process)
    os.close(held)
    _, stderr = process.communicate(timeout=LIMIT_SECS)
    # the session that it takes is none
    assert process.returncode == exit_code, stderr.decode()
    assert has_come_again == (exit_code == DAMAGED)
