"""The TCP transports: how one MTProto message is cut out of the byte stream.

core.telegram.org/mtproto/mtproto-transports. The client's first bytes choose: abridged, intermediate, padded
intermediate or full, plain or inside an obfuscated2 stream.
"""

import asyncio
import os
import secrets
import struct
from collections.abc import Callable
from typing import Protocol
from zlib import crc32

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

# The largest frame that is read: a request of a client is far smaller, so more is a broken length.
MAX_FRAME_BYTES = 16 * 1024 * 1024
ABRIDGED_TAG = b"\xef\xef\xef\xef"
INTERMEDIATE_TAG = b"\xee\xee\xee\xee"
PADDED_TAG = b"\xdd\xdd\xdd\xdd"

# Transport errors: an unknown key or a broken query, and an exchange that is meant for another DC.
MALFORMED = -404
WRONG_DC = -444


class FrameError(Exception):
    """The byte stream breaks the transport that it chose."""


class Refusal(Exception):
    """The connection ends with a transport error, the one frame of four bytes that holds `code`."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class Link:
    """One TCP connection as a byte stream each way, through AES-CTR where the client chose obfuscation."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._unread = b""
        self._decipher: Callable[[bytes], bytes] = bytes
        self._encipher: Callable[[bytes], bytes] = bytes
        self.is_obfuscated = False

    async def read(self, count: int) -> bytes:
        """Exactly `count` bytes; IncompleteReadError when the peer has closed."""
        if self._unread:
            taken, self._unread = self._unread[:count], self._unread[count:]
            return taken + (await self.read(count - len(taken)) if len(taken) < count else b"")
        return self._decipher(await self._reader.readexactly(count))

    def unread(self, chunk: bytes) -> None:
        """Gives back bytes that were read to detect the transport."""
        self._unread = chunk + self._unread

    async def write(self, chunk: bytes) -> None:
        """Sends `chunk`, waiting while the peer does not read."""
        self._writer.write(self._encipher(chunk))
        await self._writer.drain()

    def cipher(self, decipher: Callable[[bytes], bytes], encipher: Callable[[bytes], bytes]) -> None:
        """Puts every later byte through these two streams."""
        self._decipher, self._encipher = decipher, encipher
        self.is_obfuscated = True


class Framing(Protocol):
    """One transport's way to read and to write a message."""

    name: str
    pads: bool

    async def receive(self, link: Link) -> bytes:
        """The next message."""

    def encode(self, message: bytes) -> bytes:
        """`message` as it goes on the wire."""


def _checked(length_bytes: int) -> int:
    if not 0 < length_bytes <= MAX_FRAME_BYTES:
        raise FrameError(f"frame of {length_bytes} bytes")
    return length_bytes


class Abridged:
    """Tag ef; the length in words in one byte, or in three after 7f."""

    name = "abridged"
    pads = False

    async def receive(self, link: Link) -> bytes:
        (words,) = await link.read(1)
        if words & 0x80:
            raise FrameError("quick acks are not offered here")
        if words == 0x7F:
            words = int.from_bytes(await link.read(3), "little")
        return await link.read(_checked(words * 4))

    def encode(self, message: bytes) -> bytes:
        words = len(message) // 4
        if words < 0x7F:
            return bytes([words]) + message
        return b"\x7f" + words.to_bytes(3, "little") + message


class Intermediate:
    """Tag eeeeeeee; a 32-bit length in bytes."""

    name = "intermediate"
    pads = False

    async def receive(self, link: Link) -> bytes:
        (length_bytes,) = struct.unpack("<I", await link.read(4))
        if length_bytes & 0x80000000:
            raise FrameError("quick acks are not offered here")
        return await link.read(_checked(length_bytes))

    def encode(self, message: bytes) -> bytes:
        return struct.pack("<I", len(message)) + message


class PaddedIntermediate(Intermediate):
    """Tag dddddddd; like intermediate with 0 to 15 random bytes at the end, which the message's own length cuts off."""

    name = "padded"
    pads = True

    def encode(self, message: bytes) -> bytes:
        return super().encode(message + os.urandom(secrets.randbelow(16)))


class Full:
    """No tag; total length, a counter from 0 in each direction, and a CRC32 at the end."""

    name = "full"
    pads = False

    def __init__(self) -> None:
        self._received = 0
        self._sent = 0

    async def receive(self, link: Link) -> bytes:
        head = await link.read(8)
        total_bytes, counter = struct.unpack("<II", head)
        rest = await link.read(_checked(total_bytes - 12) + 4)
        if counter != self._received:
            raise FrameError(f"frame counter {counter}, expected {self._received}")
        self._received += 1
        message, (checksum,) = rest[:-4], struct.unpack("<I", rest[-4:])
        if crc32(head + message) != checksum:
            raise FrameError("CRC32 of a full frame does not match")
        return message

    def encode(self, message: bytes) -> bytes:
        frame = struct.pack("<II", len(message) + 12, self._sent) + message
        self._sent += 1
        return frame + struct.pack("<I", crc32(frame))


def _framing_of(tag: bytes) -> Framing | None:
    if tag == ABRIDGED_TAG:
        return Abridged()
    if tag == INTERMEDIATE_TAG:
        return Intermediate()
    return PaddedIntermediate() if tag == PADDED_TAG else None


async def detect(link: Link) -> Framing:
    """The transport that the client's first bytes choose."""
    first = await link.read(1)
    if first == ABRIDGED_TAG[:1]:
        return Abridged()
    tag = first + await link.read(3)
    if framing := _framing_of(tag):
        return framing
    head = tag + await link.read(4)
    if head[4:] == bytes(4):  # the counter of the first full frame
        link.unread(head)
        return Full()
    return _accept_obfuscation(link, head + await link.read(56))


def _ctr(key_and_iv: bytes) -> Callable[[bytes], bytes]:
    return Cipher(algorithms.AES(key_and_iv[:32]), modes.CTR(key_and_iv[32:48])).encryptor().update


def _accept_obfuscation(link: Link, init: bytes) -> Framing:
    """obfuscated2: the 64 first bytes carry both keys in clear, and the ciphered tag at 56."""
    decipher = _ctr(init[8:56])
    opened = decipher(init)
    framing = _framing_of(opened[56:60])
    if framing is None:
        raise FrameError("the first 64 bytes choose no known transport")
    link.cipher(decipher, _ctr(init[8:56][::-1]))
    return framing
