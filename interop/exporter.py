"""takeout-export as a user runs it: one process a command, each with a limit, none with the user's own settings."""

import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from servers import Server

RUN_LIMIT_SECS = 120.0
CODE = "22222"
PASSPHRASE = "correct horse battery staple"


@dataclass(frozen=True)
class Outcome:
    """How one command ended."""

    exit_code: int
    stdout: str
    stderr: str

    def summary(self) -> dict[str, Any]:
        """The object that `--json` prints, which is all that stdout may hold."""
        found: dict[str, Any] = json.loads(self.stdout)
        return found


def run_program(program: Path, home: Path, *arguments: object, stdin: str = "", expect: int = 0) -> Outcome:
    """Runs one command in an environment with nothing but a path and an empty home."""
    ended = subprocess.run(
        [str(program), *map(str, arguments)],
        input=stdin.encode(),
        capture_output=True,
        timeout=RUN_LIMIT_SECS,
        cwd=home,
        env={
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(home),
            "RUST_BACKTRACE": "1",
            "TAKEOUT_EXPORT_PASSPHRASE": PASSPHRASE,
        },
        check=False,
    )
    outcome = Outcome(ended.returncode, ended.stdout.decode(), ended.stderr.decode())
    shown = f"{arguments} ended with {outcome.exit_code}\nstdout: {outcome.stdout}\nstderr: {outcome.stderr}"
    assert outcome.exit_code == expect, shown
    return outcome


class Exporter:
    """The program with a session file of its own and a server that it talks to."""

    def __init__(self, program: Path, home: Path, server: Server) -> None:
        self._program = program
        self._home = home
        self._server = server
        self.session_path = home / "takeout.session"

    def _run(self, *arguments: object, stdin: str = "", expect: int = 0) -> Outcome:
        server = ("--dc", f"2={self._server.address}", "--rsa-key", self._server.public_key_path)
        where = (*server, "--session", self.session_path)
        return run_program(self._program, self._home, *arguments, *where, stdin=stdin, expect=expect)

    def login(
        self, password: str | None = None, code: str = CODE, options: Sequence[str] = (), expect: int = 0
    ) -> Outcome:
        """`login` as a script does it: the code on stdin, the password in a file."""
        application = ("--api-id", 1, "--api-hash", "0" * 32)
        arguments: list[object] = ["--phone", self._server.truth["account"]["phone"], "--code-stdin", *options]
        if password is not None:
            password_path = self._home / "password.txt"
            password_path.write_text(password + "\n", encoding="utf-8")
            password_path.chmod(0o600)
            arguments += ["--password-file", password_path]
        return self._run("login", *application, *arguments, stdin=code + "\n", expect=expect)

    def export(self, out: Path, *arguments: object, expect: int = 0) -> Outcome:
        """`export`."""
        return self._run("export", "--out", out, "--json", *arguments, expect=expect)

    def contacts(self, *words: object, expect: int = 0) -> Outcome:
        """`contacts …`."""
        return self._run("contacts", *words, "--json", expect=expect)

    def logout(self, expect: int = 0) -> Outcome:
        """`logout`."""
        return self._run("logout", expect=expect)
