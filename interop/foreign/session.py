"""One session of one key: which messages are accepted, and the ids and sequence numbers of those that are sent.

core.telegram.org/mtproto/description and service_messages_about_messages.
"""

import secrets
import struct
import time
from dataclasses import dataclass

from telethon.tl.core import MessageContainer

from foreign.envelope import Envelope

# A client's msg_id may lie this far behind or ahead of the server's clock.
MAX_AGE_SECS = 300
MAX_AHEAD_SECS = 30
MAX_CONTAINER_MESSAGES = 1024

MSG_ID_TOO_LOW, MSG_ID_TOO_HIGH, MSG_ID_NOT_BY_4, CONTAINER_ID_SEEN = 16, 17, 18, 19
SEQ_NO_TOO_LOW, SEQ_NO_NOT_EVEN, SEQ_NO_NOT_ODD, INVALID_CONTAINER = 32, 34, 35, 64


class BadMessage(Exception):
    """A message is refused as a whole, with a code of bad_msg_notification."""

    def __init__(self, msg_id: int, seq_no: int, code: int) -> None:
        super().__init__(f"msg_id {msg_id}, seq_no {seq_no}: code {code}")
        self.msg_id, self.seq_no, self.code = msg_id, seq_no, code


@dataclass(frozen=True)
class Message:
    """One message from the client, taken out of its container."""

    msg_id: int
    seq_no: int
    body: bytes

    @property
    def wants_ack(self) -> bool:
        """Content-related messages have an odd seq_no."""
        return bool(self.seq_no % 2)


@dataclass(frozen=True)
class Reply:
    """One message to the client. An answer's msg_id is 1 modulo 4, any other's 3."""

    body: bytes
    content_related: bool
    is_answer: bool = True


class Session:
    """State of one (auth_key_id, session_id)."""

    def __init__(self, session_id: int) -> None:
        self.session_id = session_id
        self.unique_id = secrets.randbits(63)
        self.is_new = True
        self._seen: set[int] = set()
        self._highest = (0, 0)
        self._last_sent = 0
        self._content_sent = 0

    def accept(self, envelope: Envelope) -> list[Message]:
        """The new messages of an envelope, in order; one that was seen before is left out."""
        outer = Message(envelope.msg_id, envelope.seq_no, envelope.body)
        _check_msg_id(outer)
        if not _is_container(outer.body):
            return self._accept_each([outer])
        if outer.seq_no % 2:
            raise BadMessage(outer.msg_id, outer.seq_no, SEQ_NO_NOT_EVEN)
        if outer.msg_id in self._seen:
            raise BadMessage(outer.msg_id, outer.seq_no, CONTAINER_ID_SEEN)
        inner = _split_container(outer)
        accepted = self._accept_each(inner)
        self._seen.add(outer.msg_id)
        return accepted

    def _accept_each(self, messages: list[Message]) -> list[Message]:
        fresh = [message for message in messages if message.msg_id not in self._seen]
        for message in sorted(fresh, key=lambda message: message.msg_id):
            highest_msg_id, highest_seq_no = self._highest
            if message.msg_id > highest_msg_id:
                if message.seq_no < highest_seq_no:
                    raise BadMessage(message.msg_id, message.seq_no, SEQ_NO_TOO_LOW)
                self._highest = (message.msg_id, message.seq_no)
            self._seen.add(message.msg_id)
        return fresh

    def pack(self, replies: list[Reply], salt: int) -> Envelope:
        """Puts the replies into one envelope: alone, or as a container."""
        numbered = [self._number(reply) for reply in replies]
        if len(numbered) == 1:
            (only,) = numbered
            return Envelope(salt, self.session_id, only.msg_id, only.seq_no, only.body)
        parts = [struct.pack("<qiI", each.msg_id, each.seq_no, len(each.body)) + each.body for each in numbered]
        body = struct.pack("<Ii", MessageContainer.CONSTRUCTOR_ID, len(parts)) + b"".join(parts)
        outer = self._number(Reply(body, content_related=False))
        return Envelope(salt, self.session_id, outer.msg_id, outer.seq_no, outer.body)

    def _number(self, reply: Reply) -> Message:
        now = int(time.time() * (1 << 32)) & ~3
        self._last_sent = max(now, (self._last_sent & ~3) + 4) | (1 if reply.is_answer else 3)
        seq_no = 2 * self._content_sent + reply.content_related
        self._content_sent += reply.content_related
        return Message(self._last_sent, seq_no, reply.body)


def _is_container(body: bytes) -> bool:
    return body[:4] == struct.pack("<I", MessageContainer.CONSTRUCTOR_ID)


def _check_msg_id(message: Message) -> None:
    age_secs = time.time() - (message.msg_id >> 32)
    if age_secs > MAX_AGE_SECS:
        raise BadMessage(message.msg_id, message.seq_no, MSG_ID_TOO_LOW)
    if age_secs < -MAX_AHEAD_SECS:
        raise BadMessage(message.msg_id, message.seq_no, MSG_ID_TOO_HIGH)
    if message.msg_id % 4:
        raise BadMessage(message.msg_id, message.seq_no, MSG_ID_NOT_BY_4)


def _split_container(outer: Message) -> list[Message]:
    """msg_container#73f1f8dc count, then msg_id seq_no bytes body each. Accepted or refused as a whole."""
    invalid = BadMessage(outer.msg_id, outer.seq_no, INVALID_CONTAINER)
    try:
        (count,) = struct.unpack_from("<i", outer.body, 4)
        messages, at = [], 8
        for _ in range(count if 0 <= count <= MAX_CONTAINER_MESSAGES else -1):
            msg_id, seq_no, length_bytes = struct.unpack_from("<qiI", outer.body, at)
            body = outer.body[at + 16 : at + 16 + length_bytes]
            at += 16 + length_bytes
            if len(body) != length_bytes or length_bytes % 4 or msg_id >= outer.msg_id or _is_container(body):
                raise invalid
            messages.append(Message(msg_id, seq_no, body))
    except struct.error as error:
        raise invalid from error
    if at != len(outer.body):
        raise invalid
    if len({message.msg_id for message in messages}) != len(messages):
        raise invalid
    for message in messages:
        if message.msg_id % 4:
            raise BadMessage(outer.msg_id, outer.seq_no, MSG_ID_NOT_BY_4)
    return messages
