"""Reading TL objects with Telethon's classes, with one error for everything that can be wrong with the bytes."""

import gzip
import struct

from telethon.errors import TypeNotFoundError
from telethon.extensions import BinaryReader
from telethon.tl import TLObject
from telethon.tl.core import GzipPacked

VECTOR_ID = 0x1CB5C415


class UnreadableObject(Exception):
    """The bytes are not one TL object that Telethon's layer knows."""


class UnknownConstructor(UnreadableObject):
    """The object, or one inside it, has an id that Telethon's layer does not hold."""


def read_object(body: bytes) -> tuple[TLObject, int]:
    """The TL object at the start of `body`, and how many bytes it takes."""
    reader = BinaryReader(body)
    try:
        found = reader.tgread_object()
    except TypeNotFoundError as error:
        raise UnknownConstructor(f"unknown constructor {error.invalid_constructor_id:#010x}") from error
    except (BufferError, struct.error, RuntimeError, ValueError, AttributeError, TypeError, EOFError, OSError) as error:
        raise UnreadableObject(str(error)) from error
    return found, reader.tell_position()


def read_whole(body: bytes) -> TLObject:
    """The TL object that fills `body` exactly; a gzip_packed one is unpacked first."""
    found, length_bytes = read_object(body)
    if length_bytes != len(body):
        raise UnreadableObject(f"{len(body) - length_bytes} bytes after {type(found).__name__}")
    return read_whole(found.data) if isinstance(found, GzipPacked) else found


def vector(items: list[TLObject]) -> bytes:
    """A boxed `Vector` of boxed items: Telethon has no class for a bare list as a result."""
    return struct.pack("<Ii", VECTOR_ID, len(items)) + b"".join(bytes(item) for item in items)


def packed_if_smaller(body: bytes, threshold_bytes: int = 512) -> bytes:
    """`body`, or its gzip_packed#3072cfa1 form where it is long and that is shorter."""
    if len(body) <= threshold_bytes:
        return body
    packed: bytes = struct.pack("<I", GzipPacked.CONSTRUCTOR_ID) + TLObject.serialize_bytes(gzip.compress(body))
    return packed if len(packed) < len(body) else body
