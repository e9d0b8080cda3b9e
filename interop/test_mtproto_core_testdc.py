"""@mtproto/core, which we did not write, against testdc: layer 158, where calls and presence have no flags yet."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from admin_side import order
from conftest import StartServer
from npm_packages import installed
from servers import Server

SOURCE = Path(__file__).resolve().parent / "mtproto_core"
BOOK = ("--seed", 5, "--contacts", 120, "--saved-only", 40, "--admin", "127.0.0.1:0")
PASSWORD = "correct horse 🐴"
RUN_LIMIT_SECS = 60.0
NAMES = ("first_name", "last_name", "username", "phone", "lang_code")
SAVED = ("phone", "first_name", "last_name", "date")


@pytest.fixture(scope="session")
def mtproto_core(package_cache: Path) -> Path:
    """The folder with the packages of @mtproto/core."""
    return installed(SOURCE, package_cache)


def _fetch(folder: Path, server: Server) -> dict[str, Any]:
    phone = server.truth["account"]["phone"]
    options = {
        "host": "127.0.0.1",
        "port": server.port,
        "key": str(server.public_key_path),
        "phone": phone,
        "code": phone[5] * 5,
        "password": PASSWORD,
    }
    command = ["node", "client.cjs", json.dumps(options)]
    ran = subprocess.run(command, cwd=folder, timeout=RUN_LIMIT_SECS, capture_output=True, text=True)
    assert ran.returncode == 0, (ran.stdout, ran.stderr)
    fetched: dict[str, Any] = json.loads(ran.stdout.rpartition("\n")[2])
    return fetched


def _texts(record: dict[str, Any], names: tuple[str, ...]) -> list[Any]:
    """Its decoder takes a mark of the byte order away from the beginning of a text."""
    values = [record.get(name) for name in names]
    return [value.removeprefix("\ufeff") if isinstance(value, str) else value for value in values]


def test_mtproto_core_gets_the_truth(start_testdc: StartServer, mtproto_core: Path) -> None:
    server = start_testdc(*BOOK, "--password", PASSWORD)
    fetched = _fetch(mtproto_core, server)
    truth = server.truth
    assert [int(user["id"]) for user in fetched["contacts"]["users"]] == [user["id"] for user in truth["users"]]
    for user, true in zip(fetched["contacts"]["users"], truth["users"], strict=True):
        assert _texts(user, NAMES) == _texts(true, NAMES)
        assert int(user["access_hash"]) == true["access_hash"] % 2**64
    assert [_texts(each, SAVED) for each in fetched["saved"]] == [_texts(each, SAVED) for each in truth["saved"]]
    statuses = [
        (int(each["user_id"]), each["status"]["_"].removeprefix("userStatus").lower()) for each in fetched["statuses"]
    ]
    assert statuses == [(each["user_id"], each["status"].replace("_", "")) for each in truth["statuses"]]
    changed = fetched["changed"]
    assert [each["peer_id"]["user_id"] for each in changed["blocked"]] == [changed["user_id"]]
    assert (changed["full_user"]["id"], changed["full_user"]["blocked"]) == (changed["user_id"], True)
    for each in order(server, "connections")["connections"]:
        assert each == {"dc_id": 2, "carrier": "tcp", "framing": "intermediate", "obfuscated": True}
    server.wait_for("takeout_finished", success=True)
