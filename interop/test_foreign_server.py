"""The foreign server proved with Telethon as its client, before any program of ours meets it."""

from typing import Any

import pytest
from telethon import errors
from telethon.network.connection import (
    ConnectionTcpAbridged,
    ConnectionTcpFull,
    ConnectionTcpIntermediate,
    ConnectionTcpObfuscated,
)
from telethon.sessions import MemorySession
from telethon.tl import functions, types

from conftest import StartServer
from telethon_side import connected, contacts_hash, fetch_address_book, log_in, run_bounded, truth_lists

CONNECTIONS = [ConnectionTcpFull, ConnectionTcpIntermediate, ConnectionTcpAbridged, ConnectionTcpObfuscated]
PASSWORD = "correct horse 🐴"


@pytest.mark.parametrize("connection", CONNECTIONS)
def test_login_and_takeout_equal_the_truth(start_foreign: StartServer, connection: type) -> None:
    server = start_foreign()

    async def scenario() -> dict[str, Any]:
        async with connected(server, connection) as client:
            user = await log_in(client, server)
            assert (user.id, user.is_self) == (server.truth["account"]["user_id"], True)
            return await fetch_address_book(client)

    assert run_bounded(scenario()) == truth_lists(server.truth)
    opened = server.wait_for("takeout_opened")
    server.wait_for("takeout_finished", takeout_id=opened["takeout_id"], success=True)
    # Telethon 1.45 uses the older forms of the key exchange.
    server.wait_for("key_made", padding="legacy", inner="PQInnerData", temporary=False)


def test_login_with_a_password(start_foreign: StartServer) -> None:
    server = start_foreign("--password", PASSWORD)
    assert server.truth["account"]["has_password"]

    async def scenario() -> dict[str, Any]:
        async with connected(server) as client:
            await log_in(client, server, PASSWORD)
            return await fetch_address_book(client)

    assert run_bounded(scenario()) == truth_lists(server.truth)


def test_a_wrong_password_is_refused_and_the_right_one_still_works(start_foreign: StartServer) -> None:
    server = start_foreign("--password", PASSWORD)

    async def scenario() -> None:
        async with connected(server) as client:
            with pytest.raises(errors.PasswordHashInvalidError):
                await log_in(client, server, "wrong")
            assert not server.events_so_far("login")
            await client.sign_in(password=PASSWORD)

    run_bounded(scenario())
    server.wait_for("login", user_id=server.truth["account"]["user_id"])


def test_a_wrong_code_is_refused(start_foreign: StartServer) -> None:
    server = start_foreign()

    async def scenario() -> None:
        async with connected(server) as client:
            phone = server.truth["account"]["phone"]
            await client.send_code_request(phone)
            with pytest.raises(errors.PhoneCodeInvalidError):
                await client.sign_in(phone, "00000")
            with pytest.raises(errors.AuthKeyUnregisteredError):
                await client(functions.contacts.GetStatusesRequest())

    run_bounded(scenario())
    assert not server.events_so_far("login")


def test_the_calls_that_are_refused(start_foreign: StartServer) -> None:
    server = start_foreign()

    async def scenario() -> None:
        async with connected(server) as client:
            await log_in(client, server)
            with pytest.raises(errors.TakeoutRequiredError):
                await client(functions.contacts.GetSavedRequest())
            with pytest.raises(errors.TakeoutInvalidError):
                await client(functions.InvokeWithTakeoutRequest(5, functions.contacts.GetSavedRequest()))
            with pytest.raises(errors.InputMethodInvalidError):
                await client(functions.contacts.GetBlockedRequest(offset=0, limit=1))

    run_bounded(scenario())


def test_a_takeout_that_fails_is_finished_without_success(start_foreign: StartServer) -> None:
    server = start_foreign()

    async def scenario() -> None:
        async with connected(server) as client:
            await log_in(client, server)
            with pytest.raises(ZeroDivisionError):
                async with client.takeout(contacts=True):
                    raise ZeroDivisionError

    run_bounded(scenario())
    server.wait_for("takeout_finished", success=False)


def test_contacts_of_a_known_hash_are_not_sent_again(start_foreign: StartServer) -> None:
    server = start_foreign()

    async def scenario() -> None:
        async with connected(server) as client:
            await log_in(client, server)
            known = contacts_hash(server.truth)
            reply = await client(functions.contacts.GetContactsRequest(hash=known))
            assert isinstance(reply, types.contacts.ContactsNotModified)
            reply = await client(functions.contacts.GetContactsRequest(hash=known + 1))
            assert isinstance(reply, types.contacts.Contacts)

    run_bounded(scenario())


def test_a_kept_session_meets_a_new_salt_and_logs_out(start_foreign: StartServer) -> None:
    server, session = start_foreign(), MemorySession()

    async def scenario() -> None:
        async with connected(server, session=session) as client:
            await log_in(client, server)
        keys_made = len(server.events_so_far("key_made"))
        async with connected(server, session=session) as client:
            assert (await client.get_me()).phone == server.truth["account"]["phone"]
            await client(functions.auth.LogOutRequest())
            assert await client.get_me() is None
        assert len(server.events_so_far("key_made")) == keys_made

    run_bounded(scenario())
    server.wait_for("logged_out")


def test_a_large_book_comes_packed_and_whole(start_foreign: StartServer) -> None:
    server = start_foreign("--contacts", 3000, "--saved-only", 1000)

    async def scenario() -> dict[str, Any]:
        async with connected(server) as client:
            await log_in(client, server)
            return await fetch_address_book(client)

    fetched = run_bounded(scenario())
    assert (len(fetched["contacts"]), len(fetched["users"])) == (3000, 3000)
    assert fetched == truth_lists(server.truth)
