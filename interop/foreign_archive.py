"""An archive written and read by docs/archive.md alone: no line of it is the program's."""

import json
import struct
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
from telethon.tl.types import SavedPhoneContact

MAGIC = bytes.fromhex("89544b580d0a1a0a")
RUN, REPLY, END = 1, 2, 3
TIME = "2024-06-30T12:00:00Z"
VECTOR = struct.pack("<I", 0x1CB5C415)
NO_CONTACTS = (
    struct.pack("<I", 0xEAE87E42)
    + (VECTOR + struct.pack("<i", 0))
    + struct.pack("<i", 0)
    + (VECTOR + struct.pack("<i", 0))
)


def _entry(kind: int, label: dict[str, Any], body: bytes = b"") -> bytes:
    text = json.dumps(label).encode()
    stored = pa.Codec("zstd").compress(body, asbytes=True) if body else b""
    entry = struct.pack("<IIQQ", kind, len(text), len(stored), len(body)) + text + stored
    return entry + sha256(entry).digest()


def write(path: Path, people: Sequence[tuple[str, str, str]]) -> None:
    """An archive of these saved people: phone, first name, last name."""
    saved = b"".join(bytes(SavedPhoneContact(phone, first, last, 1_700_000_000)) for phone, first, last in people)
    run = {
        "tool": "takeout-export",
        "tool_version": "0",
        "account_id": 4711,
        "layer": 230,
        "started_at": TIME,
        "status_observed_at": TIME,
        "exported_at": TIME,
        "called_outside": [],
    }
    replies = {
        "contacts.getSaved": VECTOR + struct.pack("<i", len(people)) + saved,
        "contacts.getContacts": NO_CONTACTS,
        "contacts.getStatuses": VECTOR + struct.pack("<i", 0),
        "users.getUsers": b"a reply that this version has no use for",
    }
    content = MAGIC + struct.pack("<I", 1) + _entry(RUN, run)
    for method, body in replies.items():
        content += _entry(REPLY, {"method": method, "layer": 230, "received_at": TIME}, body)
    content += _entry(END, {"entries": 1 + len(replies), "sha256": sha256(content).hexdigest()})
    path.write_bytes(content)


def read(path: Path) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The run's label, and the body of each reply by its method."""
    content = path.read_bytes()
    assert content[:12] == MAGIC + struct.pack("<I", 1)
    at, entries = 12, list[tuple[int, dict[str, Any], bytes]]()
    while not entries or entries[-1][0] != END:
        start = at
        kind, label_bytes, stored_bytes, plain_bytes = struct.unpack_from("<IIQQ", content, at)
        at += 24
        label = json.loads(content[at : at + label_bytes])
        at += label_bytes
        stored = content[at : at + stored_bytes]
        at += stored_bytes
        assert content[at : at + 32] == sha256(content[start:at]).digest(), "the hash of an entry"
        at += 32
        body = pa.Codec("zstd").decompress(stored, plain_bytes, asbytes=True) if stored else b""
        entries.append((kind, label, body))
        if kind == END:
            assert label == {"entries": len(entries) - 1, "sha256": sha256(content[:start]).hexdigest()}
    assert at == len(content), "something behind the end"
    assert [kind for kind, _, _ in entries] == [RUN, *[REPLY] * (len(entries) - 2), END]
    return entries[0][1], {label["method"]: body for _, label, body in entries[1:-1]}
