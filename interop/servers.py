"""Starting a server for a test, reading its events, and stopping exactly that process. No wait is without a limit."""

import contextlib
import json
import queue
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

START_LIMIT_SECS = 60.0
EVENT_LIMIT_SECS = 20.0
STOP_LIMIT_SECS = 10.0


class Server:
    """A running server: testdc, or the foreign one. Both print their address, then a JSON line for each event."""

    def __init__(self, command: Sequence[str], folder: Path) -> None:
        self.public_key_path = folder / "server-key.pem"
        truth_path = folder / "truth.json"
        self._stderr_path = folder / "server-stderr.txt"
        files = ["--public-key-out", str(self.public_key_path), "--truth-out", str(truth_path)]
        with self._stderr_path.open("wb") as stderr:
            self._process = subprocess.Popen([*command, *files], stdout=subprocess.PIPE, stderr=stderr)
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read_lines, daemon=True)
        self._reader.start()
        self.events: list[dict[str, Any]] = []
        try:
            self.address = self._next_line(START_LIMIT_SECS)
            self.port = int(self.address.rpartition(":")[2])
            self.truth: dict[str, Any] = json.loads(truth_path.read_text(encoding="utf-8"))
        except BaseException:
            self.stop()
            raise

    def somebody(self) -> dict[str, Any]:
        """One of its people who can be found by a user name, and not the account itself."""
        own = self.truth["account"]["user_id"]
        people = self.truth["users"]
        return next(user for user in people if user["username"] and not user["deleted"] and user["id"] != own)

    def _read_lines(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line.decode().strip())
        self._lines.put(None)

    def _next_line(self, limit_secs: float) -> str:
        """The next line of stdout; an AssertionError at once if the server has ended, and after the limit."""
        try:
            line = self._lines.get(timeout=limit_secs)
        except queue.Empty:
            raise AssertionError(f"the server printed nothing for {limit_secs:.0f} s: {self.stderr()}") from None
        if line is None:
            self._lines.put(None)
            raise AssertionError(f"the server has ended: {self.stderr()}")
        return line

    def wait_for(self, event: str, **fields: Any) -> dict[str, Any]:
        """The first event of this kind that has these fields, among those that came and those that still come."""
        limit = time.monotonic() + EVENT_LIMIT_SECS
        seen = 0
        while True:
            for found in self.events[seen:]:
                if found["event"] == event and fields.items() <= found.items():
                    return found
            seen = len(self.events)
            try:
                self.events.append(json.loads(self._next_line(max(0.0, limit - time.monotonic()))))
            except (AssertionError, json.JSONDecodeError) as error:
                raise AssertionError(f"no event {event} {fields}; there were {self.events}") from error

    def events_so_far(self, event: str) -> list[dict[str, Any]]:
        """Every event of this kind that has been printed."""
        with contextlib.suppress(AssertionError):
            while not self._lines.empty():
                self.events.append(json.loads(self._next_line(EVENT_LIMIT_SECS)))
        return [found for found in self.events if found["event"] == event]

    def stderr(self) -> str:
        """What the server said on stderr."""
        return self._stderr_path.read_text(encoding="utf-8", errors="replace")

    def stop(self) -> None:
        """Ends this process, gently first."""
        self._process.terminate()
        try:
            self._process.wait(STOP_LIMIT_SECS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(STOP_LIMIT_SECS)
        self._reader.join(STOP_LIMIT_SECS)


@contextlib.contextmanager
def running(command: Sequence[str], folder: Path) -> Iterator[Server]:
    """A server for the length of a with block."""
    folder.mkdir(parents=True, exist_ok=True)
    server = Server(command, folder)
    try:
        yield server
    finally:
        server.stop()
    # An exception inside the server closes one connection only; a test must not pass over it.
    assert "Traceback" not in server.stderr() and "panicked" not in server.stderr(), server.stderr()
