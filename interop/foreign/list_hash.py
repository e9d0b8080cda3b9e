"""The hash by which a client says which list it already has (core.telegram.org/api/offsets, "hash generation")."""

from collections.abc import Iterable

_MASK_64 = 2**64 - 1


def list_hash(numbers: Iterable[int]) -> int:
    """A signed 64-bit number. For contacts.getContacts: saved_count, then the user ids in ascending order."""
    accumulator = 0
    for number in numbers:
        accumulator ^= accumulator >> 21
        accumulator ^= accumulator << 35
        accumulator &= _MASK_64
        accumulator ^= accumulator >> 4
        accumulator = (accumulator + number) & _MASK_64
    return accumulator - 2**64 if accumulator >= 2**63 else accumulator
