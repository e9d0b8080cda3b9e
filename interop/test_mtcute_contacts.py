"""Every operation on an address book that mtcute can ask of testdc: what comes back, and what it changed."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conftest import StartServer
from mtcute_side import Mtcute, Refused, long
from servers import Server

BOOK = ("--seed", 5, "--contacts", 60, "--saved-only", 10)
STRANGER = "12125550107"
User = dict[str, Any]


@pytest.fixture
def server(start_testdc: StartServer) -> Server:
    """A data centre with one account."""
    return start_testdc(*BOOK)


@pytest.fixture
def client(server: Server, mtcute: Path) -> Iterator[Mtcute]:
    """mtcute, logged in."""
    with Mtcute(mtcute, server) as client:
        client.log_in(server)
        yield client


def _input(user: User) -> dict[str, Any]:
    return {"_": "inputUser", "userId": user["id"], "accessHash": long(user["access_hash"])}


def _peer(user: User) -> dict[str, Any]:
    return {"_": "inputPeerUser", "userId": user["id"], "accessHash": long(user["access_hash"])}


def _contacts(client: Mtcute) -> dict[int, User]:
    book = client.call("contacts.getContacts", hash=long(0))
    users = {user["id"]: user for user in book["users"]}
    return {contact["userId"]: users[contact["userId"]] for contact in book["contacts"]}


def _saved(client: Mtcute) -> list[str]:
    client.do(do="takeout")
    records = client.call("contacts.getSaved", inside=True)
    client.do(do="finish", success=True)
    return [record["phone"] for record in records]


def _ids(peers: list[dict[str, Any]]) -> list[int]:
    return [peer["userId"] for peer in peers]


def _contact(client_id: int, phone: str, first_name: str) -> dict[str, Any]:
    names = {"firstName": first_name, "lastName": ""}
    return {"_": "inputPhoneContact", "clientId": long(client_id), "phone": phone, **names}


def test_the_list_is_not_sent_twice(client: Mtcute, server: Server) -> None:
    # Outside of a takeout: inside of one mtcute takes the vector of numbers for one of objects.
    ids = client.call("contacts.getContactIDs", hash=long(0))
    contacts = [contact["user_id"] for contact in server.truth["contacts"]]
    # The method is from the time of 32-bit ids: larger ones do not fit.
    assert [number for number in ids if number > 0] == [number for number in contacts if number < 2**31]
    assert len(ids) == len(contacts)


def test_somebody_is_deleted_and_imported_again(client: Mtcute, people: list[User]) -> None:
    someone = people[0]
    client.call("contacts.deleteContacts", id=[_input(someone)])
    assert someone["id"] not in _contacts(client)
    assert someone["phone"] not in _saved(client)
    new = [_contact(7, f"+{someone['phone']}", "Ann"), _contact(8, STRANGER, "Nobody")]
    answer = client.call("contacts.importContacts", contacts=new)
    assert [(one["userId"], one["clientId"]) for one in answer["imported"]] == [(someone["id"], 7)]
    assert [invite["clientId"] for invite in answer["popularInvites"]] == [8]
    assert [user["firstName"] for user in answer["users"]] == ["Ann"]
    assert _contacts(client)[someone["id"]]["firstName"] == "Ann"
    assert {someone["phone"], STRANGER} <= set(_saved(client))


def test_somebody_is_added_by_id_and_accepted(client: Mtcute, people: list[User]) -> None:
    someone = people[1]
    names: dict[str, Any] = {"firstName": "Ann", "lastName": "Example", "phone": ""}
    client.call("contacts.deleteContacts", id=[_input(someone)])
    with pytest.raises(Refused, match="CONTACT_NAME_EMPTY"):
        client.call("contacts.addContact", id=_input(someone), **{**names, "firstName": ""})
    with pytest.raises(Refused, match="CONTACT_ID_INVALID"):
        client.call("contacts.addContact", id=_input({**someone, "access_hash": 1}), **names)
    answer = client.call("contacts.addContact", id=_input(someone), **names)
    assert [(user["id"], user["contact"]) for user in answer["users"]] == [(someone["id"], True)]
    assert _contacts(client)[someone["id"]]["lastName"] == "Example"
    assert someone["phone"] not in _saved(client)
    with pytest.raises(Refused, match="CONTACT_REQ_MISSING"):
        client.call("contacts.acceptContact", id=_input(someone))
    client.call("contacts.deleteContacts", id=[_input(someone)])
    client.call("contacts.acceptContact", id=_input(someone))
    assert someone["id"] in _contacts(client)


def test_numbers_are_deleted_and_reset(client: Mtcute, server: Server, people: list[User]) -> None:
    someone = people[0]
    saved = [record["phone"] for record in server.truth["saved"]]
    assert client.call("contacts.deleteByPhones", phones=[someone["phone"]]) is True
    assert someone["id"] not in _contacts(client)
    assert _saved(client) == [phone for phone in saved if phone != someone["phone"]]
    assert client.call("contacts.resetSaved") is True
    assert len(_saved(client)) < len(saved) - 1


def test_people_are_found(client: Mtcute, server: Server, people: list[User]) -> None:
    someone = next(user for user in people if user["username"])
    found = client.call("contacts.search", q=someone["username"], limit=50)
    assert someone["id"] in _ids(found["myResults"])
    for name, value in {"phone": someone["phone"], "username": someone["username"]}.items():
        resolved = client.call(f"contacts.resolve{name.capitalize()}", **{name: value})
        assert resolved["peer"] == {"_": "peerUser", "userId": someone["id"]}
        assert [user["id"] for user in resolved["users"]] == [someone["id"]]
    with pytest.raises(Refused, match="USERNAME_NOT_OCCUPIED"):
        client.call("contacts.resolveUsername", username="nobody_has_this_name")
    with pytest.raises(Refused, match="PHONE_NOT_OCCUPIED"):
        client.call("contacts.resolvePhone", phone=STRANGER)
    link = client.call("contacts.exportContactToken")["url"]
    mine = client.call("contacts.importContactToken", token=link.removeprefix("https://t.me/contact/"))
    assert mine["id"] == server.truth["account"]["user_id"]


def test_people_are_blocked(client: Mtcute, people: list[User]) -> None:
    def blocked() -> set[int]:
        answer = client.call("contacts.getBlocked", offset=0, limit=100)
        assert {user["id"] for user in answer["users"]} == set(_ids([one["peerId"] for one in answer["blocked"]]))
        return set(_ids([one["peerId"] for one in answer["blocked"]]))

    before, (one, other) = blocked(), people[:2]
    for someone in (one, other):
        assert client.call("contacts.block", id=_peer(someone)) is True
    assert blocked() == before | {one["id"], other["id"]}
    slice_of_one = client.call("contacts.getBlocked", offset=0, limit=1)
    assert (slice_of_one["_"], len(slice_of_one["blocked"])) == ("contacts.blockedSlice", 1)
    assert client.call("contacts.unblock", id=_peer(one)) is True
    assert blocked() == (before | {other["id"]}) - {one["id"]}


def test_a_list_of_blocked_replaces_another(client: Mtcute, people: list[User]) -> None:
    def blocked(**which: bool) -> list[int]:
        answer = client.call("contacts.getBlocked", offset=0, limit=100, **which)
        return _ids([one["peerId"] for one in answer["blocked"]])

    one, other, third = people[:3]
    assert client.call("contacts.setBlocked", id=[_peer(one), _peer(other)], limit=100) is True
    assert sorted(blocked()) == sorted([one["id"], other["id"]])
    assert client.call("contacts.setBlocked", myStoriesFrom=True, id=[_peer(third)], limit=100) is True
    assert blocked(myStoriesFrom=True) == [third["id"]]
    assert client.call("contacts.setBlocked", id=[], limit=100) is True
    assert (blocked(), blocked(myStoriesFrom=True)) == ([], [third["id"]])
    # there are no messages
    with pytest.raises(Refused, match="MSG_ID_INVALID"):
        client.call("contacts.blockFromReplies", msgId=1)


def test_nobody_is_near_and_nobody_pays_to_be_found(client: Mtcute) -> None:
    here = {"_": "inputGeoPoint", "lat": 52.5, "long": 13.4}
    near = client.call("contacts.getLocated", geoPoint=here)
    assert (near["update"]["_"], near["update"]["peers"]) == ("updatePeerLocated", [])
    with pytest.raises(Refused, match="GEO_POINT_INVALID"):
        client.call("contacts.getLocated", geoPoint={"_": "inputGeoPointEmpty"})
    assert client.call("contacts.getSponsoredPeers", q="shoes") == {"_": "contacts.sponsoredPeersEmpty"}


def test_no_call_about_contacts_is_left_out(mtcute: Path) -> None:
    schema = json.loads((mtcute / "node_modules/@mtcute/core/tl/api-schema.json").read_text(encoding="utf-8"))
    declared = {each["name"] for each in schema["e"] if each["kind"] == "method"}
    here = Path(__file__)
    called = here.read_text(encoding="utf-8") + here.with_name("mtcute_book.py").read_text(encoding="utf-8")
    # resolvePhone and resolveUsername are put together where they are called
    called = called.replace("contacts.resolve{name", "contacts.resolvePhone contacts.resolveUsername")
    missing = {name for name in declared if name.startswith("contacts.") and name not in called}
    assert not missing


def test_people_are_rated(client: Mtcute) -> None:
    def top() -> dict[str, Any]:
        answer: dict[str, Any] = client.call(
            "contacts.getTopPeers", correspondents=True, offset=0, limit=50, hash=long(0)
        )
        return answer

    def ids() -> list[int]:
        return _ids([one["peer"] for one in top()["categories"][0]["peers"]])

    users = {user["id"]: user for user in top()["users"]}
    first, *others = ids()
    assert set(users) == {first, *others}
    reset = {"userId": first, "accessHash": long(users[first]["accessHash"])}
    category = {"_": "topPeerCategoryCorrespondents"}
    peer = {"_": "inputPeerUser", **reset}
    assert client.call("contacts.resetTopPeerRating", category=category, peer=peer) is True
    assert first not in ids()
    assert client.call("contacts.toggleTopPeers", enabled=False) is True
    assert top()["_"] == "contacts.topPeersDisabled"
    assert client.call("contacts.toggleTopPeers", enabled=True) is True
    assert ids() == others


def test_people_are_marked(client: Mtcute, people: list[User]) -> None:
    someone = people[2]
    assert client.call("contacts.editCloseFriends", id=[long(someone["id"])]) is True
    assert [user["id"] for user in _contacts(client).values() if user["closeFriend"]] == [someone["id"]]
    note = {"_": "textWithEntities", "text": "met in Łódź", "entities": []}
    assert client.call("contacts.updateContactNote", id=_input(someone), note=note) is True
    full = client.call("users.getFullUser", id=_input(someone))
    assert full["fullUser"]["note"]["text"] == note["text"]
    birthdays = client.call("contacts.getBirthdays")
    assert {one["contactId"] for one in birthdays["contacts"]} == {user["id"] for user in birthdays["users"]}
