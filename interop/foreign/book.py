"""The address book that the server serves: built once, written as truth, and turned into TL objects."""

from dataclasses import asdict
from itertools import islice
from typing import Any

from telethon.tl import TLObject, types

from foreign import people
from foreign.list_hash import list_hash
from foreign.people import Person, Saved, User

_STATUS_CLASSES = {
    "empty": types.UserStatusEmpty,
    "online": types.UserStatusOnline,
    "offline": types.UserStatusOffline,
    "recently": types.UserStatusRecently,
    "last_week": types.UserStatusLastWeek,
    "last_month": types.UserStatusLastMonth,
}
_RESTRICTION = [types.RestrictionReason(platform="ios", reason="terms", text="Not shown here")]
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


class Book:
    """One account and its contacts. Each of the four lists has an order of its own on the wire."""

    user_id = 777_001

    def __init__(self, phone: str, has_password: bool, contact_count: int, saved_only_count: int) -> None:
        self.phone = phone
        self.has_password = has_password
        self._people: list[Person] = list(islice(people.contacts(), contact_count))
        saved = [record for person in self._people for record in person.saved]
        saved += islice(people.saved_only(), saved_only_count)
        self._saved: list[Saved] = saved[1::2] + saved[::2]
        self.saved_count = len(self._saved)

    def _users(self) -> list[User]:
        return [person.user for person in reversed(self._people)]

    def _known_statuses(self) -> list[tuple[int, people.Status]]:
        pairs = [(person.user.id, person.status) for person in self._people if person.status is not None]
        return sorted(pairs, key=lambda pair: pair[0])

    def truth(self) -> dict[str, Any]:
        """What a client must find, in the shape of the truth file."""
        return {
            "seed": 0,
            "account": {
                "user_id": self.user_id,
                "phone": self.phone,
                "first_name": "Foreign",
                "last_name": "Account",
                "has_password": self.has_password,
            },
            "saved_count": self.saved_count,
            "saved": [asdict(record) for record in self._saved],
            "contacts": [{"user_id": person.user.id, "mutual": person.user.mutual_contact} for person in self._people],
            "users": [asdict(user) for user in self._users()],
            "statuses": [{"user_id": user_id, **asdict(status)} for user_id, status in self._known_statuses()],
        }

    def contacts_hash(self) -> int:
        """The hash that getContacts compares: saved_count, then the ids in ascending order (api/offsets)."""
        return list_hash([self.saved_count, *sorted(person.user.id for person in self._people)])

    def self_user(self) -> TLObject:
        """The account itself."""
        return types.User(
            id=self.user_id, is_self=True, access_hash=1, first_name="Foreign", last_name="Account", phone=self.phone
        )

    def tl_saved(self) -> list[TLObject]:
        """contacts.getSaved."""
        return [types.SavedPhoneContact(**asdict(record)) for record in self._saved]

    def tl_contacts(self) -> list[TLObject]:
        """contacts.contacts.contacts."""
        return [types.Contact(person.user.id, mutual=person.user.mutual_contact) for person in self._people]

    def tl_users(self) -> list[TLObject]:
        """contacts.contacts.users."""
        statuses = dict(self._known_statuses())
        return [_tl_user(user, statuses.get(user.id)) for user in self._users()]

    def tl_statuses(self) -> list[TLObject]:
        """contacts.getStatuses."""
        return [types.ContactStatus(user_id, _tl_status(status)) for user_id, status in self._known_statuses()]


def _tl_status(status: people.Status) -> TLObject:
    status_class = _STATUS_CLASSES[status.status]
    if status.status == "empty":
        return status_class()
    if status.at is not None:
        return status_class(status.at)
    return status_class(by_me=status.by_me)


def _tl_user(user: User, status: people.Status | None) -> TLObject:
    return types.User(
        id=user.id,
        access_hash=user.access_hash,
        first_name=user.first_name,
        last_name=user.last_name,
        username=user.username,
        usernames=[types.Username(**asdict(username)) for username in user.usernames] or None,
        phone=user.phone,
        lang_code=user.lang_code,
        photo=types.UserProfilePhoto(photo_id=user.id, dc_id=2, stripped_thumb=b"\1\2\3") if user.photo else None,
        status=_tl_status(status) if status is not None else None,
        # These two ride on the bits of `bot` and `restricted`: with the flag or not at all.
        bot_info_version=1 if user.bot else None,
        restriction_reason=_RESTRICTION if user.restricted else None,
        **{flag: getattr(user, flag) or None for flag in _USER_FLAGS},
    )
