"""Asks through the chat API: each question in a session of its own, each dialogue in one, several sessions at a time."""

from __future__ import annotations

import statistics
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx

from tests.noise import Level, noisy
from tests.provenance import Provenance
from tests.report.judging import Outcome, judge
from tests.report.questions import Entry

SESSIONS = 8  # at a time
SEED = 1
TIMED_TURNS = 150
# A copy for asking: the limits that a visitor meets are out of the way.
NO_LIMITS = dict.fromkeys(
    ("SESSIONS_PER_MINUTE", "MESSAGES_PER_10_SECONDS", "MESSAGES_PER_MINUTE", "READS_PER_MINUTE"), "1000000"
)

Answered = tuple[str, list[dict[str, Any]]]  # text as sent, messages that answer it


class Visitor:
    """One session of the chat API; visitors share one client, as each has its own token."""

    def __init__(self, client: httpx.Client, language: str) -> None:
        self._client = client
        answer = client.post("/api/session", json={"language": language, "notice_accepted": True})
        answer.raise_for_status()
        self._headers = {"Authorization": f"Bearer {answer.json()['token']}"}

    def ask(self, text: str) -> list[dict[str, Any]]:
        """The messages that answer one text."""
        body = {"id": str(uuid.uuid4()), "text": text}
        answer = self._client.post("/api/messages", json=body, headers=self._headers)
        answer.raise_for_status()
        messages: list[dict[str, Any]] = answer.json()["messages"]
        return messages


def client_of(url: str) -> httpx.Client:
    """A client of the copy at `url`."""
    return httpx.Client(base_url=url, timeout=40, trust_env=False)


@dataclass(frozen=True)
class Task:
    """One entry as one visitor asks it."""

    entry: Entry
    noise: Level

    def ask(self, client: httpx.Client) -> list[Answered]:
        """All turns of the entry, in a session of their own."""
        visitor = Visitor(client, self.entry.language)
        texts = [noisy(turn["ask"], self.entry.language, self.noise, SEED) for turn in self.entry.turns]
        return [(text, visitor.ask(text)) for text in texts]


def replies(url: str, tasks: Sequence[Task]) -> Iterator[tuple[Task, list[Answered]]]:
    """Each task with what was sent and answered, in the order of the tasks; SESSIONS at a time."""
    with client_of(url) as client, ThreadPoolExecutor(SESSIONS) as pool:
        yield from zip(tasks, pool.map(lambda task: task.ask(client), tasks), strict=True)


def ask_all(
    url: str, tasks: Sequence[Task], done: Callable[[], None], provenance: Provenance | None = None
) -> list[Outcome]:
    """What came of every turn of every task; `done` is called after each task."""
    found = []
    for task, answered in replies(url, tasks):
        for turn, (asked, messages) in zip(task.entry.turns, answered, strict=True):
            found.append(judge(task.entry, turn, task.noise, asked, messages, provenance))
        done()
    return found


def turn_times(url: str, entries: Iterable[Entry]) -> tuple[float, float]:
    """(median, 90th percentile) in milliseconds of single questions asked one after the other by nobody else."""
    chosen = [entry for entry in entries if not entry.is_dialogue]
    step = max(1, len(chosen) // TIMED_TURNS)
    times = []
    with client_of(url) as client:
        for entry in chosen[::step]:
            visitor = Visitor(client, entry.language)
            begun = time.perf_counter()
            visitor.ask(entry.turns[0]["ask"])
            times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times), statistics.quantiles(times, n=10)[-1]
