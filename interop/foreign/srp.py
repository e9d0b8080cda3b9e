"""The server's half of the 2FA password check, SRP-6a as core.telegram.org/api/srp describes it.

The server keeps the verifier v = g^x and the salts, never the password.
"""

import hmac
import os
import secrets
from dataclasses import dataclass
from hashlib import pbkdf2_hmac, sha256

from telethon.tl import TLObject, types

from foreign import dh

ITERATIONS = 100_000


def _number(value: int) -> bytes:
    return value.to_bytes(256, "big")


def _hash(*parts: bytes) -> bytes:
    return sha256(b"".join(parts)).digest()


def _hash_number(*parts: bytes) -> int:
    return int.from_bytes(_hash(*parts), "big")


_P, _G = _number(dh.PRIME), _number(dh.GENERATOR)
_K = _hash_number(_P, _G)


def kdf_algo(salt1: bytes, salt2: bytes) -> TLObject:
    """passwordKdfAlgo…#3a912d4a with the server's prime."""
    return types.PasswordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow(
        salt1=salt1, salt2=salt2, g=dh.GENERATOR, p=_P
    )


@dataclass(frozen=True)
class Challenge:
    """One use of the verifier: an id, the server's secret b and its public number B."""

    srp_id: int
    secret: int
    public: int


class SrpVerifier:
    """A password as the server stores it, and the challenge that is open."""

    def __init__(self, password: str, salt1: bytes | None = None, salt2: bytes | None = None) -> None:
        self.salt1 = salt1 or os.urandom(40)
        self.salt2 = salt2 or os.urandom(16)
        first = _hash(self.salt1, password.encode(), self.salt1)
        first = _hash(self.salt2, first, self.salt2)
        slow = pbkdf2_hmac("sha512", first, self.salt1, ITERATIONS)
        self._verifier = pow(dh.GENERATOR, _hash_number(self.salt2, slow, self.salt2), dh.PRIME)
        self._challenge: Challenge | None = None

    def algo(self) -> TLObject:
        """`account.password.current_algo`."""
        return kdf_algo(self.salt1, self.salt2)

    def challenge(self, secret: int | None = None) -> Challenge:
        """A new challenge; an earlier one is void."""
        secret = secret if secret is not None else secrets.randbits(2048)
        public = (_K * self._verifier + pow(dh.GENERATOR, secret, dh.PRIME)) % dh.PRIME
        self._challenge = Challenge(secrets.randbits(62), secret, public)
        return self._challenge

    def take_challenge(self, srp_id: int) -> Challenge | None:
        """The open challenge if it has this id; each can be answered once."""
        taken, self._challenge = self._challenge, None
        return taken if taken is not None and taken.srp_id == srp_id else None

    def proves(self, challenge: Challenge, client_public: bytes, proof: bytes) -> bool:
        """Whether M1 proves knowledge of the password."""
        a_public = int.from_bytes(client_public, "big")
        if len(client_public) > 256 or not dh.in_safe_range(a_public):
            return False
        a, b = _number(a_public), _number(challenge.public)
        u = _hash_number(a, b)
        shared = pow(a_public * pow(self._verifier, u, dh.PRIME), challenge.secret, dh.PRIME)
        mixed = bytes(x ^ y for x, y in zip(_hash(_P), _hash(_G), strict=True))
        expected = _hash(mixed, _hash(self.salt1), _hash(self.salt2), a, b, _hash(_number(shared)))
        return hmac.compare_digest(expected, proof)
