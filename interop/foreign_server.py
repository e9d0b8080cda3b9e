"""A Telegram data centre that is not testdc: `python foreign_server.py --public-key-out FILE --truth-out FILE`.

It shares no code with the project. The first line on stdout is the address, each later one an event in JSON.
"""

import argparse
import asyncio
import json
import signal
from pathlib import Path
from typing import Any

from foreign import people
from foreign.account import Account
from foreign.api import Api
from foreign.book import Book
from foreign.connection import Connection
from foreign.frames import Link
from foreign.rsa_key import RsaKey
from foreign.srp import SrpVerifier


def parse_arguments() -> argparse.Namespace:
    """The command line; the names are those of `testdc serve`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--public-key-out", type=Path, required=True)
    parser.add_argument("--truth-out", type=Path, required=True)
    parser.add_argument("--listen", default="127.0.0.1:0", metavar="HOST:PORT")
    parser.add_argument("--phone", default="9996621234")
    parser.add_argument("--code", default="22222")
    parser.add_argument("--password", help="the account's 2FA password; without it the account has none")
    parser.add_argument("--contacts", type=int, default=people.AWKWARD_CONTACTS)
    parser.add_argument("--saved-only", type=int, default=people.AWKWARD_SAVED)
    parser.add_argument("--dc-id", type=int, default=2)
    return parser.parse_args()


def emit(event: str, **fields: Any) -> None:
    """One event line, flushed at once."""
    print(json.dumps({"event": event, **fields}), flush=True)


async def serve(arguments: argparse.Namespace) -> None:
    """Listens until SIGTERM or SIGINT."""
    rsa = RsaKey()
    book = Book(arguments.phone, arguments.password is not None, arguments.contacts, arguments.saved_only)
    account = Account(book, arguments.code, SrpVerifier(arguments.password) if arguments.password is not None else None)
    arguments.public_key_out.write_bytes(rsa.public_pem())
    arguments.truth_out.write_text(json.dumps(book.truth(), ensure_ascii=False, indent=1), encoding="utf-8")

    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        address = writer.get_extra_info("sockname")
        api = Api(account, address[:2], arguments.dc_id, emit)
        try:
            await Connection(Link(reader, writer), account, api, rsa, arguments.dc_id, emit).run()
        finally:
            writer.close()

    host, _, port = arguments.listen.rpartition(":")
    server = await asyncio.start_server(accept, host, int(port))
    host, port = server.sockets[0].getsockname()[:2]
    print(f"{host}:{port}", flush=True)
    await stop.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(serve(parse_arguments()))
