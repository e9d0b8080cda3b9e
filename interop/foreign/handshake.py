"""The server's side of the key exchange: three plain queries that make an authorization key.

core.telegram.org/mtproto/auth_key. Every check that the page asks of a server is here; a fault ends the exchange.
"""

import os
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha1

from telethon.crypto import AES, AuthKey
from telethon.helpers import generate_key_data_from_nonce
from telethon.tl import TLObject, functions, types

from foreign import dh
from foreign.frames import MALFORMED, WRONG_DC, Refusal
from foreign.rsa_key import RsaKey, UnreadableInnerData
from foreign.wire import UnreadableObject, read_object, read_whole

_INNER_WITH_DC = (types.PQInnerDataDc, types.PQInnerDataTempDc)
_INNER_TEMPORARY = (types.PQInnerDataTemp, types.PQInnerDataTempDc)
_INNER = (types.PQInnerData, types.PQInnerDataDc, *_INNER_TEMPORARY)


@dataclass(frozen=True)
class NewKey:
    """A finished exchange."""

    key: AuthKey
    salt: int
    expires_in_secs: int | None
    padding: str
    inner_type: str


@dataclass(frozen=True)
class _AwaitDhParams:
    nonce: int
    server_nonce: int
    p: int
    q: int


@dataclass(frozen=True)
class _AwaitClientDh:
    nonce: int
    server_nonce: int
    inner: TLObject
    padding: str
    secret: int


class Handshake:
    """The exchange on one connection. A new `req_pq` may start it again; a repeated query gets the stored answer."""

    def __init__(self, rsa: RsaKey, dc_id: int, register: Callable[[NewKey], None]) -> None:
        self._rsa = rsa
        self._dc_id = dc_id
        self._register = register
        self._state: _AwaitDhParams | _AwaitClientDh | None = None
        self._answered: dict[bytes, bytes] = {}

    def answer(self, body: bytes) -> bytes:
        """The answer to one plain query."""
        if body in self._answered:
            return self._answered[body]
        try:
            query = read_whole(body)
        except UnreadableObject as error:
            raise Refusal(MALFORMED, str(error)) from error
        self._answered[body] = reply = bytes(self._step(query))
        return reply

    def _step(self, query: TLObject) -> TLObject:
        if isinstance(query, functions.ReqPqRequest | functions.ReqPqMultiRequest):
            return self._offer_pq(query.nonce)
        state = self._state
        if isinstance(query, functions.ReqDHParamsRequest) and isinstance(state, _AwaitDhParams):
            _check_nonces(query, state)
            return self._offer_dh(query, state)
        if isinstance(query, functions.SetClientDHParamsRequest) and isinstance(state, _AwaitClientDh):
            _check_nonces(query, state)
            return self._finish(query, state)
        raise Refusal(MALFORMED, f"{type(query).__name__} out of turn")

    def _offer_pq(self, nonce: int) -> TLObject:
        p, q = dh.draw_pq()
        server_nonce = int.from_bytes(os.urandom(16), "little", signed=True)
        self._state = _AwaitDhParams(nonce, server_nonce, p, q)
        return types.ResPQ(nonce, server_nonce, (p * q).to_bytes(8, "big"), [self._rsa.fingerprint()])

    def _offer_dh(self, query: TLObject, state: _AwaitDhParams) -> TLObject:
        if query.public_key_fingerprint != self._rsa.fingerprint():
            raise Refusal(MALFORMED, "unknown fingerprint")
        try:
            inner = self._rsa.open_inner_data(query.encrypted_data)
        except UnreadableInnerData as error:
            raise Refusal(MALFORMED, str(error)) from error
        self._check_inner(query, inner.content, state)
        secret, g_a = dh.draw_exponent()
        self._state = _AwaitClientDh(state.nonce, state.server_nonce, inner.content, inner.padding, secret)
        answer = types.ServerDHInnerData(
            nonce=state.nonce,
            server_nonce=state.server_nonce,
            g=dh.GENERATOR,
            dh_prime=dh.PRIME.to_bytes(256, "big"),
            g_a=g_a.to_bytes(256, "big"),
            server_time=int(time.time()),
        )
        # AES.encrypt_ige fills the last block with random bytes, as the page asks.
        sealed = AES.encrypt_ige(sha1(bytes(answer)).digest() + bytes(answer), *self._transfer_key(self._state))
        return types.ServerDHParamsOk(state.nonce, state.server_nonce, sealed)

    def _check_inner(self, query: TLObject, inner: TLObject, state: _AwaitDhParams) -> None:
        if not isinstance(inner, _INNER):
            raise Refusal(MALFORMED, f"{type(inner).__name__} is no inner data")
        _check_nonces(inner, state)
        expected = [number.to_bytes(4, "big") for number in (state.p, state.q)]
        if [query.p, query.q] != expected or [inner.p, inner.q] != expected:
            raise Refusal(MALFORMED, "p and q are not the factors, the smaller first")
        if int.from_bytes(inner.pq, "big") != state.p * state.q:
            raise Refusal(MALFORMED, "the inner pq differs")
        if isinstance(inner, _INNER_WITH_DC) and inner.dc != self._dc_id:
            raise Refusal(WRONG_DC, f"DC {inner.dc}, this is {self._dc_id}")
        if isinstance(inner, _INNER_TEMPORARY) and inner.expires_in <= 0:
            raise Refusal(MALFORMED, "a temporary key that has expired")

    def _finish(self, query: TLObject, state: _AwaitClientDh) -> TLObject:
        inner = self._open_client_inner(query.encrypted_data, state)
        g_b = int.from_bytes(inner.g_b, "big")
        if inner.retry_id != 0 or not dh.in_safe_range(g_b):
            raise Refusal(MALFORMED, "retry_id or g_b out of range")
        key = AuthKey(pow(g_b, state.secret, dh.PRIME).to_bytes(256, "big"))
        nonces = (state.inner.new_nonce.to_bytes(32, "little", signed=True)[:8], _nonce_bytes(state.server_nonce)[:8])
        salt = int.from_bytes(bytes(a ^ b for a, b in zip(*nonces, strict=True)), "little", signed=True)
        self._register(
            NewKey(
                key=key,
                salt=salt,
                expires_in_secs=state.inner.expires_in if isinstance(state.inner, _INNER_TEMPORARY) else None,
                padding=state.padding,
                inner_type=type(state.inner).__name__,
            )
        )
        self._state = None
        return types.DhGenOk(state.nonce, state.server_nonce, key.calc_new_nonce_hash(state.inner.new_nonce, 1))

    def _open_client_inner(self, encrypted: bytes, state: _AwaitClientDh) -> TLObject:
        if not encrypted or len(encrypted) % 16:
            raise Refusal(MALFORMED, "client_DH_inner_data is not in whole blocks")
        plaintext = AES.decrypt_ige(encrypted, *self._transfer_key(state))
        try:
            inner, length_bytes = read_object(plaintext[20:])
        except UnreadableObject as error:
            raise Refusal(MALFORMED, str(error)) from error
        if (
            sha1(plaintext[20 : 20 + length_bytes]).digest() != plaintext[:20]
            or len(plaintext) - 20 - length_bytes > 15
        ):
            raise Refusal(MALFORMED, "SHA1 of client_DH_inner_data does not match")
        if not isinstance(inner, types.ClientDHInnerData):
            raise Refusal(MALFORMED, f"{type(inner).__name__} is no client_DH_inner_data")
        _check_nonces(inner, state)
        return inner

    @staticmethod
    def _transfer_key(state: _AwaitClientDh) -> tuple[bytes, bytes]:
        """tmp_aes_key and tmp_aes_iv."""
        key, iv = generate_key_data_from_nonce(state.server_nonce, state.inner.new_nonce)
        return key, iv


def _check_nonces(found: TLObject, state: _AwaitDhParams | _AwaitClientDh) -> None:
    if (found.nonce, found.server_nonce) != (state.nonce, state.server_nonce):
        raise Refusal(MALFORMED, f"the nonces of {type(found).__name__} differ")


def _nonce_bytes(nonce: int) -> bytes:
    return nonce.to_bytes(16, "little", signed=True)


def open_plain_message(frame: bytes, transport_pads: bool) -> tuple[int, bytes]:
    """msg_id and body of auth_key_id(0) msg_id length body; only a transport that pads may add bytes after it."""
    msg_id, length_bytes = (int.from_bytes(frame[start:end], "little") for start, end in ((8, 16), (16, 20)))
    surplus_bytes = len(frame) - 20 - length_bytes
    if msg_id % 4 or length_bytes % 4 or not length_bytes or not 0 <= surplus_bytes <= (15 if transport_pads else 0):
        raise Refusal(MALFORMED, "a plain message with a wrong head")
    return msg_id, frame[20 : 20 + length_bytes]


def seal_plain_message(msg_id: int, body: bytes) -> bytes:
    """A plain answer. Like Telegram's servers it counts up to 128 random bytes after the object as its own."""
    body += os.urandom(4 * (1 + secrets.randbelow(32)))
    return bytes(8) + msg_id.to_bytes(8, "little") + len(body).to_bytes(4, "little") + body
