"""The key of the sessions in a keyring: a Secret Service on a D-Bus of its own, which we wrote by its specification."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conftest import StartServer
from exporter import CODE
from servers import Server

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


Run = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home of its own."""
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def run(exporter_program: Path, bus: str, home: Path) -> Run:
    """Runs a command, with the keyring in reach."""

    def once(*arguments: object, stdin: str = "", **variables: str) -> subprocess.CompletedProcess[bytes]:
        place = {"PATH": os.environ.get("PATH", ""), "HOME": str(home), "DBUS_SESSION_BUS_ADDRESS": bus}
        return subprocess.run(
            [str(exporter_program), *map(str, arguments)],
            input=stdin.encode(),
            capture_output=True,
            timeout=RUN_LIMIT_SECS,
            env={**place, **variables},
            check=False,
        )

    return once


def way_to(server: Server) -> tuple[object, ...]:
    """The options that name this server."""
    return ("--dc", f"2={server.address}", "--rsa-key", server.public_key_path)


def answers_for(server: Server) -> tuple[object, ...]:
    """What a login would ask for."""
    phone = server.truth["account"]["phone"]
    return ("--api-id", 1, "--api-hash", "0" * 32, "--phone", phone, "--code-stdin")


@pytest.mark.parametrize("by_option", [True, False])
def test_a_keyring_that_is_not_wanted_is_left_alone(
    start_testdc: StartServer, keyring: subprocess.Popen[bytes], run: Run, home: Path, by_option: bool
) -> None:
    assert keyring.poll() is None, "there is one"
    server = start_testdc("--seed", 2, "--contacts", 3)
    option, variable = (("--no-keyring",), {}) if by_option else ((), {"TAKEOUT_EXPORT_NO_KEYRING": "1"})
    login = ("login", *way_to(server), *answers_for(server), *option)
    refused = run(*login, stdin=f"{CODE}\n", **variable)
    assert refused.returncode == 2 and b"--passphrase-file" in refused.stderr, refused
    passphrase = home / "passphrase"
    passphrase.write_text("correct horse\n")
    file = {"TAKEOUT_EXPORT_PASSPHRASE_FILE": str(passphrase)}
    done = run(*login, stdin=f"{CODE}\n", **variable, **file)
    assert done.returncode == 0, done.stderr.decode()
    folder = home / ".local/share/takeout-export"
    assert sorted(path.name for path in folder.iterdir()) == ["accounts", "identity.age"]


def test_the_keyring_holds_the_key_and_without_it_nothing_opens(
    start_testdc: StartServer, keyring: subprocess.Popen[bytes], run: Run, home: Path
) -> None:
    server = start_testdc("--seed", 2, "--contacts", 3, "--saved-only", 1)
    place = way_to(server)
    login = run("login", *place, *answers_for(server), stdin=f"{CODE}\n")
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
