"""Every way to log in, on a real terminal: keys typed, the screen read back, the QR code read by a foreign decoder."""

import base64
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from telethon.tl import functions, types

import telethon_side
from admin_side import order
from conftest import StartServer
from qr_screen import links_on
from servers import Server
from telethon_side import connected, run_bounded
from terminal import Terminal

PHONE = "9996621234"
PASSWORD = "pässword"
LINK = "tg://login?token="
# The end of CSI n F, to the first line of the code before; the colours of a code's first line follow.
DRAWN_AGAIN = "F"
# As a person starts it. What the terminal is like afterwards is what the next command gets.
IN_A_SHELL = 'trap : INT; "$@"; code=$?; echo "then: $(stty -a | grep -o -e "-*echo ")"; exit $code'
# What a wait that was interrupted may still take, on a machine that is busy with other things.
AT_ONCE_SECS = 5.0

Run = Callable[..., Terminal]


@pytest.fixture
def run(exporter_program: Path, tmp_path: Path) -> Run:
    """Starts a command on a terminal. How sessions are encrypted is asked in test_terminal.py."""

    def start(command: str, *arguments: object) -> Terminal:
        session = ("--session", tmp_path / "my.session")
        plain = {"TAKEOUT_EXPORT_INSECURE_PLAIN_SESSION": "1"}
        shell = ("-c", IN_A_SHELL, "sh", exporter_program)
        return Terminal(Path("/bin/sh"), tmp_path, *shell, command, *session, *arguments, **plain)

    return start


def log_in(run: Run, server: Server, *how: object) -> Terminal:
    """A login at this server."""
    place = ("--dc", f"2={server.address}", "--rsa-key", server.public_key_path)
    return run("login", *place, "--api-id", 17, "--api-hash", "0123456789abcdef", *how)


def with_code(run: Run, server: Server) -> Terminal:
    """A login that asks for a code."""
    return log_in(run, server, "--phone", PHONE)


def ends_well(login: Terminal) -> None:
    """Somebody is logged in."""
    login.wait_for("is logged in")
    assert login.end() == 0


def token_on(login: Terminal) -> str:
    """The token of the code that is drawn next, as soon as it can be read."""
    link = login.wait_until(links_on)[-1]
    assert link.startswith(LINK), link
    token = link.removeprefix(LINK)
    assert base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    return token


@pytest.mark.parametrize(("password", "account_dc"), [(None, 2), (PASSWORD, 2), (PASSWORD, 3)])
def test_a_qr_code_on_the_screen_logs_in(
    start_testdc: StartServer, run: Run, tmp_path: Path, password: str | None, account_dc: int
) -> None:
    options: list[object] = ["--contacts", 3, "--admin", "127.0.0.1:0", "--dcs", 3, "--account-dc", account_dc]
    server = start_testdc(*options, *(["--password", password] if password else []))
    login = log_in(run, server, "--qr")
    login.wait_for("Link Desktop Device")
    order(server, "accept_login_token", token=token_on(login), phone=PHONE)
    if password:
        login.wait_for("two-step verification password (hint:")
        login.wait_for("Password: ")
        login.type_unseen(password)
    ends_well(login)
    is_in_data_centre(run, account_dc)
    export = run("export", "--out", tmp_path / "out")
    export.wait_for("people in")
    assert export.end() == 0


def test_a_qr_code_is_renewed_in_its_place(start_testdc: StartServer, run: Run) -> None:
    # how long before its end it is renewed is a matter of the program's own tests: here the machine may be slow
    server = start_testdc("--contacts", 3, "--admin", "127.0.0.1:0", "--login-token-lifetime", 12)
    login = log_in(run, server, "--qr")
    login.wait_for("Link Desktop Device")
    first = token_on(login)
    login.wait_for(DRAWN_AGAIN)
    second = token_on(login)
    assert second != first
    order(server, "accept_login_token", token=second, phone=PHONE)
    ends_well(login)


def test_another_code_comes_another_way_when_that_is_allowed_and_not_before(
    start_testdc: StartServer, run: Run
) -> None:
    early = with_code(run, start_testdc("--contacts", 3, "--code-timeout", 600))
    early.wait_for("look into Telegram on a device where you are logged in")
    early.wait_for("an empty line (or r) asks for a text message, 600 s from now")
    early.wait_for("Code: ")
    early.type_unseen("")
    early.wait_for("Telegram allows another code in")
    early.wait_for("Code: ")
    early.wait_for_echo(False)
    interrupt(early)

    server = start_testdc("--contacts", 3, "--code-timeout", 1)
    login = with_code(run, server)
    for key, told in (("", "look for a text message"), ("r", "a call will tell it")):
        login.wait_for("Code: ")
        time.sleep(1.5)
        login.type_unseen(key)
        login.wait_for(told)
    login.wait_for("Code: ")
    login.type_unseen("")
    login.wait_for("Telegram names no other way")
    login.wait_for("Code: ")
    login.type_unseen(server.wait_for("code_sent")["code"])
    ends_well(login)
    server.wait_for("login")
    assert len(server.events_so_far("code_sent")) == 3


def test_another_code_is_asked_for_where_the_servers_send_the_login_on(start_testdc: StartServer, run: Run) -> None:
    redirect = "rpc-error=auth.resendCode:303:PHONE_MIGRATE_3"
    server = start_testdc("--contacts", 3, "--code-timeout", 1, "--dcs", 3, "--fault", redirect)
    login = with_code(run, server)
    login.wait_for("Code: ")
    time.sleep(1.5)
    login.type_unseen("")
    login.wait_for("look for a text message")
    login.wait_for("Code: ")
    login.type_unseen(server.wait_for("code_sent")["code"])
    ends_well(login)
    is_in_data_centre(run, 3)


@pytest.mark.parametrize(
    ("method", "begins_again"),
    [
        ("auth.exportLoginToken", False),
        ("auth.importLoginToken", False),
        ("account.getPassword", True),
        ("auth.checkPassword", True),
    ],
)
def test_a_qr_code_goes_on_where_the_servers_send_the_login_on(
    start_testdc: StartServer, run: Run, method: str, begins_again: bool
) -> None:
    redirect = f"rpc-error={method}:303:USER_MIGRATE_3"
    options = ("--contacts", 3, "--admin", "127.0.0.1:0", "--password", PASSWORD, "--fault", redirect)
    server = start_testdc(*options, "--dcs", 3, "--account-dc", 1 if method == "auth.importLoginToken" else 2)
    login = log_in(run, server, "--qr")
    login.wait_for("Link Desktop Device")
    order(server, "accept_login_token", token=token_on(login), phone=PHONE)
    if method == "auth.checkPassword":
        login.wait_for("Password: ")
        login.type_unseen(PASSWORD)
        login.wait_for("Telegram sent the login on to another data centre, where it begins again.")
    if begins_again:
        order(server, "accept_login_token", token=token_on(login), phone=PHONE)
    login.wait_for("Password: ")
    login.type_unseen(PASSWORD)
    ends_well(login)
    server.wait_for("login")


def is_in_data_centre(run: Run, dc_id: int) -> None:
    """Where the account is said to live."""
    status = run("status")
    status.wait_for(f"data centre {dc_id}; no export is pending")
    assert status.end() == 0


def test_a_code_that_is_too_old_is_replaced_by_a_new_one(start_testdc: StartServer, run: Run) -> None:
    server = start_testdc("--contacts", 3, "--code-lifetime", 4)
    login = with_code(run, server)
    login.wait_for("Code: ")
    code = server.wait_for("code_sent")["code"]
    time.sleep(5.5)
    login.type_unseen(code)
    login.wait_for("The code is no longer valid; an empty line (or r) asks for a new one.")
    login.wait_for("Code: ")
    login.type_unseen("")
    login.wait_for("A code was sent")
    login.wait_for("Code: ")
    login.type_unseen(code)
    ends_well(login)
    server.wait_for("login")
    assert len(server.events_so_far("code_sent")) == 2


def test_a_login_e_mail_address_is_set_up_where_telegram_wants_one(start_testdc: StartServer, run: Run) -> None:
    server = start_testdc("--contacts", 3, "--code-type", "setUpEmailRequired")
    login = with_code(run, server)
    login.wait_for("Telegram wants this account to have a login e-mail address")
    login.wait_for("E-mail address: ")
    login.type("no address")
    login.wait_for("Telegram does not accept this address.")
    login.wait_for("E-mail address: ")
    login.type("me@example.org")
    login.wait_for("A code was sent to m***@example.org.")
    for typed, told in (("11111", "The code is wrong."), ("22222", "mailbox of your login e-mail address m***@")):
        login.wait_for("Code from the e-mail: ")
        login.type_unseen(typed)
        login.wait_for(told)
    login.wait_for("Code: ")
    login.type_unseen("22222")
    ends_well(login)


def test_a_code_that_was_mailed_goes_back_as_one(start_testdc: StartServer, run: Run) -> None:
    server = start_testdc("--contacts", 3, "--code-type", "emailCode", "--password", PASSWORD)
    login = with_code(run, server)
    login.wait_for("look into the mailbox of your login e-mail address s***@example.org")
    login.wait_for("Code: ")
    login.type_unseen("22222")
    login.wait_for("Password: ")
    login.type_unseen(PASSWORD)
    ends_well(login)


def test_ctrl_c_ends_every_question_at_once_and_the_echo_is_back(start_testdc: StartServer, run: Run) -> None:
    server = start_testdc("--contacts", 3, "--password", PASSWORD)
    at_phone = log_in(run, server)
    at_phone.wait_for("Phone number with country code: ")
    interrupt(at_phone)
    at_code = with_code(run, server)
    at_code.wait_for("Code: ")
    at_code.wait_for_echo(False)
    interrupt(at_code)
    at_password = with_code(run, server)
    at_password.wait_for("Code: ")
    at_password.type_unseen("22222")
    at_password.wait_for("Password: ")
    at_password.wait_for_echo(False)
    interrupt(at_password)
    at_picture = log_in(run, server, "--qr")
    token_on(at_picture)
    interrupt(at_picture)


def test_ctrl_c_ends_the_questions_about_sessions_too(
    start_testdc: StartServer, exporter_program: Path, tmp_path: Path
) -> None:
    server = start_testdc("--contacts", 3, "--saved-only", 1)
    place = ("--dc", f"2={server.address}", "--rsa-key", server.public_key_path)
    login = ("login", *place, "--api-id", 17, "--phone", PHONE)
    unseen = ("api_hash: ", "New passphrase: ", "Passphrase of the sessions: ", "Session string: ")
    imports = ("accounts", "import", *place, "--format", "telethon-string", "-")

    def at(question: str, *words: object, **variables: str) -> None:
        shell = ("-c", IN_A_SHELL, "sh", exporter_program)
        asked = Terminal(Path("/bin/sh"), tmp_path, *shell, *words, **variables)
        asked.wait_for(question)
        if question in unseen:
            asked.wait_for_echo(False)
        interrupt(asked)

    at("api_id (from https://my.telegram.org", "login", *place)
    at("api_hash: ", *login)
    at("New passphrase: ", *login, "--api-hash", "0123456789abcdef")
    log_in_with_passphrase(exporter_program, tmp_path, *login, "--api-hash", "0123456789abcdef")
    at("Passphrase of the sessions: ", "export", *place, "--out", tmp_path / "out")
    with_file = {"TAKEOUT_EXPORT_PASSPHRASE": PASSWORD}
    at("Type the name to go on: ", "accounts", "remove", "main", **with_file)
    at("Do it? [y/N] ", "contacts", "delete-phones", "9996620000", *place, **with_file)
    at("Session string: ", *imports, "--account", "other", **with_file)


def log_in_with_passphrase(program: Path, home: Path, *words: object) -> None:
    """A login whose session is encrypted with the passphrase of the tests."""
    login = Terminal(program, home, *words)
    for question in ("New passphrase: ", "Once more: "):
        login.wait_for(question)
        login.type_unseen(PASSWORD)
    login.wait_for("Code: ")
    login.type_unseen("22222")
    ends_well(login)


def interrupt(login: Terminal) -> None:
    """Ctrl-C ends it with its exit code, and does not take long."""
    start = time.monotonic()
    login.press_ctrl_c()
    login.wait_for("error: interrupted")
    login.wait_for("then: echo")
    assert login.end() == 130
    assert time.monotonic() - start < AT_ONCE_SECS


def test_a_signal_ends_a_question_and_the_echo_is_back(start_testdc: StartServer, run: Run) -> None:
    login = with_code(run, start_testdc("--contacts", 3))
    login.wait_for("Code: ")
    login.wait_for_echo(False)
    login.signal_child(signal.SIGTERM)
    login.wait_for("error: terminated")
    login.wait_for("then: echo")
    assert login.end() == 143


def test_the_other_device_is_told_what_logs_in(start_testdc: StartServer, run: Run, exporter_program: Path) -> None:
    server = start_testdc("--contacts", 3)
    login = log_in(run, server, "--qr")
    login.wait_for("Link Desktop Device")
    token = token_on(login)

    async def accepted() -> types.Authorization:
        async with connected(server) as phone:
            await telethon_side.log_in(phone, server)
            return await phone(functions.auth.AcceptLoginTokenRequest(base64.urlsafe_b64decode(token + "==")))

    told = run_bounded(accepted())
    ends_well(login)
    version = subprocess.run([exporter_program, "--version"], capture_output=True, check=True).stdout.decode()
    assert f"{told.device_model} {told.app_version}" == version.strip()
    assert told.system_version.startswith("linux") and told.api_id == 17


def test_a_key_is_removed_when_its_name_was_typed(
    start_testdc: StartServer, exporter_program: Path, tmp_path: Path
) -> None:
    server = start_testdc("--contacts", 3)
    place = ("--dc", f"2={server.address}", "--rsa-key", server.public_key_path, "--phone", PHONE)
    plain = {"TAKEOUT_EXPORT_INSECURE_PLAIN_SESSION": "1"}
    asks = ("login", *place, "--api-id", 17, "--api-hash", "0123456789abcdef", "--account", "work")
    login = Terminal(exporter_program, tmp_path, *asks, **plain)
    login.wait_for("Code: ")
    login.type_unseen("22222")
    ends_well(login)
    session = tmp_path / ".local/share/takeout-export/accounts/work/session"
    for typed, code, told in (("wrok", 22, "nothing was changed"), ("work", 0, "is removed here")):
        assert session.exists()
        remove = Terminal(exporter_program, tmp_path, "accounts", "remove", "work", **plain)
        remove.wait_for("Type the name to go on: ")
        remove.type(typed)
        remove.wait_for(told)
        assert remove.end() == code
    assert not session.exists()


def test_a_wait_counts_down_on_a_terminal_and_a_confirmation_ends_it(
    start_testdc: StartServer, run: Run, tmp_path: Path
) -> None:
    server = start_testdc("--contacts", 3, "--admin", "127.0.0.1:0", "--takeout-delay", 86400)
    login = with_code(run, server)
    login.wait_for("Code: ")
    login.type_unseen(server.wait_for("code_sent")["code"])
    ends_well(login)
    declined = run("export", "--out", tmp_path / "out", "--no-wait")
    declined.wait_for("error: Telegram holds this export back")
    assert declined.end() == 8
    # without either option: on a terminal waiting is the default
    export = run("export", "--out", tmp_path / "out", "--ask-every", 2)
    export.wait_for("Telegram holds this export back until 20")
    export.wait_for("waiting for Telegram: 23:5")
    export.wait_for("asking again in 00:00:0")
    order(server, "allow_takeout", phone=PHONE)
    export.wait_for("people in")
    assert export.end() == 0
    assert server.wait_for("takeout_finished")["success"] is True
