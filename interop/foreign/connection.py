"""One TCP connection from its first byte to its last: key exchanges, then encrypted messages of any of the keys."""

import asyncio
import contextlib
import os
import struct
import sys
import time
from collections.abc import Callable

from telethon.tl import types

from foreign import frames, service
from foreign.account import Account, KeyState
from foreign.api import Api
from foreign.envelope import Envelope, EnvelopeError, key_id_bytes, open_envelope, seal_envelope
from foreign.handshake import Handshake, NewKey, open_plain_message, seal_plain_message
from foreign.rsa_key import RsaKey
from foreign.session import BadMessage, Reply, Session

WRONG_SALT = 48


def _draw_salt() -> int:
    return int.from_bytes(os.urandom(8), "little", signed=True)


class Connection:
    """Reads messages from one client and answers them in turn."""

    def __init__(
        self, link: frames.Link, account: Account, api: Api, rsa: RsaKey, dc_id: int, emit: Callable[..., None]
    ):
        self._link = link
        self._account = account
        self._api = api
        self._emit = emit
        self._handshake = Handshake(rsa, dc_id, self._register)
        self._salted_keys: set[bytes] = set()

    def _register(self, new: NewKey) -> None:
        key = KeyState(new.key, new.salt)
        if new.expires_in_secs is not None:
            key.expires_at, key.login = time.time() + new.expires_in_secs, None
        key_id = key_id_bytes(new.key.key)
        self._account.keys[key_id] = key
        self._salted_keys.add(key_id)
        self._emit("key_made", padding=new.padding, inner=new.inner_type, temporary=key.is_temporary)

    async def run(self) -> None:
        """Serves until the client leaves or breaks the protocol; the latter is said on stderr."""
        try:
            framing = await frames.detect(self._link)
            self._emit("connected", framing=framing.name, obfuscated=self._link.is_obfuscated)
            while True:
                frame = await framing.receive(self._link)
                for answer in self._answers(frame, framing.pads):
                    await self._link.write(framing.encode(answer))
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        except frames.Refusal as refusal:
            print(f"refused with {refusal.code}: {refusal}", file=sys.stderr, flush=True)
            with contextlib.suppress(ConnectionError):
                await self._link.write(framing.encode(struct.pack("<i", refusal.code)))
        except (frames.FrameError, EnvelopeError) as error:
            print(f"connection closed: {error}", file=sys.stderr, flush=True)

    def _answers(self, frame: bytes, pads: bool) -> list[bytes]:
        if len(frame) < 24:
            raise EnvelopeError(f"a message of {len(frame)} bytes")
        key_id = frame[:8]
        if key_id == bytes(8):
            msg_id, query = open_plain_message(frame, pads)
            return [seal_plain_message(msg_id | 1, self._handshake.answer(query))]
        key = self._account.keys.get(key_id)
        if key is None or key.has_expired():
            raise frames.Refusal(frames.MALFORMED, "unknown auth_key_id")
        if key_id not in self._salted_keys:
            # Salts change every half hour on Telegram; here with each connection, so that a stored one is never right.
            self._salted_keys.add(key_id)
            key.salt = _draw_salt()
        replies = self._serve(key, open_envelope(key.key.key, frame, pads))
        return [seal_envelope(key.key.key, reply) for reply in replies]

    def _serve(self, key: KeyState, envelope: Envelope) -> list[Envelope]:
        session = key.sessions.setdefault(envelope.session_id, Session(envelope.session_id))
        if envelope.salt != key.salt:
            wrong = types.BadServerSalt(envelope.msg_id, envelope.seq_no, WRONG_SALT, key.salt)
            return [session.pack([Reply(bytes(wrong), content_related=False)], key.salt)]
        try:
            replies = self._replies(key, session, envelope)
        except BadMessage as bad:
            notification = types.BadMsgNotification(bad.msg_id, bad.seq_no, bad.code)
            replies = [Reply(bytes(notification), content_related=False)]
        return [session.pack(replies, key.salt)] if replies else []

    def _replies(self, key: KeyState, session: Session, envelope: Envelope) -> list[Reply]:
        messages = session.accept(envelope)
        replies: list[Reply] = []
        if session.is_new and messages:
            session.is_new = False
            first = min(message.msg_id for message in messages)
            made = types.NewSessionCreated(first, session.unique_id, key.salt)
            replies.append(Reply(bytes(made), content_related=True, is_answer=False))
        wanting_ack = [message.msg_id for message in messages if message.wants_ack]
        if wanting_ack:
            replies.append(Reply(bytes(types.MsgsAck(wanting_ack)), content_related=False, is_answer=False))
        for message in messages:
            replies += service.answer(self._api, key, session, message)
        return replies
