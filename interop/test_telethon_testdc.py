"""Telethon, which we did not write, against testdc: what it gets is the truth, and what our export holds."""

from pathlib import Path
from typing import Any

import pytest
from telethon import errors
from telethon.network.connection import (
    ConnectionTcpAbridged,
    ConnectionTcpFull,
    ConnectionTcpIntermediate,
    ConnectionTcpMTProxyAbridged,
    ConnectionTcpMTProxyIntermediate,
    ConnectionTcpMTProxyRandomizedIntermediate,
    ConnectionTcpObfuscated,
)
from telethon.tl import functions, types

from admin_side import order
from conftest import StartServer
from export_files import parquet_rows
from exporter import Exporter
from join_oracle import assert_nobody_is_lost, assert_rows_match
from servers import Server
from telethon_side import (
    assert_comes_back,
    connected,
    contacts_hash,
    fetch_address_book,
    log_in,
    run_bounded,
    truth_lists,
)

CONNECTIONS = {
    ConnectionTcpFull: ("tcp", "full", False),
    ConnectionTcpIntermediate: ("tcp", "intermediate", False),
    ConnectionTcpAbridged: ("tcp", "abridged", False),
    ConnectionTcpObfuscated: ("tcp", "abridged", True),
}
ADMIN = ("--admin", "127.0.0.1:0")
BOOK = ("--seed", 5, "--contacts", 120, "--saved-only", 40)
MTPROXY_KEY = "000102030405060708090a0b0c0d0e0f"
PASSWORD = "correct horse 🐴"


def fetch(
    server: Server,
    connection: type = ConnectionTcpFull,
    password: str | None = None,
    proxy: tuple[str, int, str] | None = None,
) -> dict[str, Any]:
    """Telethon logs in and fetches through a takeout."""

    async def scenario() -> dict[str, Any]:
        async with connected(server, connection, proxy=proxy) as client:
            user = await log_in(client, server, password)
            assert user.id == server.truth["account"]["user_id"]
            return await fetch_address_book(client)

    return run_bounded(scenario())


def spoken(server: Server) -> set[tuple[str, str | None, bool]]:
    """How the connections so far spoke."""
    connections = order(server, "connections")["connections"]
    return {(each["carrier"], each["framing"], each["obfuscated"]) for each in connections}


@pytest.mark.parametrize("password", [None, PASSWORD])
@pytest.mark.parametrize("connection", CONNECTIONS)
def test_telethon_gets_the_truth(start_testdc: StartServer, connection: type, password: str | None) -> None:
    server = start_testdc(*BOOK, *ADMIN, *(() if password is None else ("--password", password)))
    assert server.truth["account"]["has_password"] == (password is not None)
    assert fetch(server, connection, password) == truth_lists(server.truth)
    assert spoken(server) == {CONNECTIONS[connection]}
    server.wait_for("login", user_id=server.truth["account"]["user_id"])
    opened = server.wait_for("takeout_opened")
    server.wait_for("takeout_finished", takeout_id=opened["takeout_id"], success=True)


@pytest.mark.filterwarnings("ignore:proxy argument will be ignored")  # true of SOCKS proxies alone
@pytest.mark.parametrize(
    ("connection", "secret", "framing"),
    [
        (ConnectionTcpMTProxyRandomizedIntermediate, f"dd{MTPROXY_KEY}", "padded_intermediate"),
        (ConnectionTcpMTProxyRandomizedIntermediate, MTPROXY_KEY, "padded_intermediate"),
        (ConnectionTcpMTProxyIntermediate, MTPROXY_KEY, "intermediate"),
        (ConnectionTcpMTProxyAbridged, MTPROXY_KEY, "abridged"),
    ],
)
def test_telethon_gets_the_truth_through_the_proxy(
    start_testdc: StartServer, connection: type, secret: str, framing: str
) -> None:
    server = start_testdc(*BOOK, *ADMIN, "--mtproxy-secret", secret)
    host, _, port = server.wait_for("mtproxy_listening")["address"].rpartition(":")
    assert fetch(server, connection, proxy=(host, int(port), secret)) == truth_lists(server.truth)
    assert spoken(server) == {("mtproxy", framing, True)}


@pytest.mark.parametrize("connection", CONNECTIONS)
def test_telethon_comes_back_when_the_server_drops_the_link(start_testdc: StartServer, connection: type) -> None:
    server = start_testdc(*BOOK, *ADMIN)

    async def scenario() -> None:
        async with connected(server, connection, reconnects=True) as client:
            await log_in(client, server)
            await assert_comes_back(client, server)
            assert order(server, "state", phone=server.truth["account"]["phone"])["open_takeouts"] == []

    run_bounded(scenario())


@pytest.mark.parametrize("password", [None, PASSWORD])
def test_our_export_holds_what_telethon_gets(
    start_testdc: StartServer, exporter_program: Path, tmp_path: Path, password: str | None
) -> None:
    server = start_testdc(*BOOK, *(() if password is None else ("--password", password)))
    fetched = {"account": server.truth["account"], **fetch(server, password=password)}
    exporter = Exporter(exporter_program, tmp_path, server)
    exporter.login(password)
    exporter.export(tmp_path / "out")
    rows = parquet_rows(tmp_path / "out")
    assert_nobody_is_lost(rows, fetched)
    assert_rows_match(rows, fetched)


def test_the_calls_that_are_refused(start_testdc: StartServer) -> None:
    server = start_testdc(*BOOK)

    async def scenario() -> None:
        async with connected(server) as client:
            with pytest.raises(errors.AuthKeyUnregisteredError):
                await client(functions.contacts.GetStatusesRequest())
            await log_in(client, server)
            with pytest.raises(errors.TakeoutRequiredError):
                await client(functions.contacts.GetSavedRequest())
            with pytest.raises(errors.TakeoutInvalidError):
                await client(functions.InvokeWithTakeoutRequest(5, functions.contacts.GetSavedRequest()))

    run_bounded(scenario())
    assert not server.events_so_far("takeout_opened")


def test_a_wrong_code_and_a_wrong_password(start_testdc: StartServer) -> None:
    server = start_testdc(*BOOK, "--password", PASSWORD)

    async def scenario() -> None:
        async with connected(server) as client:
            phone = server.truth["account"]["phone"]
            await client.send_code_request(phone)
            code = server.wait_for("code_sent")["code"]
            with pytest.raises(errors.PhoneCodeInvalidError):
                await client.sign_in(phone, "0" * len(code))
            with pytest.raises(errors.SessionPasswordNeededError):
                await client.sign_in(phone, code)
            with pytest.raises(errors.PasswordHashInvalidError):
                await client.sign_in(password="wrong")
            assert not server.events_so_far("login")
            await client.sign_in(password=PASSWORD)

    run_bounded(scenario())
    server.wait_for("login")


def test_a_takeout_that_fails_is_finished_without_success(start_testdc: StartServer) -> None:
    server = start_testdc(*BOOK)

    async def scenario() -> None:
        async with connected(server) as client:
            await log_in(client, server)
            with pytest.raises(ZeroDivisionError):
                async with client.takeout(contacts=True):
                    raise ZeroDivisionError

    run_bounded(scenario())
    server.wait_for("takeout_finished", success=False)


def test_contacts_of_a_known_hash_are_not_sent_again(start_testdc: StartServer) -> None:
    server = start_testdc(*BOOK)

    async def scenario() -> None:
        async with connected(server) as client:
            await log_in(client, server)
            known = contacts_hash(server.truth)
            reply = await client(functions.contacts.GetContactsRequest(hash=known))
            assert isinstance(reply, types.contacts.ContactsNotModified)
            reply = await client(functions.contacts.GetContactsRequest(hash=known ^ 1))
            assert isinstance(reply, types.contacts.Contacts)

    run_bounded(scenario())
