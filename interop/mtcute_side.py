"""mtcute as the client: one process of it that is told what to do, a JSON object a line."""

import json
import queue
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

from servers import Server

# The program, and what it needs.
SOURCE = Path(__file__).resolve().parent / "mtcute"
ANSWER_LIMIT_SECS = 30.0
STOP_LIMIT_SECS = 10.0
LAYER = 227


class Refused(Exception):
    """The server's answer was an error; its text."""


class Mtcute:
    """A running client. It uses its default transport and temporary keys."""

    def __init__(self, folder: Path, server: Server, proxy: dict[str, Any] | None = None) -> None:
        options = {"host": "127.0.0.1", "port": server.port, "key": str(server.public_key_path), "proxy": proxy}
        self._process = subprocess.Popen(
            ["node", "client.mjs", json.dumps(options)],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._log: list[str] = []
        threading.Thread(target=self._read, daemon=True).start()

    def __enter__(self) -> "Mtcute":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait(STOP_LIMIT_SECS)

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put(None)

    def send(self, **command: Any) -> None:
        """Tells it what to do, and does not wait."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        """The next line that is an answer; what the library logs is kept for the message of a failure."""
        limit = time.monotonic() + ANSWER_LIMIT_SECS
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, limit - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"mtcute said nothing: {self._log}") from None
            assert line is not None, f"mtcute has ended: {self._log}"
            if line.startswith("{"):
                answer: dict[str, Any] = json.loads(line, object_hook=_number)
                return answer
            self._log.append(line)

    def do(self, **command: Any) -> dict[str, Any]:
        """Tells it what to do, and waits until that is done."""
        self.send(**command)
        answer = self.answer()
        if not answer["ok"]:
            raise Refused(answer["error"], self._log)
        return answer

    def call(self, name: str, inside: bool = False, **fields: Any) -> Any:
        """A method of the API, in mtcute's spelling, inside of the takeout session or outside of it."""
        return self.do(do="call", request={"_": name, **fields}, inside=inside)["result"]

    def log_in(self, server: Server, password: str | None = None) -> int:
        phone = server.truth["account"]["phone"]
        # The code of Telegram's test numbers, which the event tells as well.
        answer = self.do(do="login", phone=phone, code=phone[5] * 5, password=password)
        return int(answer["user_id"])


def long(number: int) -> dict[str, str]:
    """A 64-bit number, as `client.mjs` takes it."""
    return {"long": str(number)}


def _number(value: dict[str, Any]) -> Any:
    return int(value["long"]) if value.keys() == {"long"} else value
