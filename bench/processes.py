"""Starting what is measured, with its output in a file, and ending it by its process id."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from bot.supervisor import spawn

TELL_EVERY_SECONDS = 30.0
POLL_SECONDS = 0.05
STOP_SECONDS = 15.0
_LAST_STEP = re.compile(r"(Epochs: +\d+%[^\r\n]*|(?:Starting|Finished)[^\r\n]*component[^\r\n]*)")


class Failed(Exception):
    """A process that did not do its work; the text ends with the last it printed."""


def run(
    command: list[str], environment: Mapping[str, str], log: Path, limit: float, say: Callable[[str], None]
) -> float:
    """Run to the end, telling how far it is every half minute; seconds taken. Raises Failed after `limit` seconds."""
    begun = told = time.monotonic()
    with log.open("wb") as out:
        process = spawn(command, environment, out)
    try:
        while process.poll() is None:
            time.sleep(POLL_SECONDS)
            now = time.monotonic()
            if now - begun > limit:
                raise Failed(f"{log.stem}: not done after {limit:.0f} s\n{tail(log)}")
            if now - told > TELL_EVERY_SECONDS:
                told = now
                say(f"    {now - begun:5.0f} s  {last_step(log)}")
    finally:
        end(process)
    if process.returncode:
        raise Failed(f"{log.stem}: exit code {process.returncode}\n{tail(log)}")
    return time.monotonic() - begun


def last_step(log: Path) -> str:
    """What a training said last about how far it is."""
    steps = _LAST_STEP.findall(log.read_text(encoding="utf-8", errors="replace"))
    return steps[-1] if steps else ""


def tail(log: Path) -> str:
    """The last lines of a log."""
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process, by force if it does not end by itself."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Server:
    """A process that runs while the block does; `seconds` is the time until `ready` first held."""

    def __init__(
        self,
        command: list[str],
        environment: Mapping[str, str],
        log: Path,
        ready: Callable[[], bool],
        limit: float = 300.0,
    ) -> None:
        self._command, self._environment, self._log = command, environment, log
        self._ready, self._limit = ready, limit
        self.seconds = 0.0

    def __enter__(self) -> Self:
        begun = time.monotonic()
        with self._log.open("wb") as out:
            self._process = spawn(self._command, self._environment, out)
        try:
            while not self._ready():
                if self._process.poll() is not None or time.monotonic() - begun > self._limit:
                    raise Failed(f"{self._log.stem} does not answer\n{tail(self._log)}")
                time.sleep(POLL_SECONDS)
        except BaseException:
            end(self._process)
            raise
        self.seconds = time.monotonic() - begun
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        end(self._process)

    def resident_mb(self) -> float:
        """Resident memory of the process and its children, in MB."""
        process = psutil.Process(self._process.pid)
        return float(sum(each.memory_info().rss for each in (process, *process.children(recursive=True)))) / 1e6
