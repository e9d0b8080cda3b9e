"""The people of the server's address book: one of each awkward kind, then as many plain ones as are asked for.

The field names of the dataclasses are those of the truth file, which is a direct dump of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

DATE_ADDED = 1_700_000_000
LAST_SEEN = 1_763_000_000


@dataclass(frozen=True)
class Username:
    """username#b4073647."""

    username: str
    editable: bool
    active: bool


@dataclass(frozen=True)
class User:
    """user#b1b8cc83, as far as this server fills it."""

    id: int
    access_hash: int
    first_name: str | None = None
    last_name: str | None = None
    username: str | None = None
    usernames: tuple[Username, ...] = ()
    phone: str | None = None
    contact: bool = True
    mutual_contact: bool = False
    deleted: bool = False
    bot: bool = False
    verified: bool = False
    restricted: bool = False
    scam: bool = False
    fake: bool = False
    support: bool = False
    premium: bool = False
    close_friend: bool = False
    lang_code: str | None = None
    photo: bool = False


@dataclass(frozen=True)
class Saved:
    """savedPhoneContact#1142bd56."""

    phone: str
    first_name: str
    last_name: str
    date: int = DATE_ADDED


@dataclass(frozen=True)
class Status:
    """What getStatuses says of one user: the constructor, its time if it has one, its by_me flag."""

    status: str = "recently"
    at: int | None = None
    by_me: bool = False


@dataclass(frozen=True)
class Person:
    """One entry of the contacts vector with everything that belongs to it."""

    user: User
    saved: tuple[Saved, ...] = ()
    status: Status | None = field(default_factory=Status)


def contacts() -> Iterator[Person]:
    """People with an account, without end."""
    yield from _AWKWARD_CONTACTS
    for number in count(1):
        phone = f"4930{number:07d}"
        user = User(
            id=2_000_000 + number,
            access_hash=-number * 7_919,
            first_name=f"Contact {number}",
            last_name="" if number % 3 else "Übrig",
            phone=phone if number % 4 else None,
            mutual_contact=number % 2 == 0,
        )
        saved = Saved(phone, user.first_name or "", user.last_name or "", DATE_ADDED + number)
        yield Person(user, (saved,), Status("offline", LAST_SEEN - number))


def saved_only() -> Iterator[Saved]:
    """Saved records whose phone has no account, without end."""
    yield from _AWKWARD_SAVED
    for number in count(1):
        yield Saved(f"4340{number:07d}", f"Saved {number}", "", DATE_ADDED - number)


_AWKWARD_CONTACTS = (
    Person(
        User(5_368_709_121, 2**63 - 1, "Анна", "Каренина 🚂", phone="79161234567", mutual_contact=True, premium=True),
        (Saved("79161234567", "Анна", "Каренина 🚂"),),
        Status("online", LAST_SEEN + 300),
    ),
    Person(  # quotes, a line break, a comma: what breaks a CSV
        User(
            101, -(2**63), 'The "Boss"', "line one\nline two, three", phone="14155550101", username="boss", photo=True
        ),
        (Saved("14155550101", 'The "Boss"', "line one\nline two, three"),),
        Status("offline", LAST_SEEN),
    ),
    Person(  # a leading "=" is a formula to a spreadsheet; saved with a "+" before the digits
        User(102, 102, "=SUM(A1:A9)", "", phone="442071234567"),
        (Saved("+442071234567", "=SUM(A1:A9)", ""),),
        Status("recently", by_me=True),
    ),
    Person(  # the phone is hidden: nothing links the saved record to the user, although the names are equal
        User(103, 103, "Hidden", "Phone", close_friend=True),
        (Saved("33612345678", "Hidden", "Phone"),),
        Status("last_week"),
    ),
    Person(  # saved twice under one phone; one of the two has the user's name
        User(104, 104, "Twice", "Named", phone="819012345678"),
        (Saved("819012345678", "Twice", "Named"), Saved("819012345678", "Old", "Name", 0)),
        Status("last_month", by_me=True),
    ),
    Person(  # saved twice under one phone, and neither has the user's name
        User(105, 105, "Twice", "Unnamed", phone="819087654321"),
        (Saved("819087654321", "First", ""), Saved("819087654321", "Second", "")),
        Status("empty"),
    ),
    Person(  # two users with one number, first of them
        User(106, 106, "Shared", "Line", phone="390612345678", lang_code="it"),
        (Saved("390612345678", "Shared", "Line"),),
    ),
    Person(User(107, 107, "Shared", "Other", phone="390612345678", verified=True)),
    Person(User(108, 108, deleted=True), status=None),
    Person(  # added by username: no phone on either side; several usernames
        User(109, 109, "只有用户名", None, usernames=(Username("first_one", True, True), Username("nft", False, False)))
    ),
    Person(  # saved at 1970-01-01, and no name at all in the saved record
        User(110, 110, "Epoch", "", phone="5511987654321"),
        (Saved("5511987654321", "", "", 0),),
    ),
    Person(User(111, 111, "Bot", None, username="awkward_bot", bot=True), status=None),
    Person(  # saved under a name of one's own, exact match by phone all the same
        User(112, 112, "شخص", "ما", phone="971501234567", restricted=True, scam=True, fake=True, support=True),
        (Saved("971501234567", "Plumber", "(Dubai)", 2**31 - 1),),
        Status("offline", 1),
    ),
)

_AWKWARD_SAVED = (
    Saved("15005550006", "Nobody", "There"),
    Saved("15005550007", "Same number", "twice"),
    Saved("15005550007", "Same number", "twice", 0),
    Saved("112", "Emergency", "", 0),
    Saved("", "No digits", "at all"),
)

AWKWARD_CONTACTS = len(_AWKWARD_CONTACTS)
AWKWARD_SAVED = len(_AWKWARD_SAVED)
