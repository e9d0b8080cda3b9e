"""Our client against a server that is not testdc and shares no code with it."""

from pathlib import Path

import pytest

from conftest import StartServer
from export_files import LAYER, parquet_rows
from exporter import CODE, Exporter
from join_oracle import assert_nobody_is_lost, assert_rows_match

PASSWORD = "correct horse 🐴"
LOGIN_REFUSED, NOT_LOGGED_IN = 4, 3
# Name and whether the connection is obfuscated, which full frames cannot be.
FRAMINGS = [(name, hidden) for name in ("abridged", "intermediate", "padded", "full") for hidden in (False, True)][:-1]


@pytest.mark.parametrize("password", [None, PASSWORD])
def test_login_export_logout(
    start_foreign: StartServer, exporter_program: Path, tmp_path: Path, password: str | None
) -> None:
    server = start_foreign(*(() if password is None else ("--password", password)))
    exporter = Exporter(exporter_program, tmp_path, server)
    out = tmp_path / "out"

    exporter.login(password)
    # The present form of the key exchange, which Telethon does not speak.
    server.wait_for("key_made", padding="rsa_pad", inner="PQInnerDataDc")
    server.wait_for("code_sent", phone=server.truth["account"]["phone"], code=CODE)
    server.wait_for("login", user_id=server.truth["account"]["user_id"])
    assert exporter.session_path.stat().st_mode & 0o777 == 0o600

    exporter.export(out)
    opened = server.wait_for("takeout_opened")
    server.wait_for("takeout_finished", takeout_id=opened["takeout_id"], success=True)
    rows = parquet_rows(out)
    assert_nobody_is_lost(rows, server.truth)
    assert_rows_match(rows, server.truth)
    assert {row["layer"] for row in rows} == {LAYER}

    exporter.logout()
    server.wait_for("logged_out", user_id=server.truth["account"]["user_id"])
    exporter.export(tmp_path / "again", expect=NOT_LOGGED_IN)
    permanent = [made for made in server.events_so_far("key_made") if not made["temporary"]]
    assert len(permanent) == 1, "the key of the login must serve the export and the logout"
    # perfect forward secrecy: what was said was said over other keys
    assert len(server.events_so_far("key_made")) > 1
    assert len(server.events_so_far("takeout_opened")) == len(server.events_so_far("takeout_finished")) == 1


@pytest.mark.parametrize(("framing", "obfuscated"), FRAMINGS)
def test_every_frame_format_that_the_foreign_server_speaks(
    start_foreign: StartServer, exporter_program: Path, tmp_path: Path, framing: str, obfuscated: bool
) -> None:
    server = start_foreign()
    exporter = Exporter(exporter_program, tmp_path, server)
    options = ["--framing", framing, *(["--obfuscated"] if obfuscated else [])]
    exporter.login(options=options)
    exporter.export(tmp_path / "out", *options)
    server.wait_for("takeout_finished", success=True)
    rows = parquet_rows(tmp_path / "out")
    assert_nobody_is_lost(rows, server.truth)
    assert_rows_match(rows, server.truth)
    connected = server.events_so_far("connected")
    assert len(connected) > 1, "the login's and the export's"
    assert {(each["framing"], each["obfuscated"]) for each in connected} == {(framing, obfuscated)}


def test_a_large_book(start_foreign: StartServer, exporter_program: Path, tmp_path: Path) -> None:
    """Replies of many frames' size, packed, and the awkward people among them."""
    server = start_foreign("--contacts", 3000, "--saved-only", 1000)
    exporter = Exporter(exporter_program, tmp_path, server)
    exporter.login()
    exporter.export(tmp_path / "out")
    rows = parquet_rows(tmp_path / "out")
    assert_nobody_is_lost(rows, server.truth)
    assert_rows_match(rows, server.truth)


def test_an_empty_book(start_foreign: StartServer, exporter_program: Path, tmp_path: Path) -> None:
    server = start_foreign("--contacts", 0, "--saved-only", 0)
    exporter = Exporter(exporter_program, tmp_path, server)
    exporter.login()
    exporter.export(tmp_path / "out")
    assert parquet_rows(tmp_path / "out") == []
    server.wait_for("takeout_finished", success=True)


def test_a_wrong_code(start_foreign: StartServer, exporter_program: Path, tmp_path: Path) -> None:
    server = start_foreign()
    exporter = Exporter(exporter_program, tmp_path, server)
    refused = exporter.login(code="00000", expect=LOGIN_REFUSED)
    assert "00000" not in refused.stderr + refused.stdout, "the code is a secret"
    assert not server.events_so_far("login")
    exporter.export(tmp_path / "out", expect=NOT_LOGGED_IN)
    assert not (tmp_path / "out").exists()


def test_a_wrong_password(start_foreign: StartServer, exporter_program: Path, tmp_path: Path) -> None:
    server = start_foreign("--password", PASSWORD)
    exporter = Exporter(exporter_program, tmp_path, server)
    refused = exporter.login(password="not-this-one", expect=LOGIN_REFUSED)
    assert "not-this-one" not in refused.stderr + refused.stdout, "the password is a secret"
    assert not server.events_so_far("login")
    exporter.login(password=PASSWORD)
    server.wait_for("login")
