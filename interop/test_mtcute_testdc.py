"""mtcute, which we did not write, against testdc: its default transport, temporary keys, its own layer."""

import json
from pathlib import Path

import pytest

from admin_side import order
from conftest import StartServer
from mtcute_book import fetch_address_book, truth_lists
from mtcute_side import LAYER, Mtcute, long
from servers import Server

BOOK = ("--seed", 5, "--contacts", 120, "--saved-only", 40, "--admin", "127.0.0.1:0")
KEY = "000102030405060708090a0b0c0d0e0f"
PASSWORD = "correct horse 🐴"


def _account(server: Server) -> str:
    phone: str = server.truth["account"]["phone"]
    return phone


def test_mtcute_speaks_another_layer_than_we_do(mtcute: Path) -> None:
    schema = json.loads((mtcute / "node_modules/@mtcute/core/tl/api-schema.json").read_text(encoding="utf-8"))
    assert schema["l"] == LAYER


@pytest.mark.parametrize("password", [None, PASSWORD])
def test_mtcute_gets_the_truth(start_testdc: StartServer, mtcute: Path, password: str | None) -> None:
    server = start_testdc(*BOOK, *(() if password is None else ("--password", password)))
    with Mtcute(mtcute, server) as client:
        assert client.log_in(server, password) == server.truth["account"]["user_id"]
        assert fetch_address_book(client) == truth_lists(server.truth)
        state = order(server, "state", phone=_account(server))
        assert (state["sessions"], state["temporary_keys"]) == (1, 1)
    opened = server.wait_for("takeout_opened")
    server.wait_for("takeout_finished", takeout_id=opened["takeout_id"], success=True)
    for connection in order(server, "connections")["connections"]:
        assert connection == {"dc_id": 2, "carrier": "tcp", "framing": "intermediate", "obfuscated": False}


@pytest.mark.parametrize(("secret", "carrier"), [(f"dd{KEY}", "mtproxy"), (f"ee{KEY}612e6578616d706c65", "fake_tls")])
def test_mtcute_gets_the_truth_through_the_proxy(
    start_testdc: StartServer, mtcute: Path, secret: str, carrier: str
) -> None:
    server = start_testdc(*BOOK, "--mtproxy-secret", secret)
    host, _, port = server.wait_for("mtproxy_listening")["address"].rpartition(":")
    with Mtcute(mtcute, server, {"host": host, "port": int(port), "secret": secret}) as client:
        client.log_in(server)
        assert fetch_address_book(client) == truth_lists(server.truth)
    assert {connection["carrier"] for connection in order(server, "connections")["connections"]} == {carrier}


def test_mtcute_comes_back_when_the_server_drops_the_link(start_testdc: StartServer, mtcute: Path) -> None:
    server = start_testdc(*BOOK)
    with Mtcute(mtcute, server) as client:
        client.log_in(server)
        for _ in range(3):
            order(server, "drop_connections")
            statuses = client.call("contacts.getStatuses")
            assert [status["userId"] for status in statuses] == [each["user_id"] for each in server.truth["statuses"]]
        # In the middle of a reply, which the client must ask for again.
        order(server, "fault", spec="close-in-reply=contacts.getContacts*2")
        assert fetch_address_book(client) == truth_lists(server.truth)
        assert order(server, "state", phone=_account(server))["open_takeouts"] == []


def test_mtcute_asks_what_clients_ask_first(start_testdc: StartServer, mtcute: Path) -> None:
    server = start_testdc(*BOOK)
    with Mtcute(mtcute, server) as client:
        client.log_in(server)
        begin = {"offsetDate": 0, "offsetId": 0, "offsetPeer": {"_": "inputPeerEmpty"}, "limit": 10, "hash": long(0)}
        dialogs = client.call("messages.getDialogs", inside=False, **begin)
        assert dialogs == {"_": "messages.dialogs", "dialogs": [], "messages": [], "chats": [], "users": []}
        (login,) = client.call("account.getAuthorizations")["authorizations"]
        assert (login["current"], login["apiId"]) == (True, 17)
        assert client.call("help.getAppConfig", hash=0)["config"] == {"_": "jsonObject", "value": []}
        assert client.call("account.updateStatus", offline=False) is True


def test_mtcute_lives_through_what_servers_do(start_testdc: StartServer, mtcute: Path) -> None:
    server = start_testdc(*BOOK)
    with Mtcute(mtcute, server) as client:
        client.log_in(server)
        order(server, "rotate_salts")
        order(server, "fault", spec="flood-wait=contacts.getSaved:1")
        order(server, "fault", spec="duplicate=contacts.getStatuses")
        assert fetch_address_book(client) == truth_lists(server.truth)


@pytest.mark.parametrize("password", [None, PASSWORD])
def test_mtcute_logs_in_with_a_qr_code(start_testdc: StartServer, mtcute: Path, password: str | None) -> None:
    server = start_testdc(*BOOK, *(() if password is None else ("--password", password)))
    with Mtcute(mtcute, server) as client:
        client.send(do="qr", password=password)
        url = client.answer()["url"]
        assert url.startswith("tg://login?token=")
        token = url.removeprefix("tg://login?token=")
        order(server, "accept_login_token", token=token, phone=_account(server))
        answer = client.answer()
        assert (answer["ok"], answer["user_id"]) == (True, server.truth["account"]["user_id"]), answer
        assert fetch_address_book(client) == truth_lists(server.truth)
