"""What the server remembers: the one account, its keys, who is logged in with which, and the open takeout."""

import secrets
import time
from dataclasses import dataclass, field

from telethon.crypto import AuthKey

from foreign.book import Book
from foreign.session import Session
from foreign.srp import SrpVerifier


@dataclass
class Login:
    """How far one permanent key has come."""

    phone_code_hash: str | None = None
    awaits_password: bool = False
    signed_in: bool = False


@dataclass
class KeyState:
    """One authorization key. A temporary key uses the login of the permanent one that it was bound to."""

    key: AuthKey
    salt: int
    expires_at: float | None = None
    login: Login | None = field(default_factory=Login)
    is_initialised: bool = False
    sessions: dict[int, Session] = field(default_factory=dict)

    @property
    def is_temporary(self) -> bool:
        return self.expires_at is not None

    def has_expired(self) -> bool:
        """Whether the server has forgotten this temporary key."""
        return self.expires_at is not None and time.time() > self.expires_at


@dataclass(frozen=True)
class Takeout:
    """A takeout session; the account has one at most, and a new one replaces it."""

    takeout_id: int
    contacts: bool
    login: Login


@dataclass
class Account:
    """The account with its address book."""

    book: Book
    code: str
    srp: SrpVerifier | None
    keys: dict[bytes, KeyState] = field(default_factory=dict)
    takeout: Takeout | None = None

    def open_takeout(self, login: Login, contacts: bool) -> Takeout:
        """Opens a takeout; one that was open before is invalid from now on."""
        self.takeout = Takeout(secrets.randbits(62) | 1, contacts, login)
        return self.takeout
