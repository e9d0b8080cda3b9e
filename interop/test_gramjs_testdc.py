"""GramJS, which we did not write, against testdc: a much older layer, RSA with the older padding, and WebSockets."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from admin_side import order
from conftest import StartServer
from npm_packages import installed
from servers import Server

SOURCE = Path(__file__).resolve().parent / "gramjs"
BOOK = ("--seed", 5, "--contacts", 120, "--saved-only", 40, "--admin", "127.0.0.1:0", "--ws", "127.0.0.1:0")
PASSWORD = "correct horse 🐴"
RUN_LIMIT_SECS = 60.0
NAMES = {"firstName": "first_name", "lastName": "last_name", "username": "username", "phone": "phone"}
MARKS = ("contact", "deleted", "bot", "verified", "restricted", "scam", "fake", "support", "premium")


@pytest.fixture(scope="session")
def gramjs(package_cache: Path) -> Path:
    """The folder with GramJS's packages."""
    return installed(SOURCE, package_cache)


def _fetch(folder: Path, server: Server, connection: str, web_socket: bool, password: str | None) -> dict[str, Any]:
    phone = server.truth["account"]["phone"]
    port = int(server.wait_for("ws")["address"].rpartition(":")[2]) if web_socket else server.port
    options = {
        "host": "127.0.0.1",
        "port": port,
        "key": str(server.public_key_path),
        "connection": connection,
        "webSocket": web_socket,
        "phone": phone,
        "code": phone[5] * 5,
        "password": password,
    }
    command = ["node", "client.cjs", json.dumps(options)]
    ran = subprocess.run(command, cwd=folder, timeout=RUN_LIMIT_SECS, capture_output=True, text=True)
    assert ran.returncode == 0, (ran.stdout, ran.stderr)
    fetched: dict[str, Any] = json.loads(ran.stdout.rpartition("\n")[2])
    return fetched


def _user(user: dict[str, Any]) -> dict[str, Any]:
    names = {ours: user.get(theirs) for theirs, ours in NAMES.items()}
    return {"id": int(user["id"]), **names, **{mark: bool(user.get(mark)) for mark in MARKS}}


def _saved(record: dict[str, Any]) -> dict[str, Any]:
    names = {"phone": "phone", "firstName": "first_name", "lastName": "last_name", "date": "date"}
    return {ours: record[theirs] for theirs, ours in names.items()}


@pytest.mark.parametrize("password", [None, PASSWORD])
@pytest.mark.parametrize(
    ("connection", "web_socket", "spoken"),
    [
        ("ConnectionTCPFull", False, ("tcp", "full", False)),
        ("ConnectionTCPAbridged", False, ("tcp", "abridged", False)),
        ("ConnectionTCPObfuscated", False, ("tcp", "abridged", True)),
        ("ConnectionTCPObfuscated", True, ("ws", "abridged", True)),
    ],
)
def test_gramjs_gets_the_truth(
    start_testdc: StartServer,
    gramjs: Path,
    connection: str,
    web_socket: bool,
    spoken: tuple[str, str, bool],
    password: str | None,
) -> None:
    server = start_testdc(*BOOK, *(() if password is None else ("--password", password)))
    fetched = _fetch(gramjs, server, connection, web_socket, password)
    truth = server.truth
    kept = ("id", *NAMES.values(), *MARKS)
    assert [_user(user) for user in fetched["contacts"]["users"]] == [
        {name: user[name] for name in kept} for user in truth["users"]
    ]
    assert [_saved(record) for record in fetched["saved"]] == truth["saved"]
    statuses = [int(status["userId"]) for status in fetched["statuses"]]
    assert statuses == [status["user_id"] for status in truth["statuses"]]
    contacts = [int(contact["userId"]) for contact in fetched["contacts"]["contacts"]]
    assert contacts == [contact["user_id"] for contact in truth["contacts"]]
    for each in order(server, "connections")["connections"]:
        assert (each["carrier"], each["framing"], each["obfuscated"]) == spoken
    server.wait_for("takeout_finished", success=True)
