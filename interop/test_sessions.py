"""Logins that go from one library to another: Telethon, kurigram (a Pyrogram) and mtcute log in and write their
sessions, which come in; one of ours goes out to Telethon."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from telethon.sessions import Session, SQLiteSession, StringSession

import kurigram_side
from conftest import StartServer
from exporter import CODE, Outcome, run_program
from servers import Server
from telethon_side import connected, fetch_address_book, log_in, run_bounded, truth_lists

API_ID = 1
NPM_LIMIT_SECS = 300.0
HERE = Path(__file__).resolve().parent


def telethon_login(server: Server, session: Session) -> bytes:
    """Telethon logs in and keeps the session; the key of it."""

    async def scenario() -> bytes:
        async with connected(server, session=session) as client:
            await log_in(client, server)
            return bytes(client.session.auth_key.key)

    return run_bounded(scenario())


class Program:
    """`takeout-export` in a home of its own, on one server."""

    def __init__(self, program: Path, home: Path, server: Server) -> None:
        self._program, self._home, self._server = program, home, server

    def run(self, *arguments: object, connects: bool = True, stdin: str = "", expect: int = 0) -> Outcome:
        """One command."""
        server = ("--dc", f"2={self._server.address}", "--rsa-key", self._server.public_key_path)
        words = (*arguments, *(server if connects else ()))
        return run_program(self._program, self._home, *words, stdin=stdin, expect=expect)

    def imports(self, form: str, source: object, stdin: str = "", api_id: bool = True) -> dict[str, Any]:
        """`accounts import`, then `whoami` and an export with what came in."""
        application = ("--api-id", API_ID) if api_id else ()
        told = self.run("accounts", "import", "--json", "--format", form, *application, source, stdin=stdin).summary()
        assert told["user_id"] == self._server.truth["account"]["user_id"]
        assert self.run("whoami", "--json").summary()["user_id"] == told["user_id"]
        exported = self.run("export", "--json", "--out", self._home / f"out-{form}").summary()
        assert exported["manifest"]["counts"]["rows"] > 0
        self._server.wait_for("takeout_finished", success=True)
        return told


@pytest.fixture
def server(start_testdc: StartServer) -> Server:
    """A data centre with a few people."""
    return start_testdc("--seed", 7, "--contacts", 6, "--saved-only", 3)


def test_a_file_that_telethon_wrote(server: Server, exporter_program: Path, tmp_path: Path) -> None:
    path = tmp_path / "telethon.session"
    telethon_login(server, SQLiteSession(str(path)))
    before = path.read_bytes()
    Program(exporter_program, tmp_path, server).imports("telethon-file", path)
    assert path.read_bytes() == before, "the file of the other library is read and no more"


def test_a_string_that_telethon_wrote(server: Server, exporter_program: Path, tmp_path: Path) -> None:
    session = StringSession()
    telethon_login(server, session)
    Program(exporter_program, tmp_path, server).imports("telethon-string", "-", stdin=session.save() + "\n")


def test_a_string_that_kurigram_wrote(server: Server, exporter_program: Path, tmp_path: Path) -> None:
    string = run_bounded(kurigram_side.logged_in_string(server))
    # the string names the application, so nothing else has to
    program = Program(exporter_program, tmp_path, server)
    program.imports("pyrogram-string", "-", stdin=string + "\n", api_id=False)


@pytest.fixture(scope="session")
def mtcute(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with mtcute in it."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("node and npm are needed for mtcute")
    folder = tmp_path_factory.mktemp("mtcute")
    for name in ("package.json", "log_in.mjs"):
        shutil.copy(HERE / "mtcute_session" / name, folder / name)
    installed = subprocess.run(
        # without the build of SQLite: sessions are kept in memory here
        ["npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"],
        cwd=folder,
        timeout=NPM_LIMIT_SECS,
        capture_output=True,
        check=False,
    )
    if installed.returncode != 0:
        pytest.skip(f"mtcute cannot be installed: {installed.stderr.decode()}")
    return folder


@pytest.mark.parametrize("media", [False, True])
def test_a_string_that_mtcute_wrote(
    start_testdc: StartServer, exporter_program: Path, mtcute: Path, tmp_path: Path, media: bool
) -> None:
    server = a_server_that_mtcute_knows(start_testdc)
    login = {
        "port": server.port,
        "key": server.public_key_path.read_text(),
        "phone": server.truth["account"]["phone"],
        "code": CODE,
        "media": media,
    }
    written = subprocess.run(
        ["node", "log_in.mjs"],
        cwd=mtcute,
        input=json.dumps(login).encode(),
        timeout=60,
        capture_output=True,
        check=False,
    )
    assert written.returncode == 0, written.stderr.decode()
    string = written.stdout.decode().splitlines()[-1]
    Program(exporter_program, tmp_path, server).imports("mtcute-string", "-", stdin=string + "\n")


def a_server_that_mtcute_knows(start_testdc: StartServer) -> Server:
    """mtcute 0.30 finds no key whose fingerprint begins with a zero digit; keys are new with every start."""
    while True:
        server = start_testdc("--seed", 7, "--contacts", 6, "--saved-only", 3)
        if kurigram_side.fingerprint(server) >> 60:
            return server


def test_telethon_goes_on_with_a_login_of_ours(server: Server, exporter_program: Path, tmp_path: Path) -> None:
    program = Program(exporter_program, tmp_path, server)
    phone = server.truth["account"]["phone"]
    answers = ("--api-id", API_ID, "--api-hash", "0" * 32, "--phone", phone, "--code-stdin")
    program.run("login", *answers, stdin=f"{CODE}\n")
    string = program.run("accounts", "export", "--format", "telethon-string", connects=False).stdout.strip()

    async def scenario() -> tuple[int, dict[str, Any]]:
        async with connected(server, session=StringSession(string)) as client:
            me = await client.get_me()
            return me.id, await fetch_address_book(client)

    user_id, book = run_bounded(scenario())
    assert user_id == server.truth["account"]["user_id"]
    assert book == truth_lists(server.truth)
