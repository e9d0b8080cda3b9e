"""Commands to a running testdc, on its admin socket."""

import json
import socket
from typing import Any

from servers import Server

COMMAND_LIMIT_SECS = 20.0


def order(server: Server, do: str, **fields: Any) -> dict[str, Any]:
    """Sends one command, which must succeed, and gives what it tells."""
    host, _, port = server.wait_for("admin")["address"].rpartition(":")
    with socket.create_connection((host, int(port)), COMMAND_LIMIT_SECS) as connection:
        connection.sendall(json.dumps({"do": do, **fields}).encode() + b"\n")
        with connection.makefile(encoding="utf-8") as lines:
            answer: dict[str, Any] = json.loads(lines.readline())
    assert answer["ok"] is True, answer
    return answer
