"""An address book as mtcute shows it, and the same as the truth file has it."""

from typing import Any

from mtcute_side import Mtcute, long

# The same field, as mtcute and as the truth file call it.
_USER_FIELDS = {
    "id": "id",
    "accessHash": "access_hash",
    "firstName": "first_name",
    "lastName": "last_name",
    "username": "username",
    "phone": "phone",
    "langCode": "lang_code",
    "contact": "contact",
    "mutualContact": "mutual_contact",
    "deleted": "deleted",
    "bot": "bot",
    "verified": "verified",
    "restricted": "restricted",
    "scam": "scam",
    "fake": "fake",
    "support": "support",
    "premium": "premium",
    "closeFriend": "close_friend",
}
_STATUSES = {
    "userStatusEmpty": "empty",
    "userStatusOnline": "online",
    "userStatusOffline": "offline",
    "userStatusRecently": "recently",
    "userStatusLastWeek": "last_week",
    "userStatusLastMonth": "last_month",
}
_BYTE_ORDER_MARK = "\ufeff"


def fetch_address_book(client: Mtcute) -> dict[str, Any]:
    """The three lists through a takeout, as the truth file writes them."""
    client.do(do="takeout")
    saved = client.call("contacts.getSaved", inside=True)
    contacts = client.call("contacts.getContacts", inside=True, hash=long(0))
    statuses = client.call("contacts.getStatuses", inside=True)
    client.do(do="finish", success=True)
    return {
        "saved_count": contacts["savedCount"],
        "saved": [_saved(record) for record in saved],
        "contacts": [{"user_id": each["userId"], "mutual": each["mutual"]} for each in contacts["contacts"]],
        "users": [_user(user) for user in contacts["users"]],
        "statuses": [{"user_id": each["userId"], **_status(each["status"])} for each in statuses],
    }


def truth_lists(truth: dict[str, Any]) -> dict[str, Any]:
    """The truth file's lists, as JavaScript shows them: its TextDecoder drops a byte order mark that begins a text."""
    return {
        "saved_count": truth["saved_count"],
        "contacts": truth["contacts"],
        "statuses": truth["statuses"],
        "saved": [_without_marks(record) for record in truth["saved"]],
        "users": [_without_marks(user) for user in truth["users"]],
    }


def _without_marks(record: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.removeprefix(_BYTE_ORDER_MARK) if isinstance(value, str) else value
        for name, value in record.items()
    }


def _saved(record: dict[str, Any]) -> dict[str, Any]:
    names = {"phone": "phone", "firstName": "first_name", "lastName": "last_name", "date": "date"}
    return {ours: record[theirs] for theirs, ours in names.items()}


def _user(user: dict[str, Any]) -> dict[str, Any]:
    usernames = [
        {"username": each["username"], "editable": each["editable"], "active": each["active"]}
        for each in user.get("usernames") or ()
    ]
    photo = (user.get("photo") or {}).get("_") == "userProfilePhoto"
    fields = {ours: user.get(theirs) for theirs, ours in _USER_FIELDS.items()}
    return {**fields, "usernames": usernames, "photo": photo}


def _status(status: dict[str, Any]) -> dict[str, Any]:
    return {
        "status": _STATUSES[status["_"]],
        "at": status.get("expires", status.get("wasOnline")),
        "by_me": status.get("byMe", False),
    }
