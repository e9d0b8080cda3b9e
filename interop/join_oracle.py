"""The join by its rules, written a second time: from a truth file to the rows that an export must hold.

Two records are one person only if the digits of their phones are equal. One saved record and one user alone with them:
one row, exact. In any other crowd with the same digits, pairs whose names are equal, not empty, and unique on both
sides are one row; the rest stay apart, ambiguous; all of them share a group. Names alone never match.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import phonenumbers

Row = dict[str, Any]
Name = tuple[str, str]

_FLAGS = {
    "is_contact": "contact",
    "user_mutual_flag": "mutual_contact",
    "is_close_friend": "close_friend",
    "is_deleted": "deleted",
    "is_bot": "bot",
    "is_premium": "premium",
    "is_verified": "verified",
    "is_scam": "scam",
    "is_fake": "fake",
    "is_support": "support",
    "is_restricted": "restricted",
    "has_photo": "photo",
}
_USER_TEXTS = ("first_name", "last_name", "username", "lang_code")
_VAGUE_STATUSES = ("recently", "last_week", "last_month")
_MAX_DIGITS = 31


def is_e164(digits: str) -> bool:
    """Whether these digits can be a full international number."""
    return re.fullmatch("[1-9][0-9]{6,14}", digits) is not None


def digits_of(phone: str | None) -> str | None:
    """The key of the join: ASCII digits; the prefix 00 goes where an international number follows it."""
    digits = re.sub("[^0-9]", "", phone or "")
    if digits.startswith("00") and is_e164(digits[2:]):
        digits = digits[2:]
    return digits if 0 < len(digits) <= _MAX_DIGITS else None


def number_of(digits: str | None) -> tuple[str | None, str | None]:
    """E.164 and region by Google's own plans, as the Python port has them.

    Digits behind a code that no country has are a number as they stand.
    """
    if not digits or not is_e164(digits):
        return None, None
    try:
        number = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException as error:
        is_unknown = error.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE
        return (f"+{digits}" if is_unknown else None), None
    if not phonenumbers.is_possible_number(number):
        is_of_no_country = phonenumbers.region_code_for_country_code(number.country_code) == "001"
        return (f"+{digits}" if is_of_no_country else None), None
    region = phonenumbers.region_code_for_number(number) if phonenumbers.is_valid_number(number) else None
    return (
        phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164),
        region if region != "001" else None,
    )


class Oracle:
    """One truth file. Saved records are named by their position, people by their user id."""

    def __init__(self, truth: dict[str, Any]) -> None:
        self._account_id = truth["account"]["user_id"]
        self._saved: list[Row] = truth["saved"]
        self._saved_digits = _numbered(digits_of(record["phone"]) for record in self._saved)
        self._mutual = {contact["user_id"]: contact["mutual"] for contact in reversed(truth["contacts"])}
        self._users: dict[int, Row] = {user["id"]: user for user in reversed(truth["users"])}
        self._people_digits = {
            user_id: digits_of(self._users.get(user_id, {}).get("phone")) for user_id in self._mutual
        }
        self._statuses: dict[int, Row] = {status["user_id"]: status for status in reversed(truth["statuses"])}

    def rows(self) -> list[Row]:
        """The expected rows: the phone book in its order, then the people who are in no row yet by ascending id."""
        partners, crowds = self._matches()
        in_order: list[tuple[int | None, int | None, str | None]] = [
            (position, partners.get(position), digits) for position, (digits, _) in enumerate(self._saved_digits)
        ]
        alone = sorted(self._mutual.keys() - set(partners.values()))
        in_order += [(None, user_id, self._people_digits[user_id]) for user_id in alone]
        groups: dict[str, int] = {}
        rows = []
        for position, user_id, digits in in_order:
            group = groups.setdefault(digits, len(groups) + 1) if digits in crowds and digits is not None else None
            rows.append(self._row(position, user_id, group))
        return rows

    def _matches(self) -> tuple[dict[int, int], set[str | None]]:
        """Which user belongs to which saved record, and the digits of the crowds."""
        saved_by_digits: dict[str | None, list[int]] = defaultdict(list)
        people_by_digits: dict[str | None, list[int]] = defaultdict(list)
        for position, (digits, _) in enumerate(self._saved_digits):
            saved_by_digits[digits].append(position)
        for user_id, digits in self._people_digits.items():
            people_by_digits[digits].append(user_id)
        partners: dict[int, int] = {}
        crowds: set[str | None] = set()
        for digits in (saved_by_digits.keys() | people_by_digits.keys()) - {None}:
            saved, people = saved_by_digits[digits], people_by_digits[digits]
            if len(saved) == len(people) == 1:
                partners[saved[0]] = people[0]
            elif len(saved) + len(people) > 1:
                crowds.add(digits)
                partners.update(self._pairs_by_name(saved, people))
        return partners, crowds

    def _pairs_by_name(self, saved: list[int], people: list[int]) -> list[tuple[int, int]]:
        saved_names = [(_name(self._saved[position]), position) for position in saved]
        people_names = [(_name(self._users.get(user_id, {})), user_id) for user_id in people]
        counts = [Counter(name for name, _ in names) for names in (saved_names, people_names)]
        unique = {name for name in counts[0] if counts[0][name] == counts[1][name] == 1 and name != ("", "")}
        by_name = dict(people_names)
        return [(position, by_name[name]) for name, position in saved_names if name in unique]

    def _row(self, position: int | None, user_id: int | None, group: int | None) -> Row:
        record = self._saved[position] if position is not None else None
        user = self._users.get(user_id) if user_id is not None else None
        both = record is not None and user_id is not None
        saved_phone, user_phone = (record or {}).get("phone"), (user or {}).get("phone")
        digits = digits_of(user_phone if record is None else saved_phone)
        e164, region = number_of(digits)
        confidence = "exact" if both else "ambiguous" if group else "none"
        return {
            "row_id": sha256(self._key(position, user_id).encode()).hexdigest(),
            "account_id": self._account_id,
            "source": "both" if both else "saved" if record else "contact",
            "match_method": "user_phone" if both else "none",
            "match_confidence": confidence,
            "match_group": group,
            "phone": saved_phone or user_phone or None,
            "phone_e164": e164,
            "phone_region": region,
            "phone_source": _phone_source(saved_phone, user_phone),
            "saved_phone": saved_phone,
            "user_phone": user_phone,
            **_saved_columns(record),
            **self._user_columns(user_id, user),
            **self._status_columns(user_id),
        }

    def _key(self, position: int | None, user_id: int | None) -> str:
        """`u:` and the id; without an account `p:` and the digits, numbered from the second record with them."""
        if position is None or user_id is not None:
            return f"u:{user_id}"
        digits, ordinal = self._saved_digits[position]
        return f"p:{digits or ''}" + (f":{ordinal}" if ordinal > 1 else "")

    def _user_columns(self, user_id: int | None, user: Row | None) -> Row:
        known = user or {}
        return {
            "user_id": user_id,
            **{name: known.get(name) for name in _USER_TEXTS},
            "usernames": known.get("usernames") or None,
            "is_mutual": self._mutual[user_id] if user_id is not None else None,
            "is_self": user_id == self._account_id if user else None,
            "is_min": False if user else None,
            **{column: known.get(field) for column, field in _FLAGS.items()},
        }

    def _status_columns(self, user_id: int | None) -> Row:
        """Left out for a user without an entry of getStatuses: the truth does not tell what the user object says."""
        if user_id is None:
            return {"status": "unknown", "status_at": None, "status_by_me": None, "status_observed_at": None}
        status = self._statuses.get(user_id)
        if status is None:
            return {}
        by_me = status["by_me"] if status["status"] in _VAGUE_STATUSES else None
        return {"status": status["status"], "status_at": moment(status["at"]), "status_by_me": by_me}


def _numbered(keys: Iterable[str | None]) -> list[tuple[str | None, int]]:
    """Each key with how often it has come so far."""
    seen: Counter[str | None] = Counter()
    numbered = []
    for key in keys:
        seen[key] += 1
        numbered.append((key, seen[key]))
    return numbered


def _name(record: Row) -> Name:
    return record.get("first_name") or "", record.get("last_name") or ""


def _phone_source(saved_phone: str | None, user_phone: str | None) -> str | None:
    if saved_phone:
        return "both" if user_phone else "saved"
    return "user" if user_phone else None


def _saved_columns(record: Row | None) -> Row:
    known = record or {}
    return {
        "saved_first_name": known.get("first_name"),
        "saved_last_name": known.get("last_name"),
        "saved_at": moment(known.get("date")),
        "saved_at_unix": known.get("date"),
    }


def moment(unix_secs: int | None) -> datetime | None:
    """A time of the protocol; zero and less mean that it is not known."""
    return datetime.fromtimestamp(unix_secs, UTC) if unix_secs is not None and unix_secs > 0 else None


def assert_rows_match(actual: list[Row], truth: dict[str, Any]) -> None:
    """Every row that the truth demands is there in its place, with every value that follows from the truth."""
    expected = Oracle(truth).rows()
    assert [row["row_id"] for row in actual] == [row["row_id"] for row in expected]
    for found, wanted in zip(actual, expected, strict=True):
        assert {name: found[name] for name in wanted} == wanted


def assert_nobody_is_lost(actual: list[Row], truth: dict[str, Any]) -> None:
    """Every saved record in exactly one row, and every contact id: by counting, without the rules of the join."""
    saved = Counter(
        (row["saved_phone"], row["saved_first_name"], row["saved_last_name"], row["saved_at_unix"])
        for row in actual
        if row["source"] in ("saved", "both")
    )
    fields = ("phone", "first_name", "last_name", "date")
    assert saved == Counter(tuple(record[field] for field in fields) for record in truth["saved"])
    people = Counter(row["user_id"] for row in actual if row["source"] in ("contact", "both"))
    assert people == Counter({contact["user_id"] for contact in truth["contacts"]})
