"""`python -m bot shell` in a terminal of its own: one question per language, each answered with its source."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from bot.settings import ROOT, process_environment

START_SECONDS, ANSWER_SECONDS, STOP_SECONDS = 300.0, 90.0, 90.0
PROMPT = "Your input ->"
CONTROLS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07|\x1b[=>78]|\r")
SOURCE = "Partners (China Competence Centre"


class Terminal:
    """A process in a pseudo-terminal wide enough that no line is folded."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self._end, child = pty.openpty()
        fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 60, 1000, 0, 0))
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=child, stdout=child, stderr=child, start_new_session=True
        )
        os.close(child)
        self.text = ""
        self._raw = b""

    def type(self, line: str) -> None:
        os.write(self._end, line.encode() + b"\r")

    def wait_for(self, pattern: str, seconds: float, start: int = 0) -> int:
        """The position behind the pattern in `text`; fails with what is there instead."""
        deadline = time.monotonic() + seconds
        while not (found := re.compile(pattern).search(self.text, start)):
            left = deadline - time.monotonic()
            assert left > 0 and self._read(min(left, 1.0)), self.text[-2000:]
        return found.end()

    def _read(self, seconds: float) -> bool:
        """Take in what comes within `seconds`; False at the end of the process."""
        if not select.select([self._end], [], [], seconds)[0]:
            return True
        try:
            chunk = os.read(self._end, 65536)
        except OSError:
            return False
        self._raw += chunk
        self.text = CONTROLS.sub("", self._raw.decode(errors="replace"))
        return bool(chunk)

    def end(self) -> int:
        """The exit code; whatever still runs after STOP_SECONDS is ended by force."""
        deadline = time.monotonic() + STOP_SECONDS
        while self.process.poll() is None and time.monotonic() < deadline:
            self._read(0.2)
        if self.process.poll() is None:
            self.process.kill()
        code = self.process.wait()
        os.close(self._end)
        return code


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Terminal]:
    environment = process_environment() | {"VAR_DIR": str(tmp_path), "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"}
    terminal = Terminal([sys.executable, "-m", "bot", "shell"], environment)
    yield terminal
    if terminal.process.poll() is None:
        terminal.process.kill()
        terminal.process.wait()


def test_the_shell_answers_in_three_languages_with_sources(shell: Terminal) -> None:
    position = shell.wait_for(re.escape(PROMPT), START_SECONDS)
    children = psutil.Process(shell.process.pid).children(recursive=True)
    for question, answer in (
        ("What is Innobanx?", "young company in Düsseldorf"),
        ("Was ist Innobanx?", "Unternehmen"),
        ("中国工业经济联合会在哪里？", "北京"),
    ):
        shell.type(question)
        position = shell.wait_for(re.escape(answer), ANSWER_SECONDS, position)
        position = shell.wait_for(r"\[" + re.escape(SOURCE) + r".*https?://", ANSWER_SECONDS, position)
        position = shell.wait_for(re.escape(PROMPT), ANSWER_SECONDS, position)
    shell.type("/stop")
    assert shell.end() == 0
    assert "Traceback" not in shell.text
    psutil.wait_procs(children, timeout=60)
    assert [child for child in children if child.is_running()] == []
