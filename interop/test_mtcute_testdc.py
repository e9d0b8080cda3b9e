"""mtcute, which we did not write, against testdc: default transport, temporary keys, layer 227."""

import json
import socket
from pathlib import Path
from typing import Any

import pytest

from conftest import StartServer
from mtcute_side import Mtcute, cache_folder, fetch_address_book, installed, truth_lists
from servers import Server

BOOK = ("--seed", 5, "--contacts", 120, "--saved-only", 40)
KEY = "000102030405060708090a0b0c0d0e0f"
PASSWORD = "correct horse 🐴"


@pytest.fixture(scope="session")
def mtcute(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with mtcute's packages."""
    return installed(cache_folder(tmp_path_factory.mktemp("packages")))


def admin(server: Server, **command: Any) -> dict[str, Any]:
    """One command on testdc's admin socket."""
    host, _, port = server.wait_for("admin")["address"].rpartition(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(json.dumps(command).encode() + b"\n")
        with connection.makefile() as answers:
            answer: dict[str, Any] = json.loads(answers.readline())
    assert answer["ok"], answer
    return answer


@pytest.mark.parametrize("password", [None, PASSWORD])
def test_mtcute_gets_the_truth(start_testdc: StartServer, mtcute: Path, password: str | None) -> None:
    server = start_testdc(*BOOK, *(() if password is None else ("--password", password)))
    with Mtcute(mtcute, server) as client:
        assert client.log_in(server, password) == server.truth["account"]["user_id"]
        assert fetch_address_book(client) == truth_lists(server.truth)
    opened = server.wait_for("takeout_opened")
    server.wait_for("takeout_finished", takeout_id=opened["takeout_id"], success=True)


@pytest.mark.parametrize("secret", [f"dd{KEY}", f"ee{KEY}612e6578616d706c65"])
def test_mtcute_gets_the_truth_through_the_proxy(start_testdc: StartServer, mtcute: Path, secret: str) -> None:
    server = start_testdc(*BOOK, "--mtproxy-secret", secret)
    host, _, port = server.wait_for("mtproxy_listening")["address"].rpartition(":")
    with Mtcute(mtcute, server, {"host": host, "port": int(port), "secret": secret}) as client:
        client.log_in(server)
        assert fetch_address_book(client) == truth_lists(server.truth)


def test_mtcute_comes_back_when_the_server_drops_the_link(start_testdc: StartServer, mtcute: Path) -> None:
    server = start_testdc(*BOOK, "--admin", "127.0.0.1:0")
    with Mtcute(mtcute, server) as client:
        user_id = client.log_in(server)
        for _ in range(3):
            admin(server, do="drop_connections")
            assert client.do(do="whoami")["user_id"] == user_id
        assert fetch_address_book(client) == truth_lists(server.truth)


@pytest.mark.parametrize("password", [None, PASSWORD])
def test_mtcute_logs_in_with_a_qr_code(start_testdc: StartServer, mtcute: Path, password: str | None) -> None:
    options = () if password is None else ("--password", password)
    server = start_testdc(*BOOK, "--admin", "127.0.0.1:0", *options)
    account = server.truth["account"]
    with Mtcute(mtcute, server) as client:
        client.send(do="qr", password=password)
        url = client.answer()["url"]
        token = url.removeprefix("tg://login?token=")
        assert token != url
        admin(server, do="accept_login_token", token=token, phone=account["phone"])
        answer = client.answer()
        assert (answer["ok"], answer["user_id"]) == (True, account["user_id"]), answer
        assert fetch_address_book(client) == truth_lists(server.truth)
