"""GramJS, which we did not write, against testdc: a much older layer, older RSA padding, WebSockets in TLS or not."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from admin_side import order
from conftest import StartServer
from npm_packages import installed
from servers import Server

SOURCE = Path(__file__).resolve().parent / "gramjs"
ANY_PORT = "127.0.0.1:0"
BOOK = ("--seed", 5, "--contacts", 120, "--saved-only", 40, "--admin", ANY_PORT, "--ws", ANY_PORT, "--wss", ANY_PORT)
PASSWORD = "correct horse 🐴"
RUN_LIMIT_SECS = 60.0
NAMES = {"firstName": "first_name", "lastName": "last_name", "username": "username", "phone": "phone"}
MARKS = ("contact", "deleted", "bot", "verified", "restricted", "scam", "fake", "support", "premium")


@pytest.fixture(scope="session")
def gramjs(package_cache: Path) -> Path:
    """The folder with GramJS's packages."""
    return installed(SOURCE, package_cache)


def _fetch(
    folder: Path, server: Server, connection: str, carrier: str, password: str | None, authority: Path
) -> dict[str, Any]:
    phone = server.truth["account"]["phone"]
    port = server.port if carrier == "tcp" else int(server.wait_for(carrier)["address"].rpartition(":")[2])
    options = {
        "host": "127.0.0.1",
        "port": port,
        "key": str(server.public_key_path),
        "connection": connection,
        "carrier": carrier,
        "phone": phone,
        "code": phone[5] * 5,
        "password": password,
    }
    command = ["node", "client.cjs", json.dumps(options)]
    environment = os.environ | {"NODE_EXTRA_CA_CERTS": str(authority)}
    ran = subprocess.run(command, cwd=folder, env=environment, timeout=RUN_LIMIT_SECS, capture_output=True, text=True)
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
    ("connection", "spoken"),
    [
        ("ConnectionTCPFull", ("tcp", "full", False)),
        ("ConnectionTCPAbridged", ("tcp", "abridged", False)),
        ("ConnectionTCPObfuscated", ("tcp", "abridged", True)),
        ("ConnectionTCPObfuscated", ("ws", "abridged", True)),
        ("ConnectionTCPObfuscated", ("wss", "abridged", True)),
    ],
)
def test_gramjs_gets_the_truth(
    start_testdc: StartServer,
    gramjs: Path,
    connection: str,
    spoken: tuple[str, str, bool],
    password: str | None,
    tmp_path: Path,
) -> None:
    authority = tmp_path / "authority.pem"
    more = () if password is None else ("--password", password)
    server = start_testdc(*BOOK, "--tls-ca-out", authority, *more)
    fetched = _fetch(gramjs, server, connection, spoken[0], password, authority)
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
    assert fetched["dialogs"] == []
    for each in order(server, "connections")["connections"]:
        assert (each["carrier"], each["framing"], each["obfuscated"]) == spoken
    server.wait_for("takeout_finished", success=True)
