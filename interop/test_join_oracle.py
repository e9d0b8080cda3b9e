"""The oracle itself on hand-made books: each rule of the join once, with the answer written out."""

from typing import Any

import pytest

from join_oracle import Oracle, assert_rows_match, digits_of


def truth(saved: list[tuple[str, str]], people: list[tuple[str | None, str]]) -> dict[str, Any]:
    """A book of (phone, first name) pairs; people get the ids 1, 2, 3, …"""
    users = [{"id": number, "phone": phone, "first_name": name} for number, (phone, name) in enumerate(people, 1)]
    return {
        "account": {"user_id": 99},
        "saved": [{"phone": phone, "first_name": name, "last_name": "", "date": 0} for phone, name in saved],
        "contacts": [{"user_id": user["id"], "mutual": False} for user in users],
        "users": users,
        "statuses": [],
    }


Expected = list[tuple[str | None, int | None, str, bool]]
CASES: dict[str, tuple[list[tuple[str, str]], list[tuple[str | None, str]], Expected]] = {
    "one and one": ([("+49 1701", "A")], [("491701", "B")], [("A", 1, "exact", False)]),
    "hidden phone": ([("491701", "A")], [(None, "A")], [("A", None, "none", False), (None, 1, "none", False)]),
    "saved twice, one name fits": (
        [("491701", "A"), ("491701", "B")],
        [("491701", "A")],
        [("A", 1, "exact", True), ("B", None, "ambiguous", True)],
    ),
    "saved twice, no name fits": (
        [("491701", "A"), ("491701", "B")],
        [("491701", "C")],
        [("A", None, "ambiguous", True), ("B", None, "ambiguous", True), (None, 1, "ambiguous", True)],
    ),
    "saved twice alike": (
        [("491701", "A"), ("491701", "A")],
        [("491701", "A")],
        [("A", None, "ambiguous", True), ("A", None, "ambiguous", True), (None, 1, "ambiguous", True)],
    ),
    "two users, one number": (
        [("491701", "A")],
        [("491701", "A"), ("491701", "B")],
        [("A", 1, "exact", True), (None, 2, "ambiguous", True)],
    ),
    "saved twice without an account": (
        [("491701", "A"), ("491701", "B")],
        [],
        [("A", None, "ambiguous", True), ("B", None, "ambiguous", True)],
    ),
    "empty names are no names": (
        [("491701", ""), ("491701", "B")],
        [("491701", "")],
        [("", None, "ambiguous", True), ("B", None, "ambiguous", True), (None, 1, "ambiguous", True)],
    ),
    "no digits": ([("", "A"), ("", "B")], [], [("A", None, "none", False), ("B", None, "none", False)]),
}


def _sorted(rows: Expected) -> Expected:
    return sorted(rows, key=str)


@pytest.mark.parametrize("case", CASES)
def test_the_rules(case: str) -> None:
    saved, people, expected = CASES[case]
    rows = Oracle(truth(saved, people)).rows()
    found = [
        (row["saved_first_name"], row["user_id"], row["match_confidence"], row["match_group"] is not None)
        for row in rows
    ]
    assert _sorted(found) == _sorted(expected)


@pytest.mark.parametrize(
    ("phone", "digits"),
    [
        ("+49 (170) 12-34", "491701234"),
        ("0049170123", "49170123"),
        ("00123", "00123"),
        ("", None),
        (None, None),
        ("1" * 32, None),
    ],
)
def test_digits(phone: str | None, digits: str | None) -> None:
    assert digits_of(phone) == digits


def test_a_wrong_value_and_a_missing_row_are_seen() -> None:
    book = truth([("491701", "A"), ("491702", "B")], [])
    first, second = rows = Oracle(book).rows()
    assert_rows_match(rows, book)
    for wrong in ([first], [second, first], [{**first, "saved_at_unix": 1}, second]):
        with pytest.raises(AssertionError):
            assert_rows_match(wrong, book)
