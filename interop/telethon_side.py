"""Telethon as the client: connect it to a local server, log in, fetch the address book in the truth file's shape."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, TypeVar

from telethon import TelegramClient, errors
from telethon.crypto import rsa
from telethon.network.connection import ConnectionTcpFull
from telethon.sessions import MemorySession, Session
from telethon.tl import TLObject, functions, types

from admin_side import order
from foreign.list_hash import list_hash
from servers import Server
from telethon_factors import replace_telethons_own

replace_telethons_own()

RUN_LIMIT_SECS = 90.0
DC_ID = 2
Result = TypeVar("Result")

_USER_STRINGS = ("first_name", "last_name", "username", "phone", "lang_code")
_USER_FLAGS = (
    "contact",
    "mutual_contact",
    "deleted",
    "bot",
    "verified",
    "restricted",
    "scam",
    "fake",
    "support",
    "premium",
    "close_friend",
)
_STATUS_NAMES = {
    types.UserStatusEmpty: "empty",
    types.UserStatusOnline: "online",
    types.UserStatusOffline: "offline",
    types.UserStatusRecently: "recently",
    types.UserStatusLastWeek: "last_week",
    types.UserStatusLastMonth: "last_month",
}


def run_bounded(work: Coroutine[Any, Any, Result]) -> Result:
    """Runs `work` in an event loop of its own, with a limit."""
    return asyncio.run(asyncio.wait_for(work, RUN_LIMIT_SECS))


@asynccontextmanager
async def connected(
    server: Server,
    connection: type = ConnectionTcpFull,
    session: Session | None = None,
    proxy: tuple[str, int, str] | None = None,
    reconnects: bool = False,
    port: int | None = None,
) -> AsyncIterator[TelegramClient]:
    """A connected client that trusts the server's key. A session that is given keeps its authorization key.

    `proxy` is an MTProxy's host, port and secret, for the connections that take one. Without `reconnects` a lost
    connection is an error at once. `port` is another one than that for TCP."""
    rsa.add_key(server.public_key_path.read_text(), old=False)
    session = session or MemorySession()
    if not session.auth_key:
        session.set_dc(DC_ID, "127.0.0.1", port or server.port)
    # Three tries: Telethon does not pad an auth key that starts with a zero byte, which happens in 1 of 256 exchanges.
    client = TelegramClient(
        session,
        1,
        "0" * 32,
        connection=connection,
        proxy=proxy,
        connection_retries=3,
        retry_delay=0,
        auto_reconnect=reconnects,
    )
    await client.connect()
    try:
        yield client
    finally:
        await client.disconnect()


async def log_in(client: TelegramClient, server: Server, password: str | None = None) -> types.User:
    """Logs in with the code that the server's event tells, and with the password where there is one."""
    phone = server.truth["account"]["phone"]
    await client.send_code_request(phone)
    code = server.wait_for("code_sent")["code"]
    if password is None:
        return await client.sign_in(phone, code)
    try:
        await client.sign_in(phone, code)
    except errors.SessionPasswordNeededError:
        return await client.sign_in(password=password)
    raise AssertionError("the server did not ask for the password")


async def fetch_address_book(client: TelegramClient) -> dict[str, Any]:
    """The three lists through a takeout, as the truth file writes them."""
    async with client.takeout(contacts=True) as takeout:
        saved = await takeout(functions.contacts.GetSavedRequest())
        contacts = await takeout(functions.contacts.GetContactsRequest(hash=0))
        statuses = await takeout(functions.contacts.GetStatusesRequest())
    return {
        "saved_count": contacts.saved_count,
        "saved": [_saved(record) for record in saved],
        "contacts": [{"user_id": contact.user_id, "mutual": contact.mutual} for contact in contacts.contacts],
        "users": [_user(user) for user in contacts.users],
        "statuses": [{"user_id": each.user_id, **_status(each.status)} for each in statuses],
    }


async def assert_comes_back(client: TelegramClient, server: Server) -> None:
    """Its connections are dropped, and closed in the middle of a reply, which it must ask for again."""
    for _ in range(3):
        order(server, "drop_connections")
        statuses = await client(functions.contacts.GetStatusesRequest())
        assert [status.user_id for status in statuses] == [each["user_id"] for each in server.truth["statuses"]]
    order(server, "fault", spec="close-in-reply=contacts.getContacts*2")
    assert await fetch_address_book(client) == truth_lists(server.truth)


def truth_lists(truth: dict[str, Any]) -> dict[str, Any]:
    """The part of a truth file that `fetch_address_book` can see."""
    return {name: truth[name] for name in ("saved_count", "saved", "contacts", "users", "statuses")}


def contacts_hash(truth: dict[str, Any]) -> int:
    """The hash of getContacts for a client that holds the whole list."""
    return list_hash([truth["saved_count"], *sorted(contact["user_id"] for contact in truth["contacts"])])


def _unix(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp())


def _saved(record: TLObject) -> dict[str, Any]:
    names = {name: getattr(record, name) for name in ("phone", "first_name", "last_name")}
    return {**names, "date": _unix(record.date)}


def _status(status: TLObject) -> dict[str, Any]:
    at = getattr(status, "expires", None) or getattr(status, "was_online", None)
    return {
        "status": _STATUS_NAMES[type(status)],
        "at": _unix(at),
        "by_me": bool(getattr(status, "by_me", False)),
    }


def _user(user: TLObject) -> dict[str, Any]:
    usernames = [
        {"username": each.username, "editable": bool(each.editable), "active": bool(each.active)}
        for each in user.usernames or ()
    ]
    return {
        **{name: getattr(user, name) for name in _USER_STRINGS},
        **{name: bool(getattr(user, name)) for name in _USER_FLAGS},
        "id": user.id,
        "access_hash": user.access_hash,
        "usernames": usernames,
        "photo": isinstance(user.photo, types.UserProfilePhoto),
    }
