"""mtcute as the client: its packages, and one process of it that is told what to do, a JSON object a line."""

import json
import os
import queue
import shutil
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from servers import Server

SOURCE = Path(__file__).resolve().parent / "mtcute"
INSTALL_LIMIT_SECS = 300.0
ANSWER_LIMIT_SECS = 30.0
STOP_LIMIT_SECS = 10.0

# the same field, as mtcute and as the truth file call it
_USER_FIELDS = {
    "id": "id",
    "firstName": "first_name",
    "lastName": "last_name",
    "username": "username",
    "phone": "phone",
    "langCode": "lang_code",
    "contact": "contact",
    "mutualContact": "mutual_contact",
    "deleted": "deleted",
    "bot": "bot",
    "verified": "verified",
    "restricted": "restricted",
    "scam": "scam",
    "fake": "fake",
    "support": "support",
    "premium": "premium",
    "closeFriend": "close_friend",
}
_STATUSES = {
    "userStatusEmpty": "empty",
    "userStatusOnline": "online",
    "userStatusOffline": "offline",
    "userStatusRecently": "recently",
    "userStatusLastWeek": "last_week",
    "userStatusLastMonth": "last_month",
}


def installed(cache: Path) -> Path:
    """A folder with mtcute and what it needs, as pinned in `mtcute/package-lock.json`; kept from run to run."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are needed for mtcute")
    folder = cache / "mtcute"
    folder.mkdir(parents=True, exist_ok=True)
    stamp = folder / "installed-lock.json"
    lock = (SOURCE / "package-lock.json").read_text(encoding="utf-8")
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != lock:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(SOURCE / name, folder / name)
        # no scripts: the only one builds a database that the memory storage does not use
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        made = subprocess.run(command, cwd=folder, timeout=INSTALL_LIMIT_SECS, capture_output=True, text=True)
        if made.returncode != 0:
            pytest.skip(f"mtcute cannot be installed: {made.stderr[-500:]}")
        stamp.write_text(lock, encoding="utf-8")
    shutil.copy(SOURCE / "client.mjs", folder / "client.mjs")
    return folder


class Mtcute:
    """A running client. It uses the default transport and temporary keys, and declares layer 227."""

    def __init__(self, folder: Path, server: Server, proxy: dict[str, Any] | None = None) -> None:
        options = {"host": "127.0.0.1", "port": server.port, "key": str(server.public_key_path), "proxy": proxy}
        command = ["node", "client.mjs", json.dumps(options)]
        self._process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
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
                answer: dict[str, Any] = json.loads(line)
                return answer
            self._log.append(line)

    def do(self, **command: Any) -> dict[str, Any]:
        self.send(**command)
        answer = self.answer()
        assert answer.get("ok"), (command["do"], answer, self._log)
        return answer

    def call(self, request: dict[str, Any], inside: bool = True) -> Any:
        return self.do(do="call", request=request, inside=inside)["result"]

    def log_in(self, server: Server, password: str | None = None) -> int:
        phone = server.truth["account"]["phone"]
        # the code of Telegram's test numbers, which the event tells as well
        answer = self.do(do="login", phone=phone, code=phone[5] * 5, password=password)
        return int(answer["user_id"])


def fetch_address_book(client: Mtcute) -> dict[str, Any]:
    """The three lists through a takeout, as the truth file writes them; and that the fourth is as long as they are."""
    client.do(do="takeout")
    saved = client.call({"_": "contacts.getSaved"})
    contacts = client.call({"_": "contacts.getContacts", "hash": 0})
    statuses = client.call({"_": "contacts.getStatuses"})
    client.do(do="finish", success=True)
    # outside: inside of a takeout mtcute takes the vector of numbers for one of objects. The method is from the time of
    # 32-bit ids, and larger ones come back as 0
    ids = client.call({"_": "contacts.getContactIDs", "hash": 0}, inside=False)
    assert len(ids) == len(contacts["contacts"])
    return {
        "saved_count": contacts["savedCount"],
        "saved": [_renamed(record, {"firstName": "first_name", "lastName": "last_name"}) for record in saved],
        "contacts": [{"user_id": each["userId"], "mutual": each["mutual"]} for each in contacts["contacts"]],
        "users": [{ours: user.get(theirs) for theirs, ours in _USER_FIELDS.items()} for user in contacts["users"]],
        "statuses": [{"user_id": each["userId"], **_status(each["status"])} for each in statuses],
    }


def truth_lists(truth: dict[str, Any]) -> dict[str, Any]:
    """The part of a truth file that `fetch_address_book` can see."""
    lists = {name: truth[name] for name in ("saved_count", "saved", "contacts", "statuses")}
    lists["users"] = [{name: user[name] for name in _USER_FIELDS.values()} for user in truth["users"]]
    return lists


def _renamed(record: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    return {names.get(name, name): value for name, value in record.items() if name != "_"}


def _status(status: dict[str, Any]) -> dict[str, Any]:
    return {
        "status": _STATUSES[status["_"]],
        "at": status.get("expires", status.get("wasOnline")),
        "by_me": status.get("byMe", False),
    }


def cache_folder(fallback: Path) -> Path:
    """Where packages are kept: what `cargo xtask interop` names, or a folder of this run."""
    return Path(os.environ.get("INTEROP_CACHE", fallback))
