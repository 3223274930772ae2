"""SQL away from the event loop: one short transaction in a thread, with a deadline."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.gateway.problems import Problem
from bot.store import Store, StoreUnavailable

DEADLINE_SECONDS = 7.0  # above the database's own 5 s, below the 8 s in which a visitor gets an apology


class Database:
    """Runs `work(connection)` in threads of its own pools, so that a locked database cannot starve other work.

    SQLite takes one writer at a time, so one thread writes and the others queue here, instead of in the database where
    waiting is polling. What still queues when its deadline passes is never written.
    """

    def __init__(self, store: Store, threads: int = 8) -> None:
        self._store = store
        self._one_writer = store.engine.dialect.name == "sqlite"
        self._readers = ThreadPoolExecutor(threads, thread_name_prefix="database")
        self._writers = ThreadPoolExecutor(1, thread_name_prefix="writer") if self._one_writer else self._readers

    async def read[T](self, work: Callable[[Connection], T]) -> T:
        """What `work` reads; raises Problem("store_away") when the database does not answer in time."""
        return await self._in_thread(self._readers, self._store.read, work)

    async def write[T](self, work: Callable[[Connection], T], *, synced: bool = True) -> T:
        """The result of one transaction (see Store.write for `synced`); raises Problem("store_away")."""
        return await self._in_thread(self._writers, partial(self._store.write, synced=synced), work)

    async def ping(self) -> None:
        """One round trip; raises Problem("store_away")."""
        await self._in_thread(self._readers, self._store.ping)

    async def truncate_log(self) -> None:
        """Empty SQLite's write-ahead log, where erased text would otherwise stay readable for a while."""
        if self._one_writer:
            await self._in_thread(self._writers, self._store.empty_log)

    async def _in_thread[*Ts, T](self, threads: ThreadPoolExecutor, work: Callable[[*Ts], T], *args: *Ts) -> T:
        running = asyncio.get_running_loop().run_in_executor(threads, work, *args)
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                return await running
        except (StoreUnavailable, TimeoutError, PoolTimeout) as error:
            raise Problem("store_away", retry_after=5) from error
        except DBAPIError as error:
            if error.connection_invalidated:
                raise Problem("store_away", retry_after=5) from error
            raise

    def close(self) -> None:
        """Lets running transactions end; nothing new is taken."""
        self._readers.shutdown(wait=True, cancel_futures=True)
        self._writers.shutdown(wait=True, cancel_futures=True)
