"""auth.bindTempAuthKey: perfect forward secrecy (core.telegram.org/api/pfs, method auth.bindTempAuthKey).

The inner message is encrypted with the permanent key by MTProto 1.0, and repeats everything that the call says.
"""

import hmac
import struct
import time
from hashlib import sha1

from telethon.crypto import AES
from telethon.tl import TLObject, types

from foreign.account import Account
from foreign.envelope import key_id_bytes
from foreign.rpc import Caller, RpcFailure
from foreign.wire import UnreadableObject, read_whole

_ENCRYPTED_BYTES = 104
_PLAINTEXT_BYTES = 72
_BOOL_TRUE = struct.pack("<I", 0x997275B5)


class BadBinding(Exception):
    """The encrypted message does not open with the permanent key, or has a wrong form."""


def open_binding(perm_key: bytes, encrypted: bytes) -> tuple[int, types.BindAuthKeyInner]:
    """msg_id and content of the inner message: random:int128 msg_id:long seq_no:int length:int bind_auth_key_inner."""
    if len(encrypted) != _ENCRYPTED_BYTES or encrypted[:8] != key_id_bytes(perm_key):
        raise BadBinding("not a message of this key")
    msg_key = encrypted[8:24]
    plaintext = AES.decrypt_ige(encrypted[24:], *_message_keys_v1(perm_key, msg_key))[:_PLAINTEXT_BYTES]
    if not hmac.compare_digest(sha1(plaintext).digest()[4:20], msg_key):
        raise BadBinding("msg_key does not match")
    msg_id, seq_no, length_bytes = struct.unpack_from("<qii", plaintext, 16)
    try:
        inner = read_whole(plaintext[32:])
    except UnreadableObject as error:
        raise BadBinding(str(error)) from error
    if (seq_no, length_bytes) != (0, len(plaintext) - 32) or not isinstance(inner, types.BindAuthKeyInner):
        raise BadBinding("not one bind_auth_key_inner")
    return msg_id, inner


def _message_keys_v1(key: bytes, msg_key: bytes) -> tuple[bytes, bytes]:
    """The MTProto 1.0 keys of a client's message (x = 0)."""
    a = sha1(msg_key + key[:32]).digest()
    b = sha1(key[32:48] + msg_key + key[48:64]).digest()
    c = sha1(key[64:96] + msg_key).digest()
    d = sha1(msg_key + key[96:128]).digest()
    return a[:8] + b[8:20] + c[4:16], a[8:20] + b[:8] + c[16:20] + d[:8]


def bind_temporary_key(account: Account, caller: Caller, request: TLObject) -> bytes:
    """Checks the inner message and gives the temporary key the permanent key's login."""
    perm_id = struct.pack("<q", request.perm_auth_key_id)
    permanent = account.keys.get(perm_id)
    if not caller.key.is_temporary:
        raise RpcFailure(400, "TEMP_AUTH_KEY_EMPTY")
    if permanent is None or permanent.is_temporary:
        raise RpcFailure(400, "ENCRYPTED_MESSAGE_INVALID")
    if caller.key.login not in (None, permanent.login):
        raise RpcFailure(400, "TEMP_AUTH_KEY_ALREADY_BOUND")
    try:
        msg_id, inner = open_binding(permanent.key.key, request.encrypted_message)
    except BadBinding as error:
        raise RpcFailure(400, "ENCRYPTED_MESSAGE_INVALID") from error
    temp_id = struct.unpack("<q", key_id_bytes(caller.key.key.key))[0]
    told = (msg_id, inner.nonce, inner.temp_auth_key_id, inner.perm_auth_key_id, inner.temp_session_id)
    if told != (caller.msg_id, request.nonce, temp_id, request.perm_auth_key_id, caller.session_id):
        raise RpcFailure(400, "ENCRYPTED_MESSAGE_INVALID")
    if inner.expires_at != request.expires_at or request.expires_at.timestamp() <= time.time():
        raise RpcFailure(400, "EXPIRES_AT_INVALID")
    caller.key.login = permanent.login
    caller.key.is_initialised = False
    return _BOOL_TRUE
