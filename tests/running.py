"""Starts a real copy of the assistant for tests: all three processes, free ports, a folder of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.settings import ROOT, process_environment
from tests.waiting import free_port

START_SECONDS = 300.0


class NotStarted(Exception):
    """The copy did not come up; the text holds what it printed."""


@contextmanager
def running_copy(**settings: str) -> Iterator[str]:
    """The base URL of a copy with these settings; everything is stopped and removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="assistant-") as folder:
        environment = {
            **process_environment(),
            "PORT": str(free_port()),
            "CORE_PORT": str(free_port()),
            "ACTIONS_PORT": str(free_port()),
            "VAR_DIR": folder,
            **settings,
        }
        log = Path(environment["VAR_DIR"]) / "run.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "bot", "run"], cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
        try:
            deadline = time.monotonic() + START_SECONDS
            while b"Ready." not in log.read_bytes():
                if process.poll() is not None or time.monotonic() > deadline:
                    raise NotStarted(log.read_text(errors="replace"))
                time.sleep(0.1)
            yield f"http://127.0.0.1:{environment['PORT']}"
        finally:
            if process.poll() is None:
                process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
