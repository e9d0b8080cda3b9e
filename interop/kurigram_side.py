"""kurigram (a Pyrogram) as the client: it makes its own key with a local server, logs in, and writes its session."""

from typing import Any

from pyrogram import Client
from pyrogram.connection import Connection
from pyrogram.crypto import rsa as known_keys
from telethon.crypto import rsa

from servers import Server

API_ID = 1


def fingerprint(server: Server) -> int:
    """The fingerprint of the server's key, as Telethon computes it, without a sign."""
    return int(rsa._compute_fingerprint(_key(server))) % 2**64


def trust(server: Server) -> None:
    """Makes the server's key one of those that the library knows."""
    key = _key(server)
    known_keys.server_public_keys[int(rsa._compute_fingerprint(key))] = known_keys.PublicKey(key.n, key.e)


def _key(server: Server) -> Any:
    return rsa.rsa.PublicKey.load_pkcs1(server.public_key_path.read_text())


async def logged_in_string(server: Server) -> str:
    """A login with the code that the server's event tells, as the library's own session string."""
    trust(server)

    def connection(**where: Any) -> Connection:
        # the addresses of Telegram's data centres are built in
        return Connection(**{**where, "server_address": "127.0.0.1", "port": server.port})

    client = Client("interop", API_ID, "0" * 32, in_memory=True, no_updates=True, connection_factory=connection)
    await client.connect()
    try:
        phone = server.truth["account"]["phone"]
        sent = await client.send_phone_number_code(phone)
        await client.sign_in(phone, sent.phone_code_hash, server.wait_for("code_sent")["code"])
        return str(await client.export_session_string())
    finally:
        await client.disconnect()
