"""The key of the sessions in a keyring: a Secret Service on a D-Bus of its own, which we wrote by its specification."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import StartServer
from exporter import CODE

HERE = Path(__file__).resolve().parent
RUN_LIMIT_SECS = 60.0


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[str]:
    """The address of a message bus that nobody else is on."""
    program = shutil.which("dbus-daemon")
    if program is None:
        pytest.skip("dbus-daemon is needed for a keyring")
    daemon = subprocess.Popen(
        [program, "--session", "--nofork", "--print-address", f"--address=unix:path={tmp_path / 'bus'}"],
        stdout=subprocess.PIPE,
    )
    assert daemon.stdout is not None
    yield daemon.stdout.readline().decode().strip()
    daemon.terminate()
    daemon.wait(10)


@pytest.fixture
def keyring(bus: str) -> Iterator[subprocess.Popen[bytes]]:
    """A keyring on that bus."""
    service = subprocess.Popen(
        [sys.executable, str(HERE / "secret_service.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "DBUS_SESSION_BUS_ADDRESS": bus},
    )
    assert service.stdout is not None
    assert service.stdout.readline() == b"ready\n"
    yield service
    service.communicate(timeout=10)


def test_the_keyring_holds_the_key_and_without_it_nothing_opens(
    start_testdc: StartServer, exporter_program: Path, bus: str, keyring: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    server = start_testdc("--seed", 2, "--contacts", 3, "--saved-only", 1)
    home = tmp_path / "home"
    home.mkdir(mode=0o700)

    def run(*arguments: object, stdin: str = "") -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [str(exporter_program), *map(str, arguments)],
            input=stdin.encode(),
            capture_output=True,
            timeout=RUN_LIMIT_SECS,
            env={"PATH": os.environ.get("PATH", ""), "HOME": str(home), "DBUS_SESSION_BUS_ADDRESS": bus},
            check=False,
        )

    place = ("--dc", f"2={server.address}", "--rsa-key", server.public_key_path)
    answers = ("--api-id", 1, "--api-hash", "0" * 32, "--phone", server.truth["account"]["phone"], "--code-stdin")
    login = run("login", *place, *answers, stdin=f"{CODE}\n")
    assert login.returncode == 0, login.stderr.decode()
    folder = home / ".local/share/takeout-export"
    assert sorted(path.name for path in folder.iterdir()) == ["accounts", "identity.keyring"]
    assert (folder / "identity.keyring").read_text().startswith("age1")
    assert (folder / "accounts/main/session").read_bytes().startswith(b"age-encryption.org/v1\n")

    whoami = run("whoami", *place)
    assert whoami.returncode == 0, whoami.stderr.decode()
    doctor = run("doctor", *place)
    assert doctor.returncode == 0 and b"in the keyring, which gives it" in doctor.stdout, doctor

    keyring.communicate(timeout=10)
    for command in (("whoami", *place), ("accounts", "show"), ("doctor", *place)):
        refused = run(*command)
        assert refused.returncode == 15, refused
        assert b"in the keyring of this system" in refused.stderr + refused.stdout, refused
