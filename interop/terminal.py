"""A program on a real pseudo-terminal: what a person types, and what the person sees. No wait is without a limit."""

import codecs
import os
import pty
import select
import termios
import time
from collections.abc import Callable
from pathlib import Path

import pyte

SCREEN_LIMIT_SECS = 30.0
COLUMNS = 120
LINES = 50


class Terminal:
    """One command that believes it is talking to a person."""

    def __init__(self, program: Path, home: Path, *arguments: object, **variables: str) -> None:
        environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(home), "TERM": "xterm", **variables}
        words = [str(program), *map(str, arguments)]
        self._pid, self._screen = pty.fork()
        if self._pid == 0:
            os.execve(program, words, environment)
        # What is read at once may end amid a character.
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._unread = ""
        self.seen = ""

    def wait_for(self, text: str) -> None:
        """Reads the screen until this has appeared behind what was waited for before."""
        limit = time.monotonic() + SCREEN_LIMIT_SECS
        while text not in self._unread:
            assert time.monotonic() < limit and self._read(limit - time.monotonic()), f"{text!r} not in {self.seen!r}"
        self._unread = self._unread.partition(text)[2]

    def wait_until(self, find: Callable[[str], list[str]]) -> list[str]:
        """Reads the screen until this finds something in what appeared behind what was waited for before."""
        limit = time.monotonic() + SCREEN_LIMIT_SECS
        while not (found := find(self._unread)):
            assert time.monotonic() < limit and self._read(limit - time.monotonic()), f"nothing in {self.seen!r}"
        self._unread = ""
        return found

    def settle(self, secs: float = 0.5) -> None:
        """Reads the screen for a while, to see what is drawn in one go whole."""
        limit = time.monotonic() + secs
        while (left := limit - time.monotonic()) > 0 and (self._read(left) or time.monotonic() >= limit):
            pass

    def lines(self) -> list[str]:
        """What stands on the screen now, as a terminal draws it: what was written over is gone."""
        screen = pyte.Screen(COLUMNS, LINES)
        pyte.Stream(screen).feed(self.seen)
        return [line.rstrip() for line in screen.display]

    def type(self, line: str) -> None:
        """Types a line."""
        os.write(self._screen, f"{line}\n".encode())

    def type_unseen(self, line: str) -> None:
        """Types a line as soon as the program has turned the echo off, as a person does who is slower than that."""
        self.wait_for_echo(False)
        self.type(line)

    def wait_for_echo(self, wanted: bool) -> None:
        """Until what is typed is seen on the screen, or is not."""
        limit = time.monotonic() + SCREEN_LIMIT_SECS
        while bool(termios.tcgetattr(self._screen)[3] & termios.ECHO) != wanted:
            assert time.monotonic() < limit, f"the echo does not become {wanted}: {self.seen!r}"
            time.sleep(0.01)

    def press_ctrl_c(self) -> None:
        """As the key does: through the terminal, which throws away what it has not shown yet (termios(3), NOFLSH)."""
        os.write(self._screen, b"\x03")

    def signal_child(self, number: int) -> None:
        """A signal to the one program that this one has started."""
        children = Path(f"/proc/{self._pid}/task/{self._pid}/children").read_text().split()
        assert len(children) == 1, children
        os.kill(int(children[0]), number)

    def end(self) -> int:
        """Reads to the end, and gives the exit code."""
        limit = time.monotonic() + SCREEN_LIMIT_SECS
        while self._read(max(0.0, limit - time.monotonic())):
            assert time.monotonic() < limit, f"the program does not end: {self.seen!r}"
        os.close(self._screen)
        return os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])

    def _read(self, limit_secs: float) -> bool:
        """More of the screen; False at its end and when nothing comes in time."""
        if not select.select([self._screen], [], [], limit_secs)[0]:
            return False
        try:
            read = os.read(self._screen, 4096)
        except OSError:  # Linux says EIO when the other end is closed
            return False
        text = self._decoder.decode(read)
        self._unread += text
        self.seen += text
        return bool(read)
