"""The questions of `takeout-export login`, asked and answered on a real terminal, and what an export shows there."""

import subprocess
from pathlib import Path

from conftest import StartServer
from exporter import Exporter
from terminal import Terminal

PASSWORD = "pässword"
PASSPHRASE = "sécret of the sessions"


def test_a_person_logs_in_exports_and_logs_out(
    start_testdc: StartServer, exporter_program: Path, tmp_path: Path
) -> None:
    server = start_testdc("--seed", 3, "--contacts", 3, "--saved-only", 1, "--password", PASSWORD)
    session = ("--session", tmp_path / "my.session")
    address = ("--dc", f"2={server.address}", "--rsa-key", server.public_key_path)

    login = Terminal(exporter_program, tmp_path, "login", *address, *session)
    login.wait_for("api_id")
    login.type("17")
    login.wait_for("api_hash")
    login.type_unseen("0123456789abcdef")
    login.wait_for("New passphrase: ")
    login.type_unseen(PASSPHRASE)
    login.wait_for("Once more: ")
    login.type_unseen("something else")
    login.wait_for("The two are not the same.")
    for question in ("New passphrase: ", "Once more: "):
        login.wait_for(question)
        login.type_unseen(PASSPHRASE)
    login.wait_for("Phone number")
    login.type("+999 66 21234")
    login.wait_for("look into Telegram on a device where you are logged in")
    login.wait_for("Code: ")
    login.type_unseen("11111")
    login.wait_for("The code is wrong.")
    login.wait_for("Code: ")
    code = server.wait_for("code_sent")["code"]
    login.type_unseen(code)
    login.wait_for("two-step verification password (hint:")
    login.wait_for("Password: ")
    login.type_unseen("wrong")
    login.wait_for("The password is wrong.")
    login.wait_for("Password: ")
    login.type_unseen(PASSWORD)
    login.wait_for("is logged in")
    assert login.end() == 0
    for secret in ("0123456789abcdef", code, PASSWORD, PASSPHRASE):
        assert secret not in login.seen, "secrets are typed unseen"

    export = Terminal(exporter_program, tmp_path, "export", *session, "--out", tmp_path / "out")
    export.wait_for("Passphrase of the sessions: ")
    export.settle()
    assert "Passphrase of the sessions:" in export.lines(), "nothing is drawn over a question"
    export.type_unseen("wrong")
    export.wait_for("The passphrase is wrong.")
    export.wait_for("Passphrase of the sessions: ")
    export.type_unseen(PASSPHRASE)
    export.wait_for("asking for the saved contacts")
    export.wait_for("people in")
    assert export.end() == 0
    assert (tmp_path / "out" / "contacts.parquet").exists()
    assert server.wait_for("takeout_finished")["success"] is True

    logout = Terminal(exporter_program, tmp_path, "logout", *session)
    logout.wait_for("Passphrase of the sessions: ")
    logout.type_unseen(PASSPHRASE)
    logout.wait_for("is removed")
    assert logout.end() == 0
    server.wait_for("logged_out")


def test_what_is_said_meanwhile_stands_on_lines_of_its_own_above_the_one_that_moves(
    start_testdc: StartServer, exporter_program: Path, tmp_path: Path
) -> None:
    # long enough for Ctrl-C to come first on any machine
    server = start_testdc("--contacts", 3, "--fault", "flood-wait=contacts.getSaved:3*")
    plain = {"TAKEOUT_EXPORT_INSECURE_PLAIN_SESSION": "1"}
    Exporter(exporter_program, tmp_path, server).login(options=["--insecure-plain-session"])
    session = ("--session", tmp_path / "takeout.session")
    export = Terminal(exporter_program, tmp_path, "export", *session, "--out", tmp_path / "out", **plain)
    export.wait_for("Telegram asks for a pause")
    export.wait_for("\n")
    export.press_ctrl_c()
    assert export.end() == 130
    lines = export.lines()
    for beginning in ("Telegram asks for a pause", "stopping: some seconds at most, so that no", "error: interrupted"):
        assert any(line.startswith(beginning) for line in lines), lines


def test_without_a_terminal_a_question_is_an_error_that_names_the_option(
    exporter_program: Path, tmp_path: Path
) -> None:
    ended = subprocess.run(
        [str(exporter_program), "login", "--session", str(tmp_path / "s")],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=30,
        check=False,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
    )
    assert ended.returncode == 2
    assert "--api-id" in ended.stderr.decode()


def test_a_character_that_arrives_in_two_halves_is_read_as_one(tmp_path: Path) -> None:
    written = Terminal(Path("/bin/sh"), tmp_path, "-c", r"printf 'a\342\226'; sleep 0.3; printf '\200b'")
    written.wait_for("a▀b")
    assert written.end() == 0
    assert written.seen == "a▀b"
