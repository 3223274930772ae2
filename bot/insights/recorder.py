"""Keeps unanswered questions without costing the turn anything: a bounded queue and one thread that writes."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from bot.common.redaction import redact
from bot.insights import kept
from bot.insights.nearness import nearness
from bot.insights.questions import Unanswered, visitor_hash
from bot.partners import queries
from bot.partners.knowledge import Snapshot
from bot.store import Store, StoreUnavailable

WAITING = 1000  # questions
ATTEMPTS, PAUSE_SECONDS = 3, 5.0  # while the database is away
PURGE_SECONDS = 3600.0

logger = logging.getLogger(__name__)


class Recorder:
    """Takes questions from the turns and writes them, redacted, in a thread that starts with the first one.

    `days` is how long they are kept; 0 keeps none. `knowledge` gives the newest snapshot.
    """

    def __init__(self, store: Store, knowledge: Callable[[], Snapshot], key: bytes, days: int) -> None:
        self._store = store
        self._knowledge = knowledge
        self._key = key
        self._days = days
        self._queue: queue.Queue[Unanswered | None] = queue.Queue(WAITING)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()
        self.dropped = 0

    def record(self, question: Unanswered) -> None:
        """Hand a question over; never raises and never waits. A full queue drops it: answering comes first."""
        if not self._days or self._stopping.is_set():
            return
        try:
            self.start()
            self._queue.put_nowait(question)
        except (queue.Full, RuntimeError):
            self.dropped += 1
            if self.dropped % WAITING == 1:
                logger.warning("unanswered questions are not kept: %d dropped so far", self.dropped)

    def start(self) -> None:
        """Begin to write and to purge; harmless to repeat."""
        with self._lock:
            if self._thread is None and self._days:
                self._thread = threading.Thread(target=self._work, name="unanswered", daemon=True)
                self._thread.start()

    def close(self, seconds: float = 5.0) -> None:
        """Write what waits, `seconds` at most, and stop."""
        self._stopping.set()
        with self._lock:
            thread = self._thread
        if thread is not None:
            try:
                self._queue.put(None, timeout=seconds)
            except queue.Full:
                logger.warning("the database is slow: unanswered questions are lost")
            thread.join(seconds)

    def flush(self) -> None:
        """Wait until everything handed over so far is written or dropped."""
        self._queue.join()

    def _work(self) -> None:
        self._try(self._purge)
        while True:
            try:
                question = self._queue.get(timeout=PURGE_SECONDS)
            except queue.Empty:
                self._try(self._purge)
                continue
            try:
                if question is None:
                    return
                self._keep(question)
            finally:
                self._queue.task_done()

    def _keep(self, question: Unanswered) -> None:
        for attempt in range(ATTEMPTS):
            if self._try(lambda: self._write(question)):
                return
            if attempt + 1 < ATTEMPTS and self._stopping.wait(PAUSE_SECONDS):
                break
        self.dropped += 1

    def _try(self, work: Callable[[], None]) -> bool:
        """Whether `work` came to an end, good or bad; False when it is worth another attempt.

        Nothing that breaks here may end the thread; what the visitor wrote stays out of the log.
        """
        try:
            work()
        except (StoreUnavailable, SQLAlchemyError) as error:
            logger.warning("an unanswered question could not be kept: %s", type(error).__name__)
            return False
        except Exception as error:
            logger.error("an unanswered question could not be kept: %s", type(error).__name__)
        return True

    def _write(self, question: Unanswered) -> None:
        text = redact(question.text).strip()
        if not text:
            return
        near = nearness(text, question.language, self._knowledge(), self._names_of, question.context)
        if question.reason == "off_topic" and not near.named:
            return  # what has nothing to do with the Centre is nobody's work
        visitor = visitor_hash(self._key, question.conversation)
        self._store.run(lambda session: kept.add(session, question, text, near, visitor))

    def _names_of(self, record_ids: Sequence[str]) -> list[tuple[str, str]]:
        return self._store.look(
            lambda session: [(n.record_id, n.folded) for n in queries.names_of(session, record_ids)]
        )

    def _purge(self) -> None:
        count = self._store.run(lambda session: kept.purge(session, timedelta(days=self._days)))
        if count:
            logger.info("%d unanswered questions were deleted after %d days", count, self._days)
