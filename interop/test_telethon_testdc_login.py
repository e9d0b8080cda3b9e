"""Telethon, which we did not write, logs in at testdc in the less usual ways, and lives through what may happen."""

import asyncio

import pytest
from telethon import TelegramClient, errors, events
from telethon.tl import functions, types

from admin_side import order
from conftest import StartServer
from servers import EVENT_LIMIT_SECS, Server
from telethon_side import connected, log_in, run_bounded

BOOK = ("--seed", 5, "--contacts", 20, "--saved-only", 5, "--admin", "127.0.0.1:0")
PASSWORD = "correct horse 🐴"


@pytest.fixture(autouse=True)
def _no_addresses_of_another_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Telethon keeps the addresses of the data centres for the life of the process."""
    monkeypatch.setattr(TelegramClient, "_config", None)


def _phone(server: Server) -> str:
    phone: str = server.truth["account"]["phone"]
    return phone


@pytest.mark.parametrize("password", [None, PASSWORD])
@pytest.mark.parametrize("home", [(), ("--dcs", 3, "--account-dc", 3)])
def test_login_by_qr_code(start_testdc: StartServer, home: tuple[object, ...], password: str | None) -> None:
    server = start_testdc(*BOOK, *home, *(() if password is None else ("--password", password)))

    async def scenario() -> None:
        async with connected(server) as client:
            login = await client.qr_login()
            assert login.url.startswith("tg://login?token=")
            token = login.url.removeprefix("tg://login?token=")
            waiting = asyncio.create_task(login.wait(EVENT_LIMIT_SECS))
            # The update must come to a client that is waiting for it.
            await asyncio.sleep(0)
            order(server, "accept_login_token", token=token, phone=_phone(server))
            try:
                user = await waiting
            except errors.SessionPasswordNeededError:
                assert password is not None
                user = await client.sign_in(password=password)
            assert user.id == server.truth["account"]["user_id"]
            contacts = await client(functions.contacts.GetContactsRequest(hash=0))
            assert len(contacts.contacts) == len(server.truth["contacts"])

    run_bounded(scenario())


def test_login_is_sent_from_one_data_centre_to_the_next(start_testdc: StartServer) -> None:
    server = start_testdc(*BOOK, "--dcs", 3, "--account-dc", 3, "--network-dc", 1)

    async def scenario() -> None:
        async with connected(server) as client:
            user = await log_in(client, server)
            assert user.id == server.truth["account"]["user_id"]
            assert client.session.dc_id == 3
            config = await client(functions.help.GetConfigRequest())
            addresses = {str(option.id): f"{option.ip_address}:{option.port}" for option in config.dc_options}
            assert addresses == server.wait_for("dcs")["addresses"]

    run_bounded(scenario())


def test_a_code_is_sent_again_in_another_way(start_testdc: StartServer) -> None:
    server = start_testdc(*BOOK, "--code-type", "app,smsWord")

    async def scenario() -> None:
        async with connected(server) as client:
            sent = await client.send_code_request(_phone(server))
            assert isinstance(sent.type, types.auth.SentCodeTypeApp)
            assert isinstance(sent.next_type, types.auth.CodeTypeSms)
            again = await client(functions.auth.ResendCodeRequest(_phone(server), sent.phone_code_hash))
            assert isinstance(again.type, types.auth.SentCodeTypeSmsWord)
            code = server.wait_for("code_sent", code="lighthouse")["code"]
            assert code.startswith(again.type.beginning)
            user = await client.sign_in(_phone(server), code, phone_code_hash=again.phone_code_hash)
            assert user.id == server.truth["account"]["user_id"]

    run_bounded(scenario())


def test_a_takeout_waits_until_the_owner_allows_it(start_testdc: StartServer) -> None:
    server = start_testdc(*BOOK, "--takeout-delay", 3600)

    async def scenario() -> None:
        async with connected(server) as owner, connected(server) as client:
            await log_in(owner, server)
            await log_in(client, server)
            warned: asyncio.Future[str] = asyncio.get_running_loop().create_future()

            async def note(event: events.NewMessage.Event) -> None:
                if event.chat_id == 777000 and not warned.done():
                    warned.set_result(event.raw_text)

            owner.add_event_handler(note, events.NewMessage)
            ask = functions.account.InitTakeoutSessionRequest(contacts=True)
            with pytest.raises(errors.TakeoutInitDelayError) as refused:
                await client(ask)
            assert 3590 <= refused.value.seconds <= 3600
            assert "export" in await asyncio.wait_for(warned, EVENT_LIMIT_SECS)
            assert order(server, "allow_takeout", phone=_phone(server))["requests"] == 1
            takeout = await client(ask)
            assert order(server, "state", phone=_phone(server))["open_takeouts"] == [takeout.id]

    run_bounded(scenario())


@pytest.mark.parametrize(
    ("how", "error"),
    [
        ("unregistered", errors.AuthKeyUnregisteredError),
        ("revoked", errors.SessionRevokedError),
        ("deactivated", errors.UserDeactivatedError),
        ("banned", errors.UserDeactivatedBanError),
        ("duplicated", errors.AuthKeyDuplicatedError),
    ],
)
def test_telethon_understands_why_a_session_ended(start_testdc: StartServer, how: str, error: type[Exception]) -> None:
    server = start_testdc(*BOOK)

    async def scenario() -> None:
        async with connected(server) as client:
            await log_in(client, server)
            order(server, "revoke", phone=_phone(server), how=how)
            with pytest.raises(error):
                await client(functions.contacts.GetStatusesRequest())

    run_bounded(scenario())
