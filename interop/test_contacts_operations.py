"""Each operation of `takeout-export contacts`: what it did to the account, Telethon says.

Two clients of one account: our program changes something or asks, Telethon asks the server for itself."""

from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from telethon import TelegramClient, functions, types
from telethon.sessions import MemorySession

from conftest import StartServer
from exporter import Exporter
from servers import Server
from telethon_side import connected, log_in, run_bounded

BOOK = ("--seed", 5, "--contacts", 60, "--saved-only", 12)
Row = dict[str, Any]


class Account:
    """One account: our program's view of it, and Telethon's."""

    def __init__(self, server: Server, exporter: Exporter) -> None:
        self.server = server
        self._exporter = exporter
        self._session = MemorySession()
        exporter.login()
        run_bounded(self._log_in())

    async def _log_in(self) -> None:
        async with connected(self.server, session=self._session) as client:
            await log_in(client, self.server)

    def run(self, *words: object) -> dict[str, Any]:
        """Our command; the object that it prints."""
        return self._exporter.contacts(*words).summary()

    def refuses(self, *words: object) -> None:
        """Our command does nothing, because nobody has agreed to it."""
        assert "--yes" in self._exporter.contacts(*words, expect=22).stderr

    def rows(self, *words: object) -> list[Row]:
        """The rows that our command prints."""
        rows: list[Row] = self.run(*words)["rows"]
        return rows

    def export(self, out: Path) -> Path:
        """An export of the account."""
        self._exporter.export(out)
        return out

    def ask(self, work: Callable[[TelegramClient], Coroutine[Any, Any, Any]]) -> Any:
        """What Telethon finds at the server."""

        async def with_client() -> Any:
            async with connected(self.server, session=self._session) as client:
                return await work(client)

        return run_bounded(with_client())

    def call(self, request: Any) -> Any:
        """What the server answers Telethon."""

        async def send(client: TelegramClient) -> Any:
            return await client(request)

        return self.ask(send)

    def saved(self) -> dict[str, tuple[str, str]]:
        """The phone book: names by digits."""

        async def fetch(client: TelegramClient) -> Any:
            async with client.takeout(contacts=True) as takeout:
                return await takeout(functions.contacts.GetSavedRequest())

        return {record.phone: (record.first_name, record.last_name) for record in self.ask(fetch)}

    def contacts(self) -> dict[int, Any]:
        """The contacts' user objects by id."""
        reply = self.call(functions.contacts.GetContactsRequest(hash=0))
        ids = {contact.user_id for contact in reply.contacts}
        return {user.id: user for user in reply.users if user.id in ids}

    def full(self, username: str) -> Any:
        """The full profile of somebody."""
        return self.call(functions.users.GetFullUserRequest(username)).full_user

    def someone(self) -> Row:
        """A contact with a username and a number that is shown."""
        own = self.server.truth["account"]["user_id"]
        people = self.server.truth["users"]
        shown = (user for user in people if user["username"] and user["phone"] and not user["deleted"])
        return next(user for user in shown if user["id"] != own)


@pytest.fixture
def account(start_testdc: StartServer, exporter_program: Path, tmp_path: Path) -> Iterator[Account]:
    server = start_testdc(*BOOK)
    yield Account(server, Exporter(exporter_program, tmp_path, server))


def test_reading_operations_say_what_telethon_is_told(account: Account) -> None:
    contacts = account.contacts()
    assert {row["user_id"] for row in account.rows("list")} == set(contacts)
    ids = account.call(functions.contacts.GetContactIDsRequest(hash=0))
    assert [row["user_id"] or 0 for row in account.rows("ids")] == list(ids)
    statuses = account.call(functions.contacts.GetStatusesRequest())
    assert [row["user_id"] for row in account.rows("statuses")] == [status.user_id for status in statuses]
    someone = account.someone()
    found = account.call(functions.contacts.SearchRequest(q=someone["username"][:5], limit=50))
    rows = account.rows("search", someone["username"][:5])
    assert {row["user_id"] for row in rows} == {user.id for user in found.users}
    resolved = account.call(functions.contacts.ResolvePhoneRequest(someone["phone"]))
    shown = account.rows("show", "+" + someone["phone"])[0]
    assert shown["user_id"] == resolved.peer.user_id == someone["id"]
    full = account.full(someone["username"])
    assert (shown["birthday"] is None) == (full.birthday is None)
    near = account.call(functions.contacts.GetBirthdaysRequest())
    assert {row["user_id"] for row in account.rows("birthdays")} == {each.contact_id for each in near.contacts}


def test_add_note_accept_and_delete(account: Account) -> None:
    someone = account.someone()
    name, user_id = "@" + someone["username"], someone["id"]
    account.run("delete", name, "--yes")
    assert user_id not in account.contacts()
    assert someone["phone"] not in account.saved()
    account.run("accept", name, "--yes")
    assert user_id in account.contacts()
    words = ("--first-name", "Ann", "--last-name", "Lee", "--phone", someone["phone"], "--note", "choir")
    account.run("add", name, *words, "--yes")
    user = account.contacts()[user_id]
    assert (user.first_name, user.last_name, user.contact) == ("Ann", "Lee", True)
    assert account.saved()[someone["phone"]] == ("Ann", "Lee")
    assert account.full(someone["username"]).note.text == "choir"
    account.run("note", name, "orchestra", "--yes")
    assert account.full(someone["username"]).note.text == "orchestra"
    account.run("note", name, "", "--yes")
    assert account.full(someone["username"]).note is None


@pytest.mark.parametrize(("option", "needs_then"), [((), False), (("--no-share-phone",), True)])
def test_add_shows_our_number_where_the_server_asks_for_it(
    account: Account, option: tuple[str, ...], needs_then: bool
) -> None:
    users = account.contacts().values()
    hidden = next(user for user in users if user.username and not user.phone and not user.deleted)

    async def needs_exception(client: TelegramClient) -> Any:
        answer = await client(functions.messages.GetPeerSettingsRequest(hidden.username))
        return answer.settings.need_contacts_exception

    account.run("delete", f"@{hidden.username}", "--yes")
    assert account.ask(needs_exception)
    account.run("add", f"@{hidden.username}", "--first-name", "Ann", *option, "--yes")
    account.run("delete", f"@{hidden.username}", "--yes")
    assert account.ask(needs_exception) is needs_then


def test_a_dry_run_leaves_the_server_as_it_is(account: Account) -> None:
    name = "@" + account.someone()["username"]
    before = (account.saved(), set(account.contacts()))
    changes = (("delete", name), ("block", name), ("add", name, "--first-name", "X"), ("close-friends", name))
    for words in changes:
        account.run(*words, "--dry-run")
    assert (account.saved(), set(account.contacts())) == before
    assert not account.call(functions.contacts.GetBlockedRequest(offset=0, limit=100)).blocked
    account.refuses("delete", name)
    assert set(account.contacts()) == before[1]


def test_import_brings_people_in_and_delete_phones_takes_them_out(account: Account, tmp_path: Path) -> None:
    someone = account.someone()
    account.run("delete", "@" + someone["username"], "--yes")
    cards = tmp_path / "cards.vcf"
    lines = []
    for phone, first in ((someone["phone"], "Known"), ("15550001111", "Unknown")):
        lines += ["BEGIN:VCARD", "VERSION:3.0", f"N:Person;{first};;;", f"TEL:+{phone}", "END:VCARD"]
    cards.write_text("\r\n".join([*lines, ""]), encoding="utf-8")
    rows = account.rows("import", cards, "--yes")
    assert [row["outcome"] for row in rows] == ["contact", "saved"]
    saved = account.saved()
    assert saved[someone["phone"]] == ("Known", "Person")
    assert saved["15550001111"] == ("Unknown", "Person")
    assert account.contacts()[someone["id"]].first_name == "Known"
    account.run("delete-phones", "+15550001111", "+" + someone["phone"], "--yes")
    assert not {"15550001111", someone["phone"]} & set(account.saved())
    assert someone["id"] not in account.contacts()


def test_reset_saved_is_undone_by_import(account: Account, tmp_path: Path) -> None:
    """What goes are numbers without an account."""
    before, contacts = account.saved(), set(account.contacts())
    out = account.export(tmp_path / "backup")
    account.run("reset-saved", "--export", out, "--yes")
    after = account.saved()
    assert set(account.contacts()) == contacts
    gone = set(before) - set(after)
    assert not gone & {user["phone"] for user in account.server.truth["users"]}
    assert len(gone) >= BOOK[-1]
    account.rows("import", out, "--yes")
    # a record without a number cannot be asked for, and who was a contact without a saved number has one now
    assert set(account.saved()) >= set(before) - {""}


def test_block_and_unblock(account: Account) -> None:
    someone = account.someone()
    account.run("block", "@" + someone["username"], "--yes")
    blocked = account.call(functions.contacts.GetBlockedRequest(offset=0, limit=100))
    assert [each.peer_id.user_id for each in blocked.blocked] == [someone["id"]]
    assert [row["user_id"] for row in account.rows("blocked")] == [someone["id"]]
    account.run("unblock", "@" + someone["username"], "--yes")
    assert not account.call(functions.contacts.GetBlockedRequest(offset=0, limit=100)).blocked


def _top(account: Account) -> Any:
    request = functions.contacts.GetTopPeersRequest(
        correspondents=True, bots_inline=True, phone_calls=True, offset=0, limit=100, hash=0
    )
    return account.call(request)


def _top_ids(account: Account) -> list[int]:
    return [each.peer.user_id for category in _top(account).categories for each in category.peers]


def test_top_peers_are_reset_and_switched(account: Account) -> None:
    ids = _top_ids(account)
    assert [row["user_id"] for row in account.rows("top-peers")] == ids
    account.run("top-peers-reset", ids[0], "--yes")
    assert _top_ids(account) == ids[1:]
    account.run("top-peers-switch", "off", "--yes")
    assert isinstance(_top(account), types.contacts.TopPeersDisabled)
    account.run("top-peers-switch", "on", "--yes")
    assert isinstance(_top(account), types.contacts.TopPeers)


def test_close_friends_are_these_and_no_others(account: Account) -> None:
    ids = sorted(account.contacts())[:2]
    account.run("close-friends", *ids, "--yes")
    assert sorted(user.id for user in account.contacts().values() if user.close_friend) == ids
    account.run("close-friends", ids[0], "--yes")
    assert [user.id for user in account.contacts().values() if user.close_friend] == ids[:1]


def test_a_link_that_our_program_makes_names_the_owner_to_telethon(account: Account) -> None:
    url = account.rows("link")[0]["url"]
    user = account.call(functions.contacts.ImportContactTokenRequest(url.rsplit("/", 1)[-1]))
    assert user.id == account.server.truth["account"]["user_id"]
    theirs = account.call(functions.contacts.ExportContactTokenRequest())
    assert account.rows("open-link", theirs.url)[0]["user_id"] == user.id
