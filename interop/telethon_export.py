"""The script that a user would write today: Telethon with cryptg, a takeout, pyarrow; the columns of contacts.parquet.

`python telethon_export.py HOST:PORT KEY.pem SESSION OUT.parquet` prints one JSON object: CPU time, wall time and peak
memory of everything behind the imports, so the interpreter's start is not in them. The session is logged in before.
It joins as our export does (docs/output.md, "Rows"), and does none of what a script would leave out: no proof, no
reading back, no hash of the file.
"""

import asyncio
import hashlib
import json
import re
import resource
import sys
import time
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cryptg  # Telethon uses it if it is there; a script that is slow without it would be no measure
import phonenumbers
import pyarrow as pa
import pyarrow.parquet as pq
from telethon import TelegramClient, functions, types
from telethon.crypto import rsa
from telethon.network.connection import ConnectionTcpFull

assert cryptg

TIME = pa.timestamp("us", "UTC")
WORD = pa.dictionary(pa.int32(), pa.string())
USERNAMES = pa.list_(pa.struct([("username", pa.string()), ("editable", pa.bool_()), ("active", pa.bool_())]))
TEXTS = ("phone", "phone_e164", "phone_region", "saved_phone", "user_phone", "saved_first_name", "saved_last_name")
FLAGS = {
    "is_contact": "contact",
    "user_mutual_flag": "mutual_contact",
    "is_close_friend": "close_friend",
    "is_deleted": "deleted",
    "is_bot": "bot",
    "is_self": "is_self",
    "is_premium": "premium",
    "is_verified": "verified",
    "is_scam": "scam",
    "is_fake": "fake",
    "is_support": "support",
    "is_restricted": "restricted",
}
SCHEMA = pa.schema(
    [
        ("row_id", pa.string()),
        ("account_id", pa.int64()),
        ("source", WORD),
        ("match_method", WORD),
        ("match_confidence", WORD),
        ("match_group", pa.int32()),
        ("phone", pa.string()),
        ("phone_e164", pa.string()),
        ("phone_region", pa.string()),
        ("phone_source", WORD),
        ("saved_phone", pa.string()),
        ("user_phone", pa.string()),
        ("saved_first_name", pa.string()),
        ("saved_last_name", pa.string()),
        ("saved_at", TIME),
        ("saved_at_unix", pa.int32()),
        ("user_id", pa.int64()),
        ("is_min", pa.bool_()),
        ("first_name", pa.string()),
        ("last_name", pa.string()),
        ("username", pa.string()),
        ("usernames", USERNAMES),
        ("is_contact", pa.bool_()),
        ("is_mutual", pa.bool_()),
        *[(name, pa.bool_()) for name in list(FLAGS)[1:]],
        ("has_photo", pa.bool_()),
        ("lang_code", pa.string()),
        ("status", WORD),
        ("status_at", TIME),
        ("status_by_me", pa.bool_()),
        ("status_observed_at", TIME),
        ("raw_flags", pa.int32()),
        ("raw_flags2", pa.int32()),
        ("exported_at", TIME),
        ("layer", pa.int32()),
        ("note", pa.string()),
        *[(f"birthday_{part}", pa.int32()) for part in ("day", "month", "year")],
        ("resolve_outcome", WORD),
        ("resolved_user_id", pa.int64()),
        *[(f"top_{what}", pa.float64()) for what in ("correspondent", "phone_call", "inline_bot")],
    ]
)
STATUSES = {
    types.UserStatusEmpty: "empty",
    types.UserStatusOnline: "online",
    types.UserStatusOffline: "offline",
    types.UserStatusRecently: "recently",
    types.UserStatusLastWeek: "last_week",
    types.UserStatusLastMonth: "last_month",
}


def digits_of(phone: str | None) -> str:
    """What numbers are compared by."""
    digits = re.sub(r"\D", "", phone or "")
    return digits[2:] if digits.startswith("00") and len(digits) >= 9 else digits


def number_of(digits: str) -> tuple[str | None, str | None]:
    """E.164 and region."""
    try:
        number = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return (f"+{digits}" if 7 <= len(digits) <= 15 and digits[0] != "0" else None), None
    if not phonenumbers.is_possible_number(number):
        return (f"+{digits}" if number.country_code == 888 else None), None
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return e164, phonenumbers.region_code_for_number(number) if phonenumbers.is_valid_number(number) else None


def rows_of(saved: list[Any], contacts: Any, statuses: list[Any], account_id: int) -> list[dict[str, Any]]:
    """The joined rows."""
    now = datetime.now(UTC)
    users = {user.id: user for user in contacts.users}
    seen = {status.user_id: status.status for status in statuses}
    mutual = {contact.user_id: contact.mutual for contact in contacts.contacts}
    people = defaultdict(list)
    for user_id in mutual:
        if digits := digits_of(getattr(users.get(user_id), "phone", None)):
            people[digits].append(user_id)
    records = defaultdict(list)
    for index, record in enumerate(saved):
        if digits := digits_of(record.phone):
            records[digits].append(index)
    partner: dict[int, int] = {}
    groups: dict[str, int] = {}
    for digits, indexes in records.items():
        ids = people.get(digits, [])
        if len(indexes) == 1 and len(ids) <= 1:
            partner.update(zip(indexes, ids, strict=False))
            continue
        groups[digits] = len(groups) + 1
        names: dict[tuple[str, str], tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
        for index in indexes:
            names[saved[index].first_name, saved[index].last_name][0].append(index)
        for user_id in ids:
            names[users[user_id].first_name or "", users[user_id].last_name or ""][1].append(user_id)
        for name, (left, right) in names.items():
            if any(name) and len(left) == len(right) == 1:
                partner[left[0]] = right[0]
    rows = []
    ordinals: dict[str, int] = defaultdict(int)
    joined = set(partner.values())
    pairs = [(record, partner.get(index)) for index, record in enumerate(saved)]
    pairs += [(None, user_id) for user_id in sorted(mutual) if user_id not in joined]
    for record, user_id in pairs:
        user = users.get(user_id) if user_id is not None else None
        user = user if isinstance(user, types.User) else None
        saved_phone = record.phone if record else None
        user_phone = user.phone if user else None
        phone = saved_phone or user_phone or None
        digits = digits_of(phone)
        if record and digits:
            ordinals[digits] += 1
        ordinal = ordinals[digits] if record else 1
        key = f"u:{user_id}" if user_id is not None else f"p:{digits}" + (f":{ordinal}" if ordinal > 1 else "")
        group = groups.get(digits)
        both = record is not None and user_id is not None
        status: Any = seen.get(user_id) or (user.status if user else None)
        e164, region = number_of(digits)
        at = getattr(status, "was_online", None) or getattr(status, "expires", None)
        row = {
            "row_id": hashlib.sha256(key.encode()).hexdigest(),
            "account_id": account_id,
            "source": "both" if both else "saved" if record else "contact",
            "match_method": "user_phone" if both else "none",
            "match_confidence": "exact" if both else "ambiguous" if group else "none",
            "match_group": group,
            "phone": phone,
            "phone_e164": e164,
            "phone_region": region,
            "phone_source": "both"
            if saved_phone and user_phone
            else "saved"
            if saved_phone
            else "user"
            if phone
            else None,
            "saved_phone": saved_phone,
            "user_phone": user_phone,
            "saved_first_name": record.first_name if record else None,
            "saved_last_name": record.last_name if record else None,
            "saved_at": record.date if record and record.date and record.date.timestamp() > 0 else None,
            "saved_at_unix": int(record.date.timestamp()) if record and record.date else None,
            "user_id": user_id,
            "is_mutual": bool(mutual[user_id]) if user_id is not None else None,
            "status": STATUSES.get(type(status), "unknown"),
            "status_at": at,
            "status_by_me": bool(status.by_me) if hasattr(status, "by_me") else None,
            "status_observed_at": now if user_id is not None else None,
            "exported_at": now,
            "layer": 230,
        }
        if user is not None:
            row |= {name: bool(getattr(user, attribute)) for name, attribute in FLAGS.items()}
            row |= {
                "is_min": bool(user.min),
                "has_photo": isinstance(user.photo, types.UserProfilePhoto),
                "first_name": user.first_name,
                "last_name": user.last_name,
                "username": user.username,
                "lang_code": user.lang_code,
                "usernames": [
                    {"username": each.username, "editable": bool(each.editable), "active": bool(each.active)}
                    for each in user.usernames
                ]
                if user.usernames
                else None,
            }
        rows.append(row)
    return rows


async def export(address: str, key_path: str, session: str, out: str) -> int:
    """Fetches and writes; how many rows."""
    rsa.add_key(Path(key_path).read_text(), old=False)
    host, _, port = address.rpartition(":")
    client = TelegramClient(session, 1, "0" * 32, connection=ConnectionTcpFull)
    client.session.set_dc(2, host, int(port))
    await client.connect()
    me = await client.get_me()
    async with client.takeout(contacts=True) as takeout:
        saved = await takeout(functions.contacts.GetSavedRequest())
        contacts = await takeout(functions.contacts.GetContactsRequest(hash=0))
        statuses = await takeout(functions.contacts.GetStatusesRequest())
        rows = rows_of(saved, contacts, statuses, me.id)
        columns = {name: [row.get(name) for row in rows] for name in SCHEMA.names}
        pq.write_table(pa.table(columns, schema=SCHEMA), out, compression="zstd")
    await client.disconnect()
    return len(rows)


def cpu_secs() -> float:
    """User and system time of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    cpu, wall = cpu_secs(), time.monotonic()
    count = asyncio.run(export(*sys.argv[1:5]))
    # not ru_maxrss, which has the peak of whoever started this in it
    status = Path("/proc/self/status").read_text().splitlines()
    peak_kib = int(next(line for line in status if line.startswith("VmHWM:")).split()[1])
    print(
        json.dumps(
            {
                "rows": count,
                "cpu_secs": cpu_secs() - cpu,
                "wall_secs": time.monotonic() - wall,
                "peak_bytes": peak_kib * 1024,
            }
        )
    )
