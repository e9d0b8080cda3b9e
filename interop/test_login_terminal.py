"""Every way to log in, on a real terminal: keys typed, the screen read back, the QR code read by a foreign decoder."""

import base64
import json
import socket
from pathlib import Path
from typing import Any

import pytest

from conftest import StartServer
from qr_screen import links_on
from servers import Server
from terminal import Terminal

PASSWORD = "pässword"
API = ("--api-id", 17, "--api-hash", "0123456789abcdef")
LINK = "tg://login?token="


def admin(server: Server, **command: Any) -> dict[str, Any]:
    """One command on the admin socket."""
    host, _, port = server.wait_for("admin")["address"].rpartition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(json.dumps(command).encode() + b"\n")
        answer: dict[str, Any] = json.loads(connection.makefile().readline())
    assert answer["ok"], answer
    return answer


def way_to(server: Server, tmp_path: Path) -> tuple[object, ...]:
    return ("--dc", f"2={server.address}", "--rsa-key", server.public_key_path, "--session", tmp_path / "my.session")


def token_on(screen: str) -> str:
    """The token of the code that was drawn last."""
    link = links_on(screen)[-1]
    assert link.startswith(LINK), link
    token = link.removeprefix(LINK)
    assert base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    return token


@pytest.mark.parametrize(("password", "account_dc"), [(None, 2), (PASSWORD, 2), (PASSWORD, 3)])
def test_a_qr_code_on_the_screen_logs_in(
    start_testdc: StartServer, exporter_program: Path, tmp_path: Path, password: str | None, account_dc: int
) -> None:
    options: list[object] = ["--contacts", 3, "--admin", "127.0.0.1:0", "--dcs", 3, "--account-dc", account_dc]
    server = start_testdc(*options, *(["--password", password] if password else []))
    login = Terminal(exporter_program, tmp_path, "login", *way_to(server, tmp_path), *API, "--qr")
    login.wait_for("Link Desktop Device")
    login.wait_for("\x1b[0m\r\n")
    login.settle()
    admin(server, do="accept_login_token", token=token_on(login.seen), phone=server.truth["account"]["phone"])
    if password:
        login.wait_for("two-step verification password (hint:")
        login.wait_for("Password: ")
        login.type_unseen(password)
    login.wait_for("is logged in")
    assert login.end() == 0
    status = Terminal(exporter_program, tmp_path, "status", "--session", tmp_path / "my.session")
    status.wait_for(f"data centre {account_dc}; no export is pending")
    assert status.end() == 0
    export = Terminal(exporter_program, tmp_path, "export", "--session", tmp_path / "my.session", "--out", tmp_path / "o")
    export.wait_for("people in")
    assert export.end() == 0


def test_another_code_is_allowed_later_and_the_screen_says_when_and_how(
    start_testdc: StartServer, exporter_program: Path, tmp_path: Path
) -> None:
    server = start_testdc("--contacts", 3)
    login = Terminal(exporter_program, tmp_path, "login", *way_to(server, tmp_path), *API, "--phone", "9996621234")
    login.wait_for("look into Telegram on a device where you are logged in")
    login.wait_for("an empty line (or r) asks for a text message, 60 s from now")
    for key in ("", "r"):
        login.wait_for("Code: ")
        login.type_unseen(key)
        login.wait_for("Telegram allows another code in")
    login.wait_for("Code: ")
    login.type_unseen(server.wait_for("code_sent")["code"])
    login.wait_for("is logged in")
    assert login.end() == 0


def test_a_wait_counts_down_on_a_terminal_and_a_confirmation_ends_it(
    start_testdc: StartServer, exporter_program: Path, tmp_path: Path
) -> None:
    server = start_testdc("--contacts", 3, "--admin", "127.0.0.1:0", "--takeout-delay", 86400)
    login = Terminal(exporter_program, tmp_path, "login", *way_to(server, tmp_path), *API, "--phone", "9996621234")
    login.wait_for("Code: ")
    login.type_unseen(server.wait_for("code_sent")["code"])
    login.wait_for("is logged in")
    assert login.end() == 0

    session = ("--session", tmp_path / "my.session")
    export = Terminal(exporter_program, tmp_path, "export", *session, "--out", tmp_path / "out", "--ask-every", 2)
    export.wait_for("Telegram holds this export back until 20")
    export.wait_for("waiting for Telegram: 23:59:5")
    export.wait_for("asking again in 00:00:0")
    admin(server, do="allow_takeout", phone="9996621234")
    export.wait_for("people in")
    assert export.end() == 0
    assert server.wait_for("takeout_finished")["success"] is True
