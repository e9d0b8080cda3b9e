"""A tiny client for the ways that Telethon does not go: padded intermediate, RSA_PAD, temporary keys and their binding.

Telethon's own pieces frame, encrypt and read; what is written out here is only what it lacks.
"""

import asyncio
import logging
import os
import struct
import time
from collections import defaultdict
from hashlib import sha1, sha256
from typing import Self

from telethon.crypto import AES, AuthKey, rsa
from telethon.extensions import BinaryReader
from telethon.helpers import generate_key_data_from_nonce
from telethon.network.connection.tcpintermediate import RandomizedIntermediatePacketCodec
from telethon.network.mtprotostate import MTProtoState
from telethon.tl import TLObject, TLRequest, functions, types
from telethon.tl.core import MessageContainer, RpcResult

from servers import Server
from telethon_factors import factors

REPLY_LIMIT_SECS = 20.0
_LOGGERS: defaultdict[str, logging.Logger] = defaultdict(lambda: logging.getLogger("pad_client"))
_PRIME_LENGTH_BYTES = 256


def rsa_pad(server: Server, content: bytes) -> bytes:
    """RSA_PAD of core.telegram.org/mtproto/auth_key."""
    key = rsa.rsa.PublicKey.load_pkcs1(server.public_key_path.read_bytes())
    padded = content + os.urandom(192 - len(content))
    while True:
        temp_key = os.urandom(32)
        hashed = padded[::-1] + sha256(temp_key + padded).digest()
        ciphertext = AES.encrypt_ige(hashed, temp_key, bytes(32))
        masked = bytes(a ^ b for a, b in zip(temp_key, sha256(ciphertext).digest(), strict=True))
        number = int.from_bytes(masked + ciphertext, "big")
        if number < key.n:
            block: bytes = pow(number, key.e, key.n).to_bytes(256, "big")
            return block


class PadClient:
    """One connection. `exchange` makes keys; `use` chooses one; `call` asks and waits for the answer."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, server: Server) -> None:
        self._reader = reader
        self._writer = writer
        self._server = server
        self._codec = RandomizedIntermediatePacketCodec(None)
        self.state = MTProtoState(AuthKey(None), _LOGGERS)
        self.received: list[TLObject] = []
        # How many bytes each plain answer counted as its own beyond its object.
        self.plain_surplus_bytes: list[int] = []

    @classmethod
    async def connect(cls, server: Server) -> Self:
        """Connects and chooses padded intermediate."""
        reader, writer = await asyncio.wait_for(asyncio.open_connection("127.0.0.1", server.port), REPLY_LIMIT_SECS)
        writer.write(RandomizedIntermediatePacketCodec.obfuscate_tag)
        return cls(reader, writer, server)

    async def close(self) -> None:
        """Closes the connection."""
        self._writer.close()
        await self._writer.wait_closed()

    async def _send(self, message: bytes) -> None:
        self._writer.write(self._codec.encode_packet(message))
        await self._writer.drain()

    async def receive_frame(self) -> bytes:
        """The next frame, with the transport's padding."""
        (length_bytes,) = struct.unpack("<I", await asyncio.wait_for(self._reader.readexactly(4), REPLY_LIMIT_SECS))
        return await asyncio.wait_for(self._reader.readexactly(length_bytes), REPLY_LIMIT_SECS)

    async def plain(self, query: TLRequest) -> TLObject:
        """Asks a query of the key exchange."""
        body = bytes(query)
        await self._send(struct.pack("<qqi", 0, self.state._get_new_msg_id(), len(body)) + body)
        answer = await self.receive_frame()
        (length_bytes,) = struct.unpack_from("<i", answer, 16)
        with BinaryReader(answer[20:]) as reader:
            found = reader.tgread_object()
            self.plain_surplus_bytes.append(length_bytes - reader.tell_position())
            return found

    async def exchange(self, dc: int = 2, expires_in: int | None = None) -> tuple[AuthKey, int]:
        """A key exchange in the present form, for a temporary key if `expires_in` is given: the key and its salt."""
        offer = await self.plain(functions.ReqPqMultiRequest(int.from_bytes(os.urandom(16), "little", signed=True)))
        p, q = map(rsa.get_byte_array, factors(int.from_bytes(offer.pq, "big")))
        new_nonce = os.urandom(32)
        told = (offer.pq, p, q, offer.nonce, offer.server_nonce, int.from_bytes(new_nonce, "little", signed=True), dc)
        inner = types.PQInnerDataDc(*told) if expires_in is None else types.PQInnerDataTempDc(*told, expires_in)
        fingerprint = offer.server_public_key_fingerprints[0]
        query = functions.ReqDHParamsRequest(
            offer.nonce, offer.server_nonce, p, q, fingerprint, rsa_pad(self._server, bytes(inner))
        )
        params = await self.plain(query)
        return await self._finish_exchange(params, new_nonce)

    async def _finish_exchange(self, params: TLObject, new_nonce: bytes) -> tuple[AuthKey, int]:
        number = int.from_bytes(new_nonce, "little", signed=True)
        transfer_key = generate_key_data_from_nonce(params.server_nonce, number)
        with BinaryReader(AES.decrypt_ige(params.encrypted_answer, *transfer_key)[20:]) as reader:
            dh = reader.tgread_object()
        prime, secret = int.from_bytes(dh.dh_prime, "big"), int.from_bytes(os.urandom(256), "big")
        g_b = pow(dh.g, secret, prime).to_bytes(_PRIME_LENGTH_BYTES, "big")
        inner = bytes(types.ClientDHInnerData(params.nonce, params.server_nonce, 0, g_b))
        sealed = AES.encrypt_ige(sha1(inner).digest() + inner, *transfer_key)
        done = await self.plain(functions.SetClientDHParamsRequest(params.nonce, params.server_nonce, sealed))
        key = AuthKey(pow(int.from_bytes(dh.g_a, "big"), secret, prime).to_bytes(_PRIME_LENGTH_BYTES, "big"))
        assert done.new_nonce_hash1 == key.calc_new_nonce_hash(number, 1)
        server_nonce = params.server_nonce.to_bytes(16, "little", signed=True)
        salt = bytes(a ^ b for a, b in zip(new_nonce[:8], server_nonce[:8], strict=True))
        return key, int.from_bytes(salt, "little", signed=True)

    def use(self, key: AuthKey, salt: int) -> None:
        """Encrypts what follows with this key, in a new session."""
        self.state = MTProtoState(key, _LOGGERS)
        self.state.salt = salt

    async def call(self, request: TLRequest, msg_id: int | None = None) -> TLObject:
        """The result of one request; RpcError objects are returned like any other."""
        msg_id = msg_id or self.state._get_new_msg_id()
        await self.send_messages([(msg_id, self.state._get_seq_no(True), bytes(request))])
        return await self.result_of(msg_id, request)

    async def send_messages(self, messages: list[tuple[int, int, bytes]]) -> None:
        """Sends messages as they are given: one alone, more in a container."""
        parts = [struct.pack("<qii", msg_id, seq_no, len(body)) + body for msg_id, seq_no, body in messages]
        message = parts[0]
        if len(parts) > 1:
            body = struct.pack("<Ii", MessageContainer.CONSTRUCTOR_ID, len(parts)) + b"".join(parts)
            outer = (self.state._get_new_msg_id(), self.state._get_seq_no(False), len(body))
            message = struct.pack("<qii", *outer) + body
        await self._send(self.state.encrypt_message_data(message))

    async def receive(self) -> TLObject:
        """The next message's object; a container is taken apart."""
        while not self.received:
            frame = await self.receive_frame()
            message = self.state.decrypt_message_data(frame[: len(frame) - (len(frame) - 24) % 16])
            container = isinstance(message.obj, MessageContainer)
            self.received += [each.obj for each in message.obj.messages] if container else [message.obj]
        return self.received.pop(0)

    async def result_of(self, msg_id: int, request: TLRequest) -> TLObject:
        """The result of the request that was sent with this msg_id."""
        while True:
            found = await self.receive()
            if isinstance(found, RpcResult) and found.req_msg_id == msg_id:
                return found.error or request.read_result(BinaryReader(found.body))

    async def bind(self, permanent: AuthKey, lifetime_secs: int = 3600, spoil: bool = False) -> TLObject:
        """auth.bindTempAuthKey for the key in use; `spoil` breaks the inner message."""
        msg_id = self.state._get_new_msg_id()
        nonce = int.from_bytes(os.urandom(8), "little", signed=True)
        expires_at = int(time.time()) + lifetime_secs
        temp_id, perm_id = (_signed(key.key_id) for key in (self.state.auth_key, permanent))
        inner = bytes(types.BindAuthKeyInner(nonce, temp_id, perm_id, self.state.id, expires_at))
        told_id = msg_id + 4 if spoil else msg_id
        plaintext = os.urandom(16) + struct.pack("<qii", told_id, 0, len(inner)) + inner
        msg_key = sha1(plaintext).digest()[4:20]
        sealed = AES.encrypt_ige(plaintext, *_keys_v1(permanent.key, msg_key))
        encrypted = struct.pack("<q", perm_id) + msg_key + sealed
        request = functions.auth.BindTempAuthKeyRequest(perm_id, nonce, expires_at, encrypted)
        return await self.call(in_layer(request), msg_id)


def in_layer(request: TLRequest, layer: int = 230) -> TLRequest:
    """The request as the first one of a key: with the layer and the device."""
    device = functions.InitConnectionRequest(1, "test", "1", "1", "en", "", "en", request)
    return functions.InvokeWithLayerRequest(layer, device)


def _signed(number: int) -> int:
    signed: int = struct.unpack("<q", struct.pack("<Q", number))[0]
    return signed


def _keys_v1(key: bytes, msg_key: bytes) -> tuple[bytes, bytes]:
    """The key derivation of MTProto 1.0, client to server."""
    a, b, c, d = (
        sha1(part).digest()
        for part in (msg_key + key[:32], key[32:48] + msg_key + key[48:64], key[64:96] + msg_key, msg_key + key[96:128])
    )
    return a[:8] + b[8:20] + c[4:16], a[8:20] + b[:8] + c[16:20] + d[:8]
