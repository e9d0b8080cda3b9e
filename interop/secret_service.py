"""A keyring as desktops have it: the D-Bus interface org.freedesktop.Secret.Service, in memory, with one collection.

Specification: https://specifications.freedesktop.org/secret-service-spec/latest/. Run as a program it serves on the
session bus, prints "ready", and ends when its stdin is closed."""

import asyncio
import hashlib
import hmac
import os
import secrets
import sys
from typing import Any

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from dbus_fast import PropertyAccess, Variant
from dbus_fast.aio import MessageBus
from dbus_fast.service import ServiceInterface, dbus_property, method

ROOT = "/org/freedesktop/secrets"
COLLECTION = f"{ROOT}/collection/login"
SESSION = f"{ROOT}/session/one"
NO_PROMPT = "/"
# RFC 2409, second Oakley group: 1024 bits
DH_PRIME = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
    "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE65381FFFFFFFFFFFFFFFF",
    16,
)


def session_key(shared: int) -> bytes:
    """HKDF-SHA-256 without salt and info, 16 bytes."""
    extracted = hmac.new(bytes(32), shared.to_bytes(128, "big"), hashlib.sha256).digest()
    return hmac.new(extracted, b"\x01", hashlib.sha256).digest()[:16]


class Keyring:
    """What all objects share: the key of the session, and the items."""

    def __init__(self, bus: MessageBus) -> None:
        self.bus = bus
        self.key = b""
        self.items: dict[str, Item] = {}

    def opened(self, secret: list[Any]) -> bytes:
        """The value of a Secret structure (session, parameters, value, content type)."""
        decryptor = Cipher(algorithms.AES(self.key), modes.CBC(bytes(secret[1]))).decryptor()
        unpadder = padding.PKCS7(128).unpadder()
        return unpadder.update(decryptor.update(bytes(secret[2])) + decryptor.finalize()) + unpadder.finalize()

    def sealed(self, value: bytes) -> list[Any]:
        """The Secret structure of a value."""
        iv = os.urandom(16)
        padder = padding.PKCS7(128).padder()
        encryptor = Cipher(algorithms.AES(self.key), modes.CBC(iv)).encryptor()
        padded = padder.update(value) + padder.finalize()
        return [SESSION, iv, encryptor.update(padded) + encryptor.finalize(), "text/plain"]

    def found(self, attributes: dict[str, str]) -> list[str]:
        """The paths of the items that have these attributes."""
        return [path for path, item in self.items.items() if attributes.items() <= item.attributes.items()]


class Item(ServiceInterface):
    """One secret."""

    def __init__(self, keyring: Keyring, label: str, attributes: dict[str, str], value: bytes) -> None:
        super().__init__("org.freedesktop.Secret.Item")
        self.keyring, self.label, self.attributes, self.value = keyring, label, attributes, value

    @method()
    def GetSecret(self, session: "o") -> "(oayays)":
        return self.keyring.sealed(self.value)

    @method()
    def SetSecret(self, secret: "(oayays)") -> None:
        self.value = self.keyring.opened(secret)

    @dbus_property(access=PropertyAccess.READ)
    def Locked(self) -> "b":
        return False

    @dbus_property(access=PropertyAccess.READ)
    def Attributes(self) -> "a{ss}":
        return self.attributes

    @dbus_property(access=PropertyAccess.READ)
    def Label(self) -> "s":
        return self.label


class Collection(ServiceInterface):
    """The one collection."""

    def __init__(self, keyring: Keyring) -> None:
        super().__init__("org.freedesktop.Secret.Collection")
        self.keyring = keyring

    @method()
    def CreateItem(self, properties: "a{sv}", secret: "(oayays)", replace: "b") -> "oo":
        attributes = properties["org.freedesktop.Secret.Item.Attributes"].value
        label = properties["org.freedesktop.Secret.Item.Label"].value
        path = f"{COLLECTION}/i{len(self.keyring.items)}"
        item = Item(self.keyring, label, attributes, self.keyring.opened(secret))
        self.keyring.items[path] = item
        self.keyring.bus.export(path, item)
        return [path, NO_PROMPT]

    @method()
    def SearchItems(self, attributes: "a{ss}") -> "ao":
        return self.keyring.found(attributes)

    @dbus_property(access=PropertyAccess.READ)
    def Locked(self) -> "b":
        return False

    @dbus_property(access=PropertyAccess.READ)
    def Label(self) -> "s":
        return "Login"


class Service(ServiceInterface):
    """The service."""

    def __init__(self, keyring: Keyring) -> None:
        super().__init__("org.freedesktop.Secret.Service")
        self.keyring = keyring

    @method()
    def OpenSession(self, algorithm: "s", theirs: "v") -> "vo":
        assert algorithm == "dh-ietf1024-sha256-aes128-cbc-pkcs7", algorithm
        private = secrets.randbits(1000)
        self.keyring.key = session_key(pow(int.from_bytes(theirs.value, "big"), private, DH_PRIME))
        return [Variant("ay", pow(2, private, DH_PRIME).to_bytes(128, "big")), SESSION]

    @method()
    def SearchItems(self, attributes: "a{ss}") -> "aoao":
        return [self.keyring.found(attributes), []]

    @method()
    def ReadAlias(self, name: "s") -> "o":
        return COLLECTION

    @method()
    def Unlock(self, objects: "ao") -> "aoo":
        return [objects, NO_PROMPT]

    @dbus_property(access=PropertyAccess.READ)
    def Collections(self) -> "ao":
        return [COLLECTION]


async def serve() -> None:
    """Serves until stdin is closed."""
    bus = await MessageBus().connect()
    keyring = Keyring(bus)
    bus.export(ROOT, Service(keyring))
    bus.export(COLLECTION, Collection(keyring))
    await bus.request_name("org.freedesktop.secrets")
    print("ready", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve())
