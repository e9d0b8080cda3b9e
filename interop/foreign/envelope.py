"""The MTProto 2.0 envelope: encrypted messages, opened from a client and sealed for it.

core.telegram.org/mtproto/description. Nothing of a message is used before its msg_key was checked.
"""

import hmac
import os
import struct
from dataclasses import dataclass
from hashlib import sha1, sha256

from telethon.crypto import AES

_HEAD_BYTES = 32
_CLIENT = 0
_SERVER = 8


class EnvelopeError(Exception):
    """The bytes are no valid encrypted message of this key."""


@dataclass(frozen=True)
class Envelope:
    """The plaintext of one encrypted message."""

    salt: int
    session_id: int
    msg_id: int
    seq_no: int
    body: bytes


def open_envelope(auth_key: bytes, frame: bytes, transport_pads: bool) -> Envelope:
    """Decrypts and checks a client's message; only a transport that pads may leave a broken block at the end."""
    surplus_bytes = (len(frame) - 24) % 16
    ciphertext = frame[24 : len(frame) - surplus_bytes]
    if len(ciphertext) < 48 or (surplus_bytes and not transport_pads):
        raise EnvelopeError(f"{len(frame)} bytes are no encrypted message")
    msg_key = frame[8:24]
    plaintext = AES.decrypt_ige(ciphertext, *_message_keys(auth_key, msg_key, _CLIENT))
    if not hmac.compare_digest(_msg_key(auth_key, plaintext, _CLIENT), msg_key):
        raise EnvelopeError("msg_key does not match")
    salt, session_id, msg_id, seq_no, length_bytes = struct.unpack("<qqqiI", plaintext[:_HEAD_BYTES])
    if length_bytes % 4 or not 12 <= len(plaintext) - _HEAD_BYTES - length_bytes <= 1024:
        raise EnvelopeError(f"a body of {length_bytes} bytes in {len(plaintext)}")
    return Envelope(salt, session_id, msg_id, seq_no, plaintext[_HEAD_BYTES : _HEAD_BYTES + length_bytes])


def seal_envelope(auth_key: bytes, envelope: Envelope) -> bytes:
    """Encrypts a server's message."""
    head = struct.pack(
        "<qqqiI", envelope.salt, envelope.session_id, envelope.msg_id, envelope.seq_no, len(envelope.body)
    )
    plaintext = head + envelope.body
    plaintext += os.urandom(12 + -(len(plaintext) + 12) % 16)
    msg_key = _msg_key(auth_key, plaintext, _SERVER)
    ciphertext: bytes = AES.encrypt_ige(plaintext, *_message_keys(auth_key, msg_key, _SERVER))
    return key_id_bytes(auth_key) + msg_key + ciphertext


def key_id_bytes(auth_key: bytes) -> bytes:
    """auth_key_id: the lower 64 bits of the key's SHA1."""
    return sha1(auth_key).digest()[-8:]


def _msg_key(auth_key: bytes, plaintext: bytes, x: int) -> bytes:
    return sha256(auth_key[88 + x : 120 + x] + plaintext).digest()[8:24]


def _message_keys(auth_key: bytes, msg_key: bytes, x: int) -> tuple[bytes, bytes]:
    a = sha256(msg_key + auth_key[x : x + 36]).digest()
    b = sha256(auth_key[40 + x : 76 + x] + msg_key).digest()
    return a[:8] + b[8:24] + a[24:], b[:8] + a[8:24] + b[24:]
