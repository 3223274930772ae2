"""Figures for monitoring: what turns came to and how long they took, and what waits; served on a port of their own."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import Connection, func, select

from bot.common import logs
from bot.gateway.core_client import Reply
from bot.gateway.inbox import Entry
from bot.gateway.problems import Problem
from bot.gateway.sessions import as_utc
from bot.handoff import outbox
from bot.handoff.outbox_tables import outbox as outbox_table
from bot.handoff.reading import count_cases
from bot.store import Store, StoreUnavailable

# From a turn that only reads to one that waits for all deadlines.
SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 35.0)
log = structlog.get_logger(__name__)


class Noted:
    """What is known of one turn when it ends."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics, self._begun = metrics, time.perf_counter()
        self.language = self.channel = "none"  # refused before it was known whose it is
        self.outcome = "repeated"

    def received(self, entry: Entry) -> None:
        """The message is written down."""
        self.language, self.channel = entry.language, entry.channel
        self._metrics.stages.labels("intake").observe(self.seconds)

    def answered(self, outcome: str) -> None:
        """It has its answer."""
        self.outcome = outcome

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self._begun


class Metrics:
    """Counts in memory, of this process. Labels are words of this program: no visitor can make new ones.

    Hand-off and fallback rates are the outcomes `handed_over` and `not_known` among all turns.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.turns = Counter(
            "assistant_turns",
            "Messages by what came of them.",
            ("language", "channel", "outcome"),
            registry=self.registry,
        )
        self.stages = Histogram(
            "assistant_stage_seconds", "Time by stage: intake, core, actions, whole.", ("stage",),
            buckets=SECONDS, registry=self.registry,
        )  # fmt: skip

    @contextmanager
    def turn(self, message_id: str, text: str) -> Iterator[Noted]:
        """Around the work on one message; its line in the log comes at the end, with the refusal if there was one."""
        logs.enter(message_id, text)
        noted = Noted(self)
        try:
            yield noted
        except Problem as problem:
            noted.outcome = problem.code
            raise
        except Exception:
            noted.outcome = "failed"
            raise
        finally:
            seconds = noted.seconds
            self.turns.labels(noted.language, noted.channel, noted.outcome).inc()
            self.stages.labels("whole").observe(seconds)
            log.info(
                "turn",
                language=noted.language,
                channel=noted.channel,
                outcome=noted.outcome,
                ms=round(seconds * 1000, 1),
            )

    def core_answered(self, reply: Reply) -> None:
        """What the core says of its own time, and of that in the action server."""
        for stage, ms in (("core", reply.core_ms), ("actions", reply.actions_ms)):
            if ms is not None:
                self.stages.labels(stage).observe(ms / 1000)


class Waiting(Collector):
    """What waits in the database, looked up when somebody asks; a database that is away is itself a figure."""

    def __init__(self, store: Store, running: Any) -> None:
        self._store, self._running = store, running

    def collect(self) -> Iterable[GaugeMetricFamily]:
        yield _gauge("assistant_turns_running", "Turns being worked on in this process.", {(): self._running()})
        try:
            rows, oldest, cases = self._store.read(_waiting)
        except StoreUnavailable:
            yield _gauge("assistant_database_up", "Whether the database answers.", {(): 0})
            return
        yield _gauge("assistant_database_up", "Whether the database answers.", {(): 1})
        yield _gauge("assistant_outbox_rows", "Deliveries by state.", {(name,): n for name, n in rows.items()}, "state")
        yield _gauge("assistant_outbox_age_seconds", "Age of the oldest delivery that waits.", {(): oldest})
        yield _gauge("assistant_cases", "Open cases by state.", {(name,): n for name, n in cases.items()}, "state")


def serve(metrics: Metrics, store: Store, running: Any, port: int, host: str) -> Any:
    """Serve /metrics in a thread of its own; call what it returns to stop. Raises OSError when the port is taken."""
    waiting = Waiting(store, running)
    metrics.registry.register(waiting)
    server, thread = start_http_server(port, addr=host, registry=metrics.registry)

    def stop() -> None:
        server.shutdown()
        server.server_close()
        thread.join(5)

    return stop


def _waiting(db: Connection) -> tuple[dict[str, int], float, dict[str, int]]:
    waits = outbox_table.c.state.in_((outbox.QUEUED, outbox.SENDING))
    since = db.scalar(select(func.min(outbox_table.c.created_at)).where(waits))
    age = (datetime.now(UTC) - as_utc(since)).total_seconds() if since else 0.0
    return dict.fromkeys(outbox.STATES, 0) | outbox.counts(db), age, count_cases(db)


def _gauge(name: str, about: str, values: dict[tuple[str, ...], float], *labels: str) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, about, labels=labels)
    for names, value in values.items():
        family.add_metric(names, value)
    return family
