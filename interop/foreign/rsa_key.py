"""The server's RSA key: its fingerprint, and the two ways in which clients wrap the key exchange's inner data.

core.telegram.org/mtproto/auth_key: RSA_PAD is the present form; SHA1(data) + data + random is what Telethon 1.45 sends.
"""

import struct
from dataclasses import dataclass
from hashlib import sha1, sha256

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from telethon.crypto import AES
from telethon.tl import TLObject

from foreign.wire import UnreadableObject, read_object

KEY_BYTES = 256


class UnreadableInnerData(Exception):
    """The decrypted block is neither RSA_PAD nor the legacy form."""


@dataclass(frozen=True)
class InnerData:
    """What a client sent under the RSA key, and how it was padded: `rsa_pad` or `legacy`."""

    content: TLObject
    padding: str


class RsaKey:
    """A 2048-bit RSA key pair."""

    def __init__(self, private: rsa.RSAPrivateKey | None = None) -> None:
        self._private = private or rsa.generate_private_key(public_exponent=65537, key_size=8 * KEY_BYTES)
        self._numbers = self._private.private_numbers()
        self.modulus = self._numbers.public_numbers.n
        self.exponent = self._numbers.public_numbers.e

    def public_pem(self) -> bytes:
        """PKCS#1, "BEGIN RSA PUBLIC KEY"."""
        return self._private.public_key().public_bytes(Encoding.PEM, PublicFormat.PKCS1)

    def fingerprint(self) -> int:
        """The lower 64 bits of the SHA1 of n and e as TL strings, as the signed number of `resPQ`."""
        strings = (TLObject.serialize_bytes(_minimal(number)) for number in (self.modulus, self.exponent))
        fingerprint: int = struct.unpack("<q", sha1(b"".join(strings)).digest()[-8:])[0]
        return fingerprint

    def open_inner_data(self, encrypted: bytes) -> InnerData:
        """Decrypts `req_DH_params.encrypted_data`, trying RSA_PAD first and the legacy form after it."""
        number = int.from_bytes(encrypted, "big")
        if len(encrypted) != KEY_BYTES or number >= self.modulus:
            raise UnreadableInnerData(f"{len(encrypted)} bytes are no block of this key")
        block = pow(number, self._numbers.d, self.modulus).to_bytes(KEY_BYTES, "big")
        try:
            return _open_rsa_pad(block) or _open_legacy(block)
        except UnreadableObject as error:
            raise UnreadableInnerData(str(error)) from error


def _minimal(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _open_rsa_pad(block: bytes) -> InnerData | None:
    """temp_key XOR SHA256(c), then c = IGE(reverse(padded) + SHA256(temp_key + padded)); None when the hash differs."""
    masked_key, ciphertext = block[:32], block[32:]
    temp_key = bytes(a ^ b for a, b in zip(masked_key, sha256(ciphertext).digest(), strict=True))
    plaintext = AES.decrypt_ige(ciphertext, temp_key, bytes(32))
    padded = plaintext[:192][::-1]
    if sha256(temp_key + padded).digest() != plaintext[192:]:
        return None
    return InnerData(read_object(padded)[0], "rsa_pad")


def _open_legacy(block: bytes) -> InnerData:
    """A zero byte, SHA1(data), data, random up to 255 bytes."""
    content, length_bytes = read_object(block[21:])
    if block[0] != 0 or sha1(block[21 : 21 + length_bytes]).digest() != block[1:21]:
        raise UnreadableInnerData("SHA1 of the inner data does not match")
    return InnerData(content, "legacy")
