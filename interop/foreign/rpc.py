"""What an API call gets to know about its caller, and how it fails."""

from dataclasses import dataclass

from telethon.tl import types

from foreign.account import KeyState, Takeout


class RpcFailure(Exception):
    """An rpc_error#2144ca19."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code, self.text = code, text

    def __bytes__(self) -> bytes:
        return bytes(types.RpcError(self.code, self.text))


@dataclass(frozen=True)
class Caller:
    """Who calls: the key, the session and the msg_id of the request, and the takeout that it is wrapped in."""

    key: KeyState
    session_id: int
    msg_id: int
    takeout: Takeout | None = None
