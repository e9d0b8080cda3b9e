"""Every call about contacts that Telethon's layer has: what testdc answers, and what it changed."""

import inspect
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest
from telethon import TelegramClient, errors
from telethon.tl import TLRequest, functions, types
from telethon.tl.functions import contacts

from conftest import StartServer
from servers import Server
from telethon_side import connected, log_in, run_bounded

BOOK = ("--seed", 5, "--contacts", 60, "--saved-only", 10)
STRANGER = "12125550107"
User = dict[str, Any]


@pytest.fixture
def server(start_testdc: StartServer) -> Server:
    """A data centre with one account."""
    return start_testdc(*BOOK)


def _run(server: Server, scenario: Any) -> None:
    async def logged_in() -> None:
        async with connected(server) as client:
            await log_in(client, server)
            await scenario(client)

    work: Coroutine[Any, Any, None] = logged_in()
    run_bounded(work)


def _input(user: User) -> types.InputUser:
    return types.InputUser(user["id"], user["access_hash"])


def _peer(user: User) -> types.InputPeerUser:
    return types.InputPeerUser(user["id"], user["access_hash"])


async def _contacts(client: TelegramClient) -> dict[int, types.User]:
    book = await client(contacts.GetContactsRequest(hash=0))
    users = {user.id: user for user in book.users}
    return {contact.user_id: users[contact.user_id] for contact in book.contacts}


async def _saved(client: TelegramClient) -> list[str]:
    async with client.takeout(contacts=True) as takeout:
        return [record.phone for record in await takeout(contacts.GetSavedRequest())]


def test_lists_are_those_of_the_truth(server: Server) -> None:
    async def scenario(client: TelegramClient) -> None:
        truth = [contact["user_id"] for contact in server.truth["contacts"]]
        assert list(await _contacts(client)) == truth
        # The method is from the time of 32-bit ids: larger ones do not fit.
        ids = await client(contacts.GetContactIDsRequest(hash=0))
        assert [number for number in ids if number > 0] == [number for number in truth if number < 2**31]
        statuses = await client(contacts.GetStatusesRequest())
        assert [each.user_id for each in statuses] == [each["user_id"] for each in server.truth["statuses"]]
        near = await client(contacts.GetBirthdaysRequest())
        assert {each.contact_id for each in near.contacts} <= set(truth)
        assert await _saved(client) == [record["phone"] for record in server.truth["saved"]]

    _run(server, scenario)


def test_somebody_is_deleted_imported_added_and_accepted(server: Server, people: list[User]) -> None:
    one, other = people[:2]

    async def scenario(client: TelegramClient) -> None:
        await client(contacts.DeleteContactsRequest([_input(one), _input(other)]))
        assert not {one["id"], other["id"]} & set(await _contacts(client))
        new = [
            types.InputPhoneContact(7, f"+{one['phone']}", "Ann", ""),
            types.InputPhoneContact(8, STRANGER, "Nobody", ""),
        ]
        answer = await client(contacts.ImportContactsRequest(new))
        assert [(each.user_id, each.client_id) for each in answer.imported] == [(one["id"], 7)]
        assert {one["phone"], STRANGER} <= set(await _saved(client))
        await client(contacts.AddContactRequest(_input(other), "Bea", "Example", ""))
        assert (await _contacts(client))[other["id"]].last_name == "Example"
        with pytest.raises(errors.ContactReqMissingError):
            await client(contacts.AcceptContactRequest(_input(other)))
        await client(contacts.DeleteContactsRequest([_input(other)]))
        await client(contacts.AcceptContactRequest(_input(other)))
        assert other["id"] in await _contacts(client)

    _run(server, scenario)


def test_numbers_are_deleted_and_reset(server: Server, people: list[User]) -> None:
    someone = people[0]
    saved = [record["phone"] for record in server.truth["saved"]]

    async def scenario(client: TelegramClient) -> None:
        assert await client(contacts.DeleteByPhonesRequest([someone["phone"]]))
        assert someone["id"] not in await _contacts(client)
        assert await _saved(client) == [phone for phone in saved if phone != someone["phone"]]
        assert await client(contacts.ResetSavedRequest())
        assert len(await _saved(client)) < len(saved) - 1

    _run(server, scenario)


def test_notes_and_close_friends(server: Server, people: list[User]) -> None:
    one, other = people[:2]

    async def close_friends(client: TelegramClient) -> set[int]:
        return {user_id for user_id, user in (await _contacts(client)).items() if user.close_friend}

    async def scenario(client: TelegramClient) -> None:
        note = types.TextWithEntities("met in Rome", [])
        assert await client(contacts.UpdateContactNoteRequest(_input(one), note))
        full = await client(functions.users.GetFullUserRequest(_input(one)))
        assert full.full_user.note.text == "met in Rome"
        assert await client(contacts.EditCloseFriendsRequest([one["id"], other["id"]]))
        assert await close_friends(client) == {one["id"], other["id"]}
        assert await client(contacts.EditCloseFriendsRequest([other["id"]]))
        assert await close_friends(client) == {other["id"]}

    _run(server, scenario)


def test_people_are_found(server: Server, people: list[User]) -> None:
    someone = next(user for user in people if user["username"])

    async def scenario(client: TelegramClient) -> None:
        found = await client(contacts.SearchRequest(q=someone["username"], limit=50))
        assert someone["id"] in {peer.user_id for peer in found.my_results}
        for request in (
            contacts.ResolvePhoneRequest(someone["phone"]),
            contacts.ResolveUsernameRequest(someone["username"]),
        ):
            assert (await client(request)).peer.user_id == someone["id"]
        with pytest.raises(errors.PhoneNotOccupiedError):
            await client(contacts.ResolvePhoneRequest(STRANGER))
        link = await client(contacts.ExportContactTokenRequest())
        me = await client(contacts.ImportContactTokenRequest(link.url.removeprefix("https://t.me/contact/")))
        assert me.id == server.truth["account"]["user_id"]
        here = types.InputGeoPoint(lat=52.5, long=13.4)
        assert (await client(contacts.GetLocatedRequest(here))).update.peers == []
        with pytest.raises(errors.GeoPointInvalidError):
            await client(contacts.GetLocatedRequest(types.InputGeoPointEmpty()))
        nobody = await client(contacts.GetSponsoredPeersRequest("shoes"))
        assert isinstance(nobody, types.contacts.SponsoredPeersEmpty)

    _run(server, scenario)


def test_people_are_blocked(server: Server, people: list[User]) -> None:
    one, other, third = people[:3]

    async def scenario(client: TelegramClient) -> None:
        async def blocked(stories: bool = False) -> set[int]:
            answer = await client(contacts.GetBlockedRequest(0, 100, my_stories_from=stories))
            return {each.peer_id.user_id for each in answer.blocked}

        assert await client(contacts.BlockRequest(_peer(one)))
        assert await client(contacts.BlockRequest(_peer(other)))
        assert await client(contacts.UnblockRequest(_peer(one)))
        assert await blocked() == {other["id"]}
        assert await client(contacts.SetBlockedRequest([_peer(one), _peer(third)], limit=100))
        assert await blocked() == {one["id"], third["id"]}
        assert await client(contacts.SetBlockedRequest([_peer(other)], limit=100, my_stories_from=True))
        assert (await blocked(), await blocked(stories=True)) == ({one["id"], third["id"]}, {other["id"]})
        # there are no messages
        with pytest.raises(errors.MsgIdInvalidError):
            await client(contacts.BlockFromRepliesRequest(msg_id=1))

    _run(server, scenario)


def test_people_are_rated(server: Server) -> None:
    async def scenario(client: TelegramClient) -> None:
        async def top() -> Any:
            return await client(contacts.GetTopPeersRequest(0, 50, 0, correspondents=True))

        rated = await top()
        users = {user.id: user for user in rated.users}
        first, *others = [each.peer.user_id for each in rated.categories[0].peers]
        peer = types.InputPeerUser(first, users[first].access_hash)
        assert await client(contacts.ResetTopPeerRatingRequest(types.TopPeerCategoryCorrespondents(), peer))
        assert [each.peer.user_id for each in (await top()).categories[0].peers] == others
        assert await client(contacts.ToggleTopPeersRequest(enabled=False))
        assert isinstance(await top(), types.contacts.TopPeersDisabled)
        assert await client(contacts.ToggleTopPeersRequest(enabled=True))
        assert [each.peer.user_id for each in (await top()).categories[0].peers] == others

    _run(server, scenario)


def test_no_call_about_contacts_is_left_out() -> None:
    here = Path(__file__).read_text(encoding="utf-8")
    requests = {name for name, each in vars(contacts).items() if inspect.isclass(each) and issubclass(each, TLRequest)}
    requests.discard(TLRequest.__name__)
    assert len(requests) == 28
    assert not {name for name in requests if f"contacts.{name}(" not in here}
