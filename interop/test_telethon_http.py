"""Telethon over HTTP against testdc: its own key exchange, encryption, session and requests, with one reading mended.

`ConnectionHttp` of Telethon 1.45 gives up at the first line of any answer: it compares the last byte of the line, a
number, with `b"\\n"`. It would also want the length to be the last of the headers."""

import asyncio

import pytest
from telethon.network.connection import ConnectionHttp
from telethon.network.connection.http import HttpPacketCodec
from telethon.tl import functions, types

from admin_side import order
from conftest import StartServer
from servers import Server
from telethon_side import assert_comes_back, connected, fetch_address_book, log_in, run_bounded, truth_lists

ANY_PORT = "127.0.0.1:0"
BOOK = ("--seed", 5, "--contacts", 120, "--saved-only", 40, "--admin", ANY_PORT, "--http", ANY_PORT)
PASSWORD = "correct horse 🐴"


class Codec(HttpPacketCodec):  # type: ignore[misc]
    """Telethon's requests, with the answers read as HTTP has them."""

    async def read_packet(self, reader: asyncio.StreamReader) -> bytes:
        """The body of one answer."""
        status = (await reader.readline()).split()
        if len(status) < 2:
            raise asyncio.IncompleteReadError(b"", None)
        headers = {}
        while line := (await reader.readline()).strip():
            name, _, value = line.partition(b":")
            headers[name.lower()] = value.strip()
        assert status[1] == b"200", status
        return await reader.readexactly(int(headers[b"content-length"]))


class Http(ConnectionHttp):  # type: ignore[misc]
    """HTTP whose answers can be read."""

    packet_codec = Codec


def _port(server: Server) -> int:
    return int(server.wait_for("http")["address"].rpartition(":")[2])


def _assert_carried(server: Server) -> None:
    connections = order(server, "connections")["connections"]
    assert connections
    for each in connections:
        assert each == {"dc_id": 2, "carrier": "http", "framing": None, "obfuscated": False}


@pytest.mark.parametrize("password", [None, PASSWORD])
def test_telethon_gets_the_truth_over_http(start_testdc: StartServer, password: str | None) -> None:
    server = start_testdc(*BOOK, *(() if password is None else ("--password", password)))

    async def scenario() -> None:
        async with connected(server, Http, port=_port(server)) as client:
            user = await log_in(client, server, password)
            assert user.id == server.truth["account"]["user_id"]
            assert await fetch_address_book(client) == truth_lists(server.truth)

    run_bounded(scenario())
    _assert_carried(server)
    server.wait_for("takeout_finished", success=True)


def test_telethon_changes_an_address_book_over_http(start_testdc: StartServer) -> None:
    """Many calls, one after the other and at once: none waits behind an acknowledgement."""
    server = start_testdc(*BOOK)
    truth = server.somebody()

    async def scenario() -> None:
        async with connected(server, Http, port=_port(server)) as client:
            await log_in(client, server)
            await client(functions.contacts.GetContactsRequest(hash=0))
            user = types.InputUser(truth["id"], truth["access_hash"])
            found = await client(functions.contacts.ResolveUsernameRequest(truth["username"]))
            assert found.users[0].id == truth["id"]
            await client(functions.contacts.AddContactRequest(user, "Over", "Http", phone=""))
            entry = types.InputPhoneContact(client_id=7, phone="+4915112345678", first_name="New", last_name="One")
            imported = await client(functions.contacts.ImportContactsRequest([entry]))
            assert imported.retry_contacts == []
            assert await client(functions.contacts.BlockRequest(user))
            blocked, contacts, full = await asyncio.gather(
                client(functions.contacts.GetBlockedRequest(offset=0, limit=10)),
                client(functions.contacts.GetContactsRequest(hash=0)),
                client(functions.users.GetFullUserRequest(user)),
            )
            assert [each.peer_id.user_id for each in blocked.blocked] == [truth["id"]]
            named = next(each for each in contacts.users if each.id == truth["id"])
            assert (named.first_name, named.last_name) == ("Over", "Http")
            assert full.full_user.blocked
            assert await client(functions.contacts.UnblockRequest(user))
            await client(functions.contacts.DeleteContactsRequest([user]))
            left = await client(functions.contacts.GetContactIDsRequest(hash=0))
            assert truth["id"] not in left
            assert await client.log_out()

    run_bounded(scenario())
    _assert_carried(server)


def test_telethon_comes_back_over_http(start_testdc: StartServer) -> None:
    server = start_testdc(*BOOK)

    async def scenario() -> None:
        async with connected(server, Http, port=_port(server), reconnects=True) as client:
            await log_in(client, server)
            await assert_comes_back(client, server)

    run_bounded(scenario())
    _assert_carried(server)
