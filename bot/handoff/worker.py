"""Takes due rows of one channel of the outbox and delivers them: leases, retries, outages, an orderly end."""

from __future__ import annotations

import asyncio
import logging
import secrets
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot.handoff import outbox
from bot.handoff.mailers import NotSent
from bot.handoff.outbox import AWAY, Delivery
from bot.store import Store, StoreUnavailable

AWAY_FOR = timedelta(seconds=10)  # how long one failed connection speaks for the deliveries that come next
KEEP_HOUSE_SECONDS = 60.0
STOP_SECONDS = 10.0
DATABASE_PAUSES = (0.2, 0.5, 1.0, 2.0, 5.0)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How a worker works. The lease must outlast the longest dialogue with the server."""

    workers: int = 2
    poll_seconds: float = 2.0
    lease: timedelta = timedelta(minutes=2)
    keep: timedelta = timedelta(days=90)
    retry_minutes: Sequence[float] = outbox.RETRY_MINUTES


def utc_now() -> datetime:
    return datetime.now(UTC)


class OutboxWorker(ABC):
    """Several tasks on one event loop; SQL runs in threads. Several workers may share one database.

    `in_order`: of rows with the same `to` the earlier one is settled before the next is tried. `clock` gives UTC.
    """

    def __init__(
        self, store: Store, channel: str, pace: Pace, clock: Callable[[], datetime] = utc_now, *, in_order: bool = False
    ) -> None:
        self._store, self._channel, self._pace, self._clock = store, channel, pace, clock
        self._in_order = in_order
        self.owner = secrets.token_hex(8)
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="outbox")
        self._wake = asyncio.Event()
        self._stopping = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._away: tuple[datetime, str] | None = None
        self._not_before: datetime | None = None
        self._unreadable = False

    @abstractmethod
    async def _deliver(self, delivery: Delivery) -> None:
        """Hand one row over; raises NotSent."""

    @abstractmethod
    async def _check(self) -> None:
        """Whether rows could be handed over now; raises NotSent."""

    def start(self) -> None:
        """Begin to work in the background of the running event loop."""
        workers = [self._work() for _ in range(self._pace.workers)]
        self._tasks = [asyncio.create_task(job) for job in (*workers, self._keep_house())]

    def wake(self) -> None:
        """Look at once; for whoever has just committed a row."""
        self._wake.set()

    async def stop(self) -> None:
        """Finish what is under way, for ten seconds at most; the rest is taken over when its lease ends."""
        self._stopping.set()
        self._wake.set()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=STOP_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def drain(self) -> int:
        """Attempt all that is due now, one after the other; how many. Raises StoreUnavailable."""
        count = 0
        while not self._stopping.is_set() and await self._attempt_one():
            count += 1
        return count

    async def keep_house(self) -> None:
        """What is done every minute: see whether a server that was away is back, and delete what is old."""
        now = self._clock()
        await self._write(lambda db: outbox.purge(db, now - self._pace.keep))
        if not await self._write(lambda db: outbox.waits_for_server(db, self._channel, now)):
            return
        try:
            await self._check()
        except NotSent as refused:
            logger.warning("%s waits: the server is still away (%s)", self._channel, refused.error)
            return
        self._away = None
        count = await self._write(lambda db: outbox.server_is_back(db, self._channel, now))
        logger.info("the server of %s is back: %d rows are sent now", self._channel, count)
        self.wake()

    async def _work(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            busy = await self._spoken(self._attempt_one())
            if not busy and not self._stopping.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), self._pace.poll_seconds)

    async def _keep_house(self) -> None:
        while not self._stopping.is_set():
            await self._spoken(self.keep_house())
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), KEEP_HOUSE_SECONDS)

    async def _spoken[T](self, work: Awaitable[T]) -> T | None:
        """What `work` gives, or None when it broke: nothing may end a worker."""
        try:
            done = await work
            self._unreadable = False
            return done
        except (StoreUnavailable, SQLAlchemyError) as error:
            if not self._unreadable:
                logger.warning("the outbox cannot be read: %s", type(error).__name__)
            self._unreadable = True
        except Exception as error:
            logger.error("the relay stumbled: %s", type(error).__name__)
        return None

    async def _attempt_one(self) -> bool:
        """Take one due row and try to deliver it; False when none is due."""
        now = self._clock()
        if self._not_before and now < self._not_before:
            return False
        delivery = await self._write(
            lambda db: outbox.claim(
                db,
                channel=self._channel,
                owner=self.owner,
                now=now,
                lease=self._pace.lease,
                in_order=self._in_order,
                retry_minutes=self._pace.retry_minutes,
            )
        )
        if delivery is None:
            return False
        try:
            if delivery.attempts > len(outbox.pauses_after_deaths(self._pace.retry_minutes)) + 1:
                raise NotSent("relay:ended during every attempt")
            await self._deliver(delivery)
            self._away = None
        except NotSent as refused:
            if refused.error.startswith(AWAY) and not (self._away and now < self._away[0]):
                self._away = now + AWAY_FOR, refused.error
            if refused.after is not None:
                self._not_before = self._clock() + refused.after
            await self._not_sent(delivery, refused)
        else:
            await self._persistently(lambda db: outbox.mark_sent(db, delivery, self._clock()))
            logger.info("outbox row %d (%s) is sent", delivery.id, delivery.template)
        return True

    def _refuse_while_away(self) -> None:
        """Raises NotSent while a connection that failed a moment ago speaks for the others."""
        if self._away and self._clock() < self._away[0]:
            raise NotSent(self._away[1])

    async def _not_sent(self, delivery: Delivery, refused: NotSent) -> None:
        state = await self._persistently(
            lambda db: outbox.mark_not_sent(
                db,
                delivery,
                owner=self.owner,
                error=refused.error,
                permanent=refused.permanent,
                after=refused.after,
                retry_minutes=self._pace.retry_minutes,
                now=self._clock(),
            )
        )
        # Of a server that is away one line a minute speaks; of a delivery that is given up, always one of its own.
        waiting = logging.INFO if refused.error.startswith(AWAY) else logging.WARNING
        level = logging.ERROR if state in (outbox.FAILED, outbox.DEAD) else waiting
        tried = f"attempt {delivery.attempts}, {refused.error}"
        logger.log(level, "outbox row %d (%s) is %s: %s", delivery.id, delivery.template, state or "taken over", tried)

    async def _write[T](self, work: Callable[[Connection], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._store.write, work)

    async def _persistently[T](self, work: Callable[[Connection], T]) -> T:
        """Write what came of an attempt even if the database is away for a while: what is sent and not
        marked is sent again. Raises StoreUnavailable when that lasts."""
        for pause in DATABASE_PAUSES:
            try:
                return await self._write(work)
            except StoreUnavailable:
                await asyncio.sleep(pause)
        return await self._write(work)
