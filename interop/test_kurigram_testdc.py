"""kurigram (a Pyrogram), which we did not write, against testdc, over every connection that it has."""

import asyncio
from typing import Any

import pytest
from pyrogram import Client, raw
from pyrogram.connection import Connection
from pyrogram.connection.transport import tcp
from pyrogram.errors import SessionPasswordNeeded
from pyrogram.handlers import MessageHandler
from pyrogram.types import Message

from admin_side import order
from conftest import StartServer
from kurigram_side import API_ID, trust
from servers import Server
from telethon_side import run_bounded

BOOK = ("--seed", 5, "--contacts", 120, "--saved-only", 40, "--admin", "127.0.0.1:0")
KEY = "000102030405060708090a0b0c0d0e0f"
PASSWORD = "correct horse 🐴"
PROTOCOLS = {
    "TCPFull": ("full", False),
    "TCPAbridged": ("abridged", False),
    "TCPAbridgedO": ("abridged", True),
    "TCPIntermediate": ("intermediate", False),
    "TCPIntermediateO": ("intermediate", True),
    "TCPIntermediatePadded": ("padded_intermediate", False),
}
NAMES = ("id", "access_hash", "first_name", "last_name", "username", "phone", "lang_code")
MARKS = ("contact", "mutual_contact", "deleted", "bot", "verified", "restricted", "scam", "fake", "support", "premium")


async def _log_in(client: Client, server: Server, password: str | None) -> None:
    phone = server.truth["account"]["phone"]
    sent = await client.send_phone_number_code(phone)
    code = server.wait_for("code_sent")["code"]
    if password is None:
        await client.sign_in(phone, sent.phone_code_hash, code)
        return
    with pytest.raises(SessionPasswordNeeded):
        await client.sign_in(phone, sent.phone_code_hash, code)
    await client.check_password(password)


def _client(server: Server, no_updates: bool = True, **options: Any) -> Client:
    trust(server)

    def connection(**where: Any) -> Connection:
        # The addresses of Telegram's data centres are built in.
        return Connection(**{**where, "server_address": "127.0.0.1", "port": server.port})

    return Client(
        "interop",
        API_ID,
        "0" * 32,
        in_memory=True,
        no_updates=no_updates,
        connection_factory=connection,
        **options,
    )


async def _fetch(server: Server, password: str | None = None, **options: Any) -> dict[str, Any]:
    client = _client(server, **options)
    await client.connect()
    try:
        await _log_in(client, server, password)
        takeout = await client.invoke(raw.functions.account.InitTakeoutSession(contacts=True))

        async def inside(query: Any) -> Any:
            return await client.invoke(raw.functions.InvokeWithTakeout(takeout_id=takeout.id, query=query))

        contacts = await inside(raw.functions.contacts.GetContacts(hash=0))
        lists = {
            "saved": await inside(raw.functions.contacts.GetSaved()),
            "contacts": contacts.contacts,
            "users": contacts.users,
            "statuses": await inside(raw.functions.contacts.GetStatuses()),
        }
        await inside(raw.functions.account.FinishTakeoutSession(success=True))
        return lists
    finally:
        await client.disconnect()


@pytest.mark.parametrize("password", [None, PASSWORD])
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_kurigram_gets_the_truth(start_testdc: StartServer, protocol: str, password: str | None) -> None:
    server = start_testdc(*BOOK, *(() if password is None else ("--password", password)))
    _assert_true(run_bounded(_fetch(server, password, protocol_factory=getattr(tcp, protocol))), server.truth)
    framing, obfuscated = PROTOCOLS[protocol]
    for each in order(server, "connections")["connections"]:
        assert each == {"dc_id": 2, "carrier": "tcp", "framing": framing, "obfuscated": obfuscated}
    server.wait_for("takeout_finished", success=True)


@pytest.mark.parametrize(
    ("secret", "carrier", "framing"),
    [
        (KEY, "mtproxy", "abridged"),
        (f"dd{KEY}", "mtproxy", "padded_intermediate"),
        (f"ee{KEY}612e6578616d706c65", "fake_tls", "padded_intermediate"),
    ],
)
def test_kurigram_gets_the_truth_through_the_proxy(
    start_testdc: StartServer, secret: str, carrier: str, framing: str
) -> None:
    server = start_testdc(*BOOK, "--mtproxy-secret", secret)
    port = server.wait_for("mtproxy_listening")["address"].rpartition(":")[2]
    link = f"tg://proxy?server=127.0.0.1&port={port}&secret={secret}"
    _assert_true(run_bounded(_fetch(server, proxy=link)), server.truth)
    for each in order(server, "connections")["connections"]:
        assert each == {"dc_id": 2, "carrier": carrier, "framing": framing, "obfuscated": True}


def test_kurigram_names_users_as_peers(start_testdc: StartServer) -> None:
    """Its methods send an `InputPeer` where the schema has an `InputUser`."""
    server = start_testdc(*BOOK)
    own = server.truth["account"]["user_id"]
    truth = server.somebody()

    async def scenario() -> None:
        client = _client(server)
        await client.connect()
        try:
            await _log_in(client, server, None)
            found = await client.get_users([truth["username"], "me"])
            assert [user.id for user in found] == [truth["id"], own]
            added = await client.add_contact(truth["id"], "By", "Peer")
            assert (added.first_name, added.last_name) == ("By", "Peer")
            await client.delete_contacts(truth["id"])
            assert truth["id"] not in [user.id for user in await client.get_contacts()]
        finally:
            await client.disconnect()

    run_bounded(scenario())


def test_kurigram_asks_what_scripts_ask_first(start_testdc: StartServer) -> None:
    server = start_testdc(*BOOK)

    async def scenario() -> None:
        client = _client(server)
        await client.connect()
        try:
            await _log_in(client, server, None)
            assert [dialog async for dialog in client.get_dialogs()] == []
            assert await client.get_dialogs_count() == 0
            assert [photo async for photo in client.get_chat_photos("me")] == []
            assert list(await client.get_folders()) == []
            sessions = (await client.get_active_sessions()).active_sessions
            assert [session.is_current for session in sessions] == [True]
            assert await client.enable_cloud_password("one", hint="the first")
            assert await client.change_cloud_password("one", PASSWORD)
            other = _client(server)
            await other.connect()
            await _log_in(other, server, PASSWORD)
            await other.disconnect()
            assert await client.remove_cloud_password(PASSWORD)
        finally:
            await client.disconnect()

    run_bounded(scenario())


def test_kurigram_takes_messages_that_are_pushed(start_testdc: StartServer) -> None:
    """It asks what a short message was about (`updates.getDifference`), as every Pyrogram does."""
    server = start_testdc(*BOOK)
    phone = server.truth["account"]["phone"]

    async def scenario() -> None:
        told: asyncio.Queue[Any] = asyncio.Queue()

        async def take(_client: Client, message: Message) -> None:
            await told.put(message)

        client = _client(server, no_updates=False)
        client.add_handler(MessageHandler(take))
        await client.connect()
        try:
            await _log_in(client, server, None)
            await client.initialize()
            for text in ("Hello & goodbye", "and once more 🐴"):
                assert order(server, "push", phone=phone, text=text)["sessions"] == 1
                message = await told.get()
                assert (message.text, message.from_user.id) == (text, 777000)
                assert message.from_user.first_name == "Telegram" and message.date
            await client.terminate()
        finally:
            await client.disconnect()

    run_bounded(scenario())


def _assert_true(fetched: dict[str, Any], truth: dict[str, Any]) -> None:
    for user, true in zip(fetched["users"], truth["users"], strict=True):
        assert {name: getattr(user, name) for name in NAMES} == {name: true[name] for name in NAMES}
        assert {mark: bool(getattr(user, mark)) for mark in MARKS} == {mark: true[mark] for mark in MARKS}
    saved = ("phone", "first_name", "last_name", "date")
    assert [{name: getattr(record, name) for name in saved} for record in fetched["saved"]] == truth["saved"]
    assert [each.user_id for each in fetched["contacts"]] == [each["user_id"] for each in truth["contacts"]]
    assert [each.user_id for each in fetched["statuses"]] == [each["user_id"] for each in truth["statuses"]]
