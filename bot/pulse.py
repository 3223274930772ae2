"""Whether a supervised process still answers, asked from a thread of its own so that a silent one holds nothing up."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic

import httpx

ASK_SECONDS = 5.0  # what an answer may take, and the pause between questions
FIRST_SECONDS = 0.5  # the same pause until the first answer
MOST_MISSED = 6


class Pulse:
    """Asks `alive` again and again while the process runs; `restarted` begins anew."""

    def __init__(self, alive: Callable[[], bool], ask_seconds: float = ASK_SECONDS) -> None:
        self._alive, self._seconds = alive, ask_seconds
        self._lock = threading.Lock()
        self._life = 0
        self.answered = False
        self._missed = 0
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def restarted(self) -> None:
        """A new process has been started: nothing is known of it yet."""
        with self._lock:
            self._life += 1
            self.answered, self._missed = False, 0
        if self._thread is None:
            self._thread = threading.Thread(target=self._ask, name="pulse", daemon=True)
            self._thread.start()

    @property
    def is_silent(self) -> bool:
        """Whether a process that has answered before missed so many questions in a row that it never will again."""
        return self.answered and self._missed >= MOST_MISSED

    def stop(self) -> None:
        self._stopping.set()

    def _ask(self) -> None:
        while not self._stopping.is_set():
            life, begun = self._life, monotonic()
            answered = self._alive()
            with self._lock:
                if life == self._life:
                    self.answered = self.answered or answered
                    self._missed = 0 if answered else self._missed + 1
            pause = self._seconds if self.answered else FIRST_SECONDS
            self._stopping.wait(max(0.0, begun + pause - monotonic()))


def answers_at_all(url: str) -> bool:
    """Whether anything comes back, whatever it says: the event loop behind the address turns."""
    try:
        httpx.get(url, timeout=ASK_SECONDS, trust_env=False)
    except httpx.HTTPError:
        return False
    return True
