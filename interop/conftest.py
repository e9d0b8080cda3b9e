"""Fixtures: the servers, each started on a port of its own and stopped by its own process id, and our two programs."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

import mtcute_side
import npm_packages
from exporter import run_program
from servers import Server, running

HERE = Path(__file__).resolve().parent
StartServer = Callable[..., Server]


def _program(variable: str) -> Path:
    value = os.environ.get(variable)
    if not value:
        pytest.fail(f"{variable} is not set: it names the program under test (`cargo xtask interop` sets it)", False)
    path = Path(value)
    if not os.access(path, os.X_OK):
        pytest.fail(f"{variable} names {path}, which is no program that can be run", False)
    return path


@pytest.fixture(scope="session")
def exporter_program() -> Path:
    """The takeout-export binary."""
    return _program("TAKEOUT_EXPORT_BIN")


@pytest.fixture(scope="session")
def testdc_program() -> Path:
    """The testdc binary."""
    return _program("TESTDC_BIN")


@pytest.fixture(scope="session")
def xtask_program() -> Path:
    """The binary of the project's own commands."""
    return _program("XTASK_BIN")


@pytest.fixture(scope="session")
def package_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where packages of npm are kept: what `cargo xtask interop` names, or a folder of this run."""
    return Path(os.environ.get("INTEROP_CACHE") or tmp_path_factory.mktemp("packages"))


@pytest.fixture(scope="session")
def mtcute(package_cache: Path) -> Path:
    """The folder with mtcute's packages."""
    return npm_packages.installed(mtcute_side.SOURCE, package_cache)


@pytest.fixture(scope="session")
def all_formats(exporter_program: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a demo in every format."""
    home = tmp_path_factory.mktemp("all-formats")
    formats = "parquet,csv,jsonl,arrow,vcard,vcard3,google,outlook,html,green-api"
    size = ("--contacts", 400, "--saved-only", 80, "--seed", 11)
    run_program(exporter_program, home, "demo", "--out", home / "out", "--format", formats, *size)
    return home / "out"


def _starter(command: list[str], tmp_path: Path, servers: ExitStack) -> StartServer:
    def start(*options: object) -> Server:
        folder = tmp_path / f"server-{len(list(tmp_path.iterdir()))}"
        return servers.enter_context(running([*command, *map(str, options)], folder))

    return start


@pytest.fixture
def start_foreign(tmp_path: Path) -> Iterator[StartServer]:
    """Starts the foreign server with the options given, as often as a test calls it."""
    with ExitStack() as servers:
        yield _starter([sys.executable, str(HERE / "foreign_server.py")], tmp_path, servers)


@pytest.fixture
def start_testdc(testdc_program: Path, tmp_path: Path) -> Iterator[StartServer]:
    """Starts `testdc serve` with the options given, as often as a test calls it."""
    with ExitStack() as servers:
        yield _starter([str(testdc_program), "serve", "--listen", "127.0.0.1:0"], tmp_path, servers)


@pytest.fixture
def people(server: Server) -> list[dict[str, Any]]:
    """The contacts of the test's server that are still there and show their numbers, as the truth has them."""
    own = server.truth["account"]["user_id"]
    users: list[dict[str, Any]] = server.truth["users"]
    return [user for user in users if user["id"] != own and user["phone"] and not user["deleted"]]
